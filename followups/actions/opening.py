"""Opens a check-in when it is due, sends it again on request, closes it when answered or over."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from assessments.actions import cancel_set, give_assessments
from common import audit
from common.errors import StaleState
from followups.models import CheckIn, OutboxMessage


def may_be_mailed(patient) -> bool:
    return bool(patient.email and patient.email_allowed and patient.discharged_from_care_at is None)


@transaction.atomic
def open_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """Claim a planned check-in, give its questionnaires, and put its message into the outbox, all or nothing.

    Raises StaleState when another worker was first. A patient without e-mail gets no message; staff see "to call".
    """
    claimed = CheckIn.objects.filter(pk=check_in.pk, state=CheckIn.State.PLANNED).update(
        state=CheckIn.State.SENT, sent_at=at, version=F("version") + 1
    )
    if not claimed:
        raise StaleState("This check-in is no longer planned.")
    patient = check_in.patient
    given = give_assessments(
        patient=patient,
        by=by,
        at=at,
        occasion="follow_up",
        instruments=check_in.point.instruments,
        due_at=check_in.due_at,
        expires_at=check_in.closes_at,
        scheduled=True,
    )
    CheckIn.objects.filter(pk=check_in.pk).update(assessment_set=given)
    if may_be_mailed(patient):
        _queue_message(check_in, at, "invite")
    audit.record(by, "followups.open_check_in", at=at, subject=check_in)
    check_in.refresh_from_db()
    return check_in


def _queue_message(check_in: CheckIn, at: datetime, purpose: str) -> OutboxMessage:
    from followups.tasks import deliver

    message = OutboxMessage(
        practice_id=check_in.patient.practice_id,
        check_in=check_in,
        purpose=purpose,
        next_try_at=at,
        created_at=at,
        message_id=f"<{uuid.uuid4()}@check-in.invalid>",
    )
    message.save(force_insert=True)
    deliver.delay_on_commit(str(message.pk))
    return message


@transaction.atomic
def send_now(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """A clinician sends a planned check-in before its time."""
    patient = check_in.patient
    authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)
    return open_check_in(check_in=check_in, by=by, at=at)


@transaction.atomic
def send_again(*, check_in: CheckIn, by, at: datetime) -> OutboxMessage:
    """Send a fresh link to the contact on file; the older link ends when the new one is made (R73)."""
    patient = check_in.patient
    role = authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)
    if not CheckIn.objects.filter(pk=check_in.pk, state=CheckIn.State.SENT).exists():
        raise StaleState("Only an open check-in can be sent again.")
    if not may_be_mailed(patient):
        raise StaleState("There is no e-mail address that may be used. Hand over a link or call.")
    number = check_in.messages.count()
    message = _queue_message(check_in, at, f"again-{number}")
    audit.record(by, "followups.send_again", at=at, subject=check_in, role=role, detail={"number": number})
    return message


@transaction.atomic
def mark_answered(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """The whole set arrived; called in the transaction that submits the last questionnaire."""
    CheckIn.objects.filter(pk=check_in.pk, state=CheckIn.State.SENT).update(
        state=CheckIn.State.ANSWERED, answered_at=at, ended_at=at, version=F("version") + 1
    )
    audit.record(by, "followups.mark_answered", at=at, subject=check_in)
    return check_in


@transaction.atomic
def expire_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """No answer inside the window: close it and end its link. Raises StaleState when it was answered meanwhile."""
    closed = CheckIn.objects.filter(pk=check_in.pk, state=CheckIn.State.SENT, closes_at__lte=at).update(
        state=CheckIn.State.EXPIRED, ended_at=at, ended_reason="No answer in time.", version=F("version") + 1
    )
    if not closed:
        raise StaleState("This check-in is not waiting any more.")
    if check_in.assessment_set_id and check_in.assessment_set.is_open:
        cancel_set(assessment_set=check_in.assessment_set, by=by, at=at, scheduled=True)
    audit.record(by, "followups.expire_check_in", at=at, subject=check_in)
    return check_in
