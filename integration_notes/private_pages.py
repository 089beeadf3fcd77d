"""What the pages of private notes read; only for their author and whom they were released to."""

from dataclasses import dataclass
from uuid import UUID

from accounts.actor import Actor
from common import audit
from integration_notes.models import PrivateNote, PrivateRelease
from integration_notes.private_content import About, matches
from integration_notes.private_signing import was_altered
from patients.models import Patient

SEARCHED = 500  # the newest notes that a search opens
SHOWN_FOUND = 50
NO_LONGER = "somebody no longer in your care"


@dataclass(frozen=True)
class PrivateRow:
    note: PrivateNote
    patient_id: UUID
    patient: str
    is_mine: bool

    @property
    def is_altered(self) -> bool:
        return was_altered(self.note)


def rows_of(actor: Actor, notes: list[PrivateNote]) -> list[PrivateRow]:
    """The notes with the names of whom they are about; one query for the names."""
    ids = [About.of(note.about).patient for note in notes]
    known = Patient.objects.visible_to(actor).filter(pk__in=set(ids)) if ids else ()
    names = {patient.pk: patient.name for patient in known}
    return [
        PrivateRow(note, pk, names.get(pk, NO_LONGER), note.author_id == actor.membership_id)
        for note, pk in zip(notes, ids, strict=True)
    ]


def look(actor: Actor, rows: list[PrivateRow], action: str) -> None:
    """Audit that private notes were looked at, without about whom; and, as any list does, whose names were shown."""
    audit.record_look(actor, action)
    if rows:
        audit.record_list(actor, "patients.listed_patients", [row.patient_id for row in rows])


def found(actor: Actor, wanted: str) -> list[PrivateNote]:
    """Own and released notes in which every word stands: the newest SEARCHED are opened, SHOWN_FOUND are given."""
    newest = PrivateNote.objects.visible_to(actor).for_list()[:SEARCHED]
    return [note for note in newest if matches(note, wanted)][:SHOWN_FOUND]


def about_patient(actor: Actor, patient_id: UUID) -> list[PrivateNote]:
    """Own and released notes about one patient, newest first, among the newest SEARCHED."""
    newest = PrivateNote.objects.visible_to(actor).for_list()[:SEARCHED]
    return [note for note in newest if About.of(note.about).patient == patient_id]


def releases_of(actor: Actor) -> list[PrivateRelease]:
    """Who may read this person's notes, for the author to see."""
    return list(PrivateRelease.objects.in_force().filter(author_id=actor.membership_id).with_people())
