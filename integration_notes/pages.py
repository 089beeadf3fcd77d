"""What the integration pages read: a patient's notes and homework, one note with its fields in order."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.actor import Actor
from accounts.roles import Permission
from common.blockers import Blocker
from integration_notes.models import Homework, IntegrationNote
from integration_notes.note_content import was_altered
from integration_notes.templates_data import NoteTemplate, missing_fields, template_of
from integration_notes.worklist import sessions_to_prepare, sessions_without_note
from patients.models import Patient
from patients.scope import Reach


@dataclass(frozen=True)
class PatientNotes:
    notes: list[IntegrationNote]
    homework: list[Homework]
    sessions: list
    to_prepare: list
    may_write: bool
    may_write_privately: bool
    today: date


def patient_notes(actor: Actor, patient: Patient, reach: Reach) -> PatientNotes:
    """Signed notes and the reader's own drafts, newest first; sessions without a note for those who may write."""
    notes = IntegrationNote.objects.visible_to(actor).filter(patient=patient).for_list()
    may_write = reach.may(Permission.WRITE_NOTE)
    return PatientNotes(
        notes=list(notes.order_by("-created_at")),
        homework=list(Homework.objects.visible_to(actor).filter(patient=patient).for_list()),
        sessions=list(sessions_without_note(actor, patient)) if may_write else [],
        to_prepare=list(sessions_to_prepare(actor, patient)) if may_write else [],
        may_write=may_write,
        may_write_privately=actor.can(Permission.WRITE_PRIVATE_NOTE) and reach.may(Permission.VIEW_NOTE),
        today=timezone.localdate(),
    )


@dataclass(frozen=True)
class NotePage:
    """A note to read. `fields` are (label, text) in the template's order; an empty text was left open."""

    note: IntegrationNote
    template: NoteTemplate
    fields: list[tuple[str, str]]
    is_author: bool
    may_finish_homework: bool
    today: date
    is_altered: bool


def note_page(actor: Actor, note: IntegrationNote, reach: Reach) -> NotePage:
    template = template_of(note)
    may_write = reach.may(Permission.WRITE_NOTE)
    return NotePage(
        note=note,
        template=template,
        fields=[(field.label, note.fields.get(field.key, "")) for field in template.fields],
        is_author=may_write and note.author_id == actor.membership_id,
        may_finish_homework=may_write,
        today=timezone.localdate(),
        is_altered=was_altered(note),
    )


def signature_blockers(note: IntegrationNote, edit_url: str) -> list[Blocker]:
    """The required fields that are still empty, each with the place where it is filled in."""
    return [
        Blocker(
            code=f"NOTE_{field.key.upper()}_EMPTY",
            sentence=f"Fill in “{field.label}”.",
            source="KAP-INT-REQUIRED",
            link=f"{edit_url}#id_field_{field.key}",
        )
        for field in missing_fields(template_of(note), note.fields)
    ]
