"""Signing freezes a note; later additions are addenda by its author."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.actions import reauthenticate
from accounts.actor import Actor
from common import audit
from common.errors import InvalidInput, StaleState
from integration_notes.actions.drafting import LONGEST_TEXT, author_role
from integration_notes.models import IntegrationNote, NoteAddendum
from integration_notes.note_content import fingerprint
from integration_notes.templates_data import missing_fields, template_of


def sign_note(*, note: IntegrationNote, by: Actor, at: datetime, version: int, password: str) -> IntegrationNote:
    """Freeze the note with the author's signature and the SHA-256 of its content.

    `version` is the one that was read before signing. Raises InvalidInput for open required fields or the password,
    StaleState when the note was changed or signed meanwhile.
    """
    role = author_role(note, by)
    reauthenticate(by, password, at=at)
    if note.version != version or note.signed_at is not None:
        raise StaleState("This note was changed or signed meanwhile. Read it again before signing.")
    open_fields = missing_fields(template_of(note), note.fields)
    if open_fields:
        raise InvalidInput({field.key: f"Fill in “{field.label}” before signing." for field in open_fields})
    digest = fingerprint(note, at)
    with transaction.atomic():
        signed = IntegrationNote.objects.filter(pk=note.pk, version=version, signed_at=None).update(
            signed_at=at, signed_by_id=by.membership_id, content_sha256=digest, version=F("version") + 1
        )
        if not signed:
            raise StaleState("This note was changed or signed meanwhile. Read it again before signing.")
        audit.record(by, "integration_notes.sign_note", at=at, subject=note, role=role, detail={"sha256": digest})
    note.refresh_from_db()
    return note


@transaction.atomic
def add_addendum(*, note: IntegrationNote, by: Actor, at: datetime, text: str) -> NoteAddendum:
    """A later addition by the author; the signed text stays as it was."""
    role = author_role(note, by)
    if note.signed_at is None:
        raise StaleState("Only a signed note takes an addendum; change the draft instead.")
    text = text.strip()
    if not 5 <= len(text) <= LONGEST_TEXT:
        raise InvalidInput({"text": f"Write what is added, in 5 to {LONGEST_TEXT} characters."})
    addendum = NoteAddendum(
        note=note,
        text=text,
        occurred_at=at,
        recorded_at=at,
        recorded_by_id=by.membership_id,
        recorded_as=role.value,
    )
    addendum.save(force_insert=True)
    audit.record(by, "integration_notes.add_addendum", at=at, subject=addendum, patient_id=note.patient_id, role=role)
    return addendum
