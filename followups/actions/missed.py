"""Two check-ins missed in a row: the task, who took it, each call, and its end in words (KAP-FUP-TWICE)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from common.occurrence import settle
from common.sealed_fields import sealed
from followups.models import CheckIn, FollowUpPause, MissedCall, MissedInARow

MISSED = (CheckIn.State.EXPIRED, CheckIn.State.MISSED)
HEARD = (*MISSED, CheckIn.State.ANSWERED)  # cancelled and replaced ones say nothing about the patient


def raise_missed(check_in: CheckIn, by, at: datetime) -> MissedInARow | None:
    """A task when the check-in that has just ended is the second in a row; part of the act that ended it.

    None while one is open for the patient, during a pause, and once the patient is out of care.
    """
    if not check_in.is_follow_up or not _is_second(check_in) or _is_left_alone(check_in):
        return None
    task = MissedInARow(patient_id=check_in.patient_id, check_in=check_in, raised_at=at)
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError:
        return None  # one is open already
    by = by.in_practice(check_in.patient.practice_id)
    audit.record(by, "followups.raise_missed", at=at, subject=task)
    return task


def _is_second(check_in: CheckIn) -> bool:
    ended = CheckIn.objects.filter(patient_id=check_in.patient_id, state__in=HEARD, due_at__lte=check_in.due_at)
    ended = ended.filter(occasion=CheckIn.Occasion.FOLLOW_UP)
    before = ended.exclude(pk=check_in.pk).order_by("-due_at", "-pk").values_list("state", "pk").first()
    if before is None or before[0] not in MISSED:
        return False
    return not MissedInARow.objects.filter(check_in_id=before[1]).exists()


def _is_left_alone(check_in: CheckIn) -> bool:
    if check_in.patient.discharged_from_care_at is not None:
        return True
    return FollowUpPause.objects.standing().of_patient(check_in.patient_id).exists()


def _authorize(task: MissedInARow, by):
    patient = task.patient
    return authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)


@transaction.atomic
def take_missed(*, task: MissedInARow, by, at: datetime) -> MissedInARow:
    """Say "I call". Raises StaleState when somebody else did first, or it is closed."""
    role = _authorize(task, by)
    taken = (
        MissedInARow.objects.open()
        .filter(pk=task.pk, taken_at=None)
        .update(taken_at=at, taken_by_id=by.membership_id, version=F("version") + 1)
    )
    if not taken:
        raise StaleState("Somebody has already taken this, or it is closed.")
    audit.record(by, "followups.take_missed", at=at, subject=task, role=role)
    task.refresh_from_db()
    return task


@transaction.atomic
def record_missed_call(
    *,
    task: MissedInARow,
    by,
    at: datetime,
    how: str,
    outcome: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
) -> MissedCall:
    """How the patient was tried, and what came of it. Raises StaleState on a closed task."""
    role = _authorize(task, by)
    if not MissedInARow.objects.open().filter(pk=task.pk).exists():
        raise StaleState("This is closed. Nothing was saved.")
    wrong = {}
    if how not in MissedCall.How.values:
        wrong["how"] = "Choose how you tried to reach the patient."
    if len(outcome.strip()) < 5:
        wrong["outcome"] = "Say in a few words how it went."
    if wrong:
        raise InvalidInput(wrong)
    call = MissedCall(
        task=task,
        how=how,
        outcome=outcome.strip(),
        occurred_at=settle(occurred_at, at, late_reason),
        recorded_at=at,
        recorded_by_id=by.membership_id,
        recorded_as=role.value,
        late_reason=late_reason.strip(),
    )
    call.save(force_insert=True)
    audit.record(by, "followups.record_missed_call", at=at, subject=call, patient_id=task.patient_id, role=role.value)
    return call


@transaction.atomic
def close_missed(*, task: MissedInARow, by, at: datetime, closing_text: str) -> MissedInARow:
    """Close in words (at least 10 characters), after one call was recorded."""
    role = _authorize(task, by)
    text = closing_text.strip()
    if len(text) < 10:
        raise InvalidInput({"closing_text": "Say in at least 10 characters how it goes on."})
    if not task.calls.exists():
        raise InvalidInput({"closing_text": "Record a call first."})
    closed = (
        MissedInARow.objects.open()
        .filter(pk=task.pk)
        .update(
            closed_at=at, closed_by_id=by.membership_id, version=F("version") + 1, **sealed(task, closing_text=text)
        )
    )
    if not closed:
        raise StaleState("This is already closed.")
    audit.record(by, "followups.close_missed", at=at, subject=task, role=role)
    task.refresh_from_db()
    return task
