"""Private psychotherapy notes: written, signed and added to by their author alone (R10, R11).

Audit rows say who did what and when, never about whom: neither a note's id nor a patient's stands in them.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission, Role
from common import audit
from common.errors import Blocked, InvalidInput, OutOfScope, StaleState
from common.sealed_fields import sealed
from integration_notes.actions.drafting import clean_themes
from integration_notes.models import PrivateAddendum, PrivateNote
from integration_notes.private_content import LONGEST_TEXT, About, fingerprint, problems_of
from integration_notes.private_signing import sign_blockers
from patients.models import Patient
from sessions_app.models import Session

CHANGED = "This note was saved in another window or signed. Nothing was overwritten; your text is here."


def _author(note: PrivateNote, by: Actor) -> Role:
    """The role of the note's own author; for anybody else the note does not exist."""
    role = next(iter(by.require(Permission.WRITE_PRIVATE_NOTE)))
    if note.author_id != by.membership_id:
        raise OutOfScope("private note")
    return role


@transaction.atomic
def start_private_note(
    *, patient: Patient, by: Actor, at: datetime, session: Session | None = None, id: UUID | None = None
) -> PrivateNote:
    """An empty draft about a patient of the author's care team, or one session of that patient; the same draft again
    when the id was used before.
    """
    role = next(iter(by.require(Permission.WRITE_PRIVATE_NOTE)))
    authorize(by, Permission.VIEW_NOTE, practice_id=patient.practice_id, patient=patient.pk)
    if session is not None and session.patient_id != patient.pk:
        raise InvalidInput({"session": "Choose a session of this patient."})
    about = About(patient.pk, session.pk if session else None).stored()
    known = PrivateNote.objects.filter(pk=id).first() if id else None
    if known is not None:
        if known.author_id != by.membership_id or known.about != about:
            raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
        return known
    note = PrivateNote(
        **({"id": id} if id else {}),
        practice_id=by.practice_id,
        author_id=by.membership_id,
        about=about,
        salt=secrets.token_hex(16),
        created_at=at,
        saved_at=at,
    )
    note.save(force_insert=True)
    audit.record(by, "integration_notes.start_private_note", at=at, role=role)
    return note


@transaction.atomic
def save_private_note(
    *, note: PrivateNote, by: Actor, at: datetime, version: int, title: str, text: str, tags: list[str]
) -> PrivateNote:
    """Keep the draft. `version` is the one the writer saw; another one raises StaleState and writes nothing."""
    role, title, words = _author(note, by), title.strip(), clean_themes(tags)
    problems = problems_of(title, text, words)
    if problems:
        raise InvalidInput(problems)
    kept = PrivateNote.objects.filter(pk=note.pk, version=version, signed_at=None).update(
        saved_at=at, version=F("version") + 1, **sealed(note, title=title, text=text.strip(), tags=words)
    )
    if not kept:
        raise StaleState(CHANGED)
    audit.record(by, "integration_notes.save_private_note", at=at, role=role)
    note.refresh_from_db()
    return note


def sign_private_note(*, note: PrivateNote, by: Actor, at: datetime, version: int, password: str) -> PrivateNote:
    """Freeze the note. Raises Blocked while its session has no signed note in the chart, StaleState when it changed."""
    role = _author(note, by)
    reauthenticate(by, password, at=at)
    if note.version != version or note.signed_at is not None:
        raise StaleState(CHANGED)
    blockers = sign_blockers(note)
    if blockers:
        raise Blocked(blockers)
    digest = fingerprint(note, at)
    with transaction.atomic():
        signed = PrivateNote.objects.filter(pk=note.pk, version=version, signed_at=None).update(
            signed_at=at, content_sha256=digest, version=F("version") + 1
        )
        if not signed:
            raise StaleState(CHANGED)
        audit.record(by, "integration_notes.sign_private_note", at=at, role=role, detail={"sha256": digest})
    note.refresh_from_db()
    return note


@transaction.atomic
def add_private_addendum(*, note: PrivateNote, by: Actor, at: datetime, text: str) -> PrivateAddendum:
    """A later addition by the author; the signed text stays as it was."""
    role = _author(note, by)
    if note.signed_at is None:
        raise StaleState("Only a signed note takes an addendum; change the draft instead.")
    text = text.strip()
    if not 5 <= len(text) <= LONGEST_TEXT:
        raise InvalidInput({"text": f"Write what is added, in 5 to {LONGEST_TEXT} characters."})
    stamps = {"occurred_at": at, "recorded_at": at, "recorded_by_id": by.membership_id, "recorded_as": role.value}
    addendum = PrivateAddendum(note=note, text=text, **stamps)
    addendum.save(force_insert=True)
    audit.record(by, "integration_notes.add_private_addendum", at=at, role=role)
    return addendum
