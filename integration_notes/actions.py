"""The only writers of integration notes, addenda and homework."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, NotPermitted, StaleState
from common.signing import content_sha256
from integration_notes.models import Homework, IntegrationNote, NoteAddendum
from integration_notes.templates_data import VERSION, clean_values, missing_fields


def _author(note: IntegrationNote, by):
    """The role of the note's own author; raises NotPermitted for anybody else."""
    role = authorize(by, Permission.WRITE_NOTE, practice_id=note.patient.practice_id, patient=note.patient_id)
    if note.author_id != by.membership_id:
        raise NotPermitted("author")
    return role


@transaction.atomic
def start_note(*, session, by, at: datetime, modality: str, id=None) -> IntegrationNote:
    """A draft about one session in the fields of a modality; the same draft again when the id was used before."""
    patient = session.patient
    role = authorize(by, Permission.WRITE_NOTE, practice_id=session.practice_id, patient=patient.pk)
    if session.first_dose_at is None:
        raise InvalidInput({"session": "An integration note belongs to a session with a dose."})
    existing = (
        IntegrationNote.objects.filter(pk=id, author_id=by.membership_id, session=session).first() if id else None
    )
    if existing:
        return existing
    note = IntegrationNote(
        patient=patient,
        session=session,
        author_id=by.membership_id,
        modality=modality,
        template_version=VERSION,
        created_at=at,
        saved_at=at,
        **({"id": id} if id else {}),
    )
    note.save(force_insert=True)
    audit.record(
        by, "integration_notes.start_note", at=at, subject=note, role=role, detail={"session": str(session.pk)}
    )
    return note


@transaction.atomic
def save_draft(
    *, note: IntegrationNote, by, at: datetime, version: int, values: dict, themes: list[str]
) -> IntegrationNote:
    """Keep the draft. `version` is the one the writer saw; another one raises StaleState and writes nothing."""
    role = _author(note, by)
    tags = sorted({tag.strip().casefold()[:40] for tag in themes if tag.strip()})[:20]
    kept = IntegrationNote.objects.filter(pk=note.pk, version=version, signed_at=None).update(
        fields=clean_values(note.modality, values), themes=tags, saved_at=at, version=F("version") + 1
    )
    if not kept:
        raise StaleState("This note was saved in another window or signed. Reload to see it; copy your text first.")
    audit.record(by, "integration_notes.save_draft", at=at, subject=note, role=role)
    note.refresh_from_db()
    return note


@transaction.atomic
def sign_note(*, note: IntegrationNote, by, at: datetime, version: int, password: str) -> IntegrationNote:
    """Freeze the note with the author's signature. Raises InvalidInput for open required fields or the password."""
    role = _author(note, by)
    reauthenticate(by, password)
    open_fields = missing_fields(note.modality, note.fields)
    if open_fields:
        raise InvalidInput({field.key: f"Fill in “{field.label}” before signing." for field in open_fields})
    digest = content_sha256(signed_content(note, at))
    signed = IntegrationNote.objects.filter(pk=note.pk, version=version, signed_at=None).update(
        signed_at=at, signed_by_id=by.membership_id, content_sha256=digest, version=F("version") + 1
    )
    if not signed:
        raise StaleState("This note was changed or signed meanwhile. Reload to see it.")
    audit.record(by, "integration_notes.sign_note", at=at, subject=note, role=role, detail={"sha256": digest})
    note.refresh_from_db()
    return note


def signed_content(note: IntegrationNote, signed_at: datetime) -> dict:
    return {
        "schema": 1,
        "id": note.pk,
        "patient": note.patient_id,
        "session": note.session_id,
        "author": note.author_id,
        "modality": note.modality,
        "template_version": note.template_version,
        "fields": note.fields,
        "themes": note.themes,
        "signed_at": signed_at,
    }


@transaction.atomic
def add_addendum(*, note: IntegrationNote, by, at: datetime, text: str) -> NoteAddendum:
    """A later addition by the author; the signed text stays as it was."""
    role = _author(note, by)
    if note.signed_at is None:
        raise StaleState("Only a signed note takes an addendum; change the draft instead.")
    addendum = NoteAddendum(
        note=note,
        text=text.strip(),
        occurred_at=at,
        recorded_at=at,
        recorded_by_id=by.membership_id,
        recorded_as=role.value,
    )
    addendum.save(force_insert=True)
    audit.record(by, "integration_notes.add_addendum", at=at, subject=addendum, patient_id=note.patient_id, role=role)
    return addendum


@transaction.atomic
def set_homework(*, note: IntegrationNote, by, at: datetime, task: str, due_on: date | None = None) -> Homework:
    """Something to practise; it hangs on the note it came from."""
    role = _author(note, by)
    homework = Homework(
        patient_id=note.patient_id, note=note, task=task.strip(), due_on=due_on, set_at=at, set_by_id=by.membership_id
    )
    homework.save(force_insert=True)
    audit.record(by, "integration_notes.set_homework", at=at, subject=homework, role=role)
    return homework


@transaction.atomic
def finish_homework(*, homework: Homework, by, at: datetime, outcome: str = "") -> Homework:
    """Mark as done, once."""
    patient = homework.patient
    role = authorize(by, Permission.WRITE_NOTE, practice_id=patient.practice_id, patient=patient.pk)
    done = Homework.objects.filter(pk=homework.pk, done_at=None).update(
        done_at=at, done_by_id=by.membership_id, outcome=outcome.strip()
    )
    if not done:
        raise StaleState("This homework is already marked as done.")
    audit.record(by, "integration_notes.finish_homework", at=at, subject=homework, role=role)
    homework.refresh_from_db()
    return homework
