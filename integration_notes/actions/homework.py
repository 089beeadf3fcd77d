"""Something to practise until the next meeting: set from a note, marked as done once."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from common.sealed_fields import sealed
from integration_notes.actions.drafting import author_role
from integration_notes.models import Homework, IntegrationNote

LONGEST_TASK = 2_000


@transaction.atomic
def set_homework(*, note: IntegrationNote, by: Actor, at: datetime, task: str, due_on: date | None = None) -> Homework:
    """Something to practise; it hangs on the note it came from. `due_on` is a day of the practice, not past."""
    role = author_role(note, by)
    problems = {}
    task = task.strip()
    if not 3 <= len(task) <= LONGEST_TASK:
        problems["task"] = f"Describe what to practise, in 3 to {LONGEST_TASK} characters."
    if due_on is not None and due_on < timezone.localdate(at):
        problems["due_on"] = "This day is past. Enter today or a later day."
    if problems:
        raise InvalidInput(problems)
    homework = Homework(
        patient_id=note.patient_id, note=note, task=task, due_on=due_on, set_at=at, set_by_id=by.membership_id
    )
    homework.save(force_insert=True)
    audit.record(by, "integration_notes.set_homework", at=at, subject=homework, role=role)
    return homework


@transaction.atomic
def finish_homework(
    *, homework: Homework, by: Actor, at: datetime, done_how: str = Homework.DoneHow.PATIENT, outcome: str = ""
) -> Homework:
    """Mark as done, once, by a therapist of the care team. `done_how` says who did it, `outcome` how it went."""
    patient = homework.patient
    role = authorize(by, Permission.WRITE_NOTE, practice_id=patient.practice_id, patient=patient.pk)
    if done_how not in Homework.DoneHow.values:
        raise InvalidInput({"done_how": "Choose who did it."})
    if len(outcome.strip()) > LONGEST_TASK:
        raise InvalidInput({"outcome": f"Shorten this to {LONGEST_TASK} characters."})
    done = Homework.objects.filter(pk=homework.pk, done_at=None).update(
        done_at=at, done_by_id=by.membership_id, done_how=done_how, **sealed(homework, outcome=outcome.strip())
    )
    if not done:
        raise StaleState("This homework is already marked as done.")
    audit.record(by, "integration_notes.finish_homework", at=at, subject=homework, role=role)
    homework.refresh_from_db()
    return homework
