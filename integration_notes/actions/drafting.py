"""A note while it is a draft: begun about a session, saved as it is typed, by its author only."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission, Role
from common import audit
from common.errors import InvalidInput, NotPermitted, StaleState
from common.sealed_fields import sealed
from integration_notes.models import IntegrationNote
from integration_notes.templates_data import NOTE_KINDS, PREPARATION, VERSION, clean_values, template_of
from sessions_app.models import Session

LONGEST_TEXT = 20_000
MOST_THEMES, LONGEST_THEME = 20, 40


def author_role(note: IntegrationNote, by: Actor) -> Role:
    """The role of the note's own author; raises NotPermitted for anybody else."""
    role = authorize(by, Permission.WRITE_NOTE, practice_id=note.patient.practice_id, patient=note.patient_id)
    if note.author_id != by.membership_id:
        raise NotPermitted("author")
    return role


@transaction.atomic
def start_note(*, session: Session, by: Actor, at: datetime, modality: str, id: UUID | None = None) -> IntegrationNote:
    """A draft about one session in the fields of a modality; the same draft again when the id was used before.

    Before the dose the note is one of a preparation visit, afterwards it never is. Raises InvalidInput for the other
    kind, a session that will not take place, an unknown modality, and an id that stands for another note.
    """
    role = authorize(by, Permission.WRITE_NOTE, practice_id=session.practice_id, patient=session.patient_id)
    known = IntegrationNote.objects.filter(pk=id).first() if id else None
    if known is not None:
        return _replayed(known, session, by)
    _check_kind(session, modality)
    note = IntegrationNote(
        **({"id": id} if id else {}),
        patient_id=session.patient_id,
        session=session,
        author_id=by.membership_id,
        modality=modality,
        template_version=VERSION,
        created_at=at,
        saved_at=at,
    )
    note.save(force_insert=True)
    audit.record(
        by, "integration_notes.start_note", at=at, subject=note, role=role, detail={"session": str(session.pk)}
    )
    return note


def _check_kind(session: Session, modality: str) -> None:
    if modality not in dict(NOTE_KINDS):
        raise InvalidInput({"modality": "Choose one of the modalities."})
    if session.first_dose_at is None and modality != PREPARATION:
        sentence = (
            "An integration note belongs to a session in which a dose was given. Before it, note the preparation."
        )
        raise InvalidInput({"modality": sentence})
    if session.first_dose_at is None and session.state_now.is_over:
        raise InvalidInput("This session does not take place, so nothing is prepared for it.")
    if session.first_dose_at is not None and modality == PREPARATION:
        raise InvalidInput({"modality": "The dose was given: choose one of the modalities of integration."})


def _replayed(known: IntegrationNote, session: Session, by: Actor) -> IntegrationNote:
    if (known.author_id, known.session_id) != (by.membership_id, session.pk):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return known


def clean_themes(themes: list[str]) -> list[str]:
    """Tags in lower case, each once, in alphabetical order."""
    tags = {" ".join(tag.split()).casefold() for tag in themes}
    return sorted(tag for tag in tags if tag)


def _problems(note: IntegrationNote, values: dict[str, str], tags: list[str]) -> dict[str, str]:
    labels = {field.key: field.label for field in template_of(note).fields}
    too_long = [key for key, text in values.items() if len(text) > LONGEST_TEXT]
    found = {key: f"Shorten “{labels[key]}” to {LONGEST_TEXT} characters." for key in too_long}
    if len(tags) > MOST_THEMES or any(len(tag) > LONGEST_THEME for tag in tags):
        found["themes"] = f"Enter at most {MOST_THEMES} themes of at most {LONGEST_THEME} characters each."
    return found


@transaction.atomic
def save_draft(
    *, note: IntegrationNote, by: Actor, at: datetime, version: int, values: dict, themes: list[str]
) -> IntegrationNote:
    """Keep the draft. `version` is the one the writer saw; another one raises StaleState and writes nothing.

    `values` maps field keys of the note's template to text; other keys are not kept.
    """
    role = author_role(note, by)
    cleaned, tags = clean_values(template_of(note), values), clean_themes(themes)
    problems = _problems(note, cleaned, tags)
    if problems:
        raise InvalidInput(problems)
    kept = IntegrationNote.objects.filter(pk=note.pk, version=version, signed_at=None).update(
        saved_at=at, version=F("version") + 1, **sealed(note, fields=cleaned, themes=tags)
    )
    if not kept:
        raise StaleState("This note was saved in another window or signed. Nothing was overwritten; your text is here.")
    audit.record(by, "integration_notes.save_draft", at=at, subject=note, role=role)
    note.refresh_from_db()
    return note
