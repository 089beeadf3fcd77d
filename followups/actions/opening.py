"""Opens a check-in when it is due or when a clinician says so; sends it again; hands its link over."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from assessments.actions import give_assessments, make_link
from assessments.models import AnswerLink
from common import audit
from common.errors import Blocked, StaleState
from followups.actions.delivery import LINK_LIVES
from followups.actions.ending import TAKEN_BACK, drop_messages, end_check_in
from followups.contact import contact_blockers, may_be_written_to
from followups.doorbell import ring_after_commit
from followups.hours import hours_of
from followups.models import CheckIn, OutboxMessage
from followups.schedule import waking_time
from sessions_app.actions import settle_questionnaires


@transaction.atomic
def open_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """Claim a due check-in, give its questionnaires, and put its message into the outbox, all or nothing.

    Raises StaleState when another worker was first. A patient who may not be written to gets no message; staff see
    "to call". In the patient's quiet hours the message waits for the morning. What hangs on a session whose
    questionnaires were taken back ends here.
    """
    if not check_in.is_follow_up and not check_in.assessment_set.is_open:
        end_check_in(check_in, CheckIn.State.CANCELLED, at=at, by=by, reason=TAKEN_BACK)
        audit.record(by, "followups.open_check_in", at=at, subject=check_in, outcome="failed")
        return check_in
    _open(check_in, by, at)
    if may_be_written_to(check_in.patient):
        queue_message(check_in, at, "invite", next_try_at=_when_awake(check_in, at))
    audit.record(by, "followups.open_check_in", at=at, subject=check_in)
    return check_in


def _when_awake(check_in: CheckIn, at: datetime) -> datetime:
    return waking_time(at, check_in.patient.time_zone, hours_of(check_in.patient.practice_id))


def _open(check_in: CheckIn, by, at: datetime) -> None:
    claimed = CheckIn.objects.filter(pk=check_in.pk, state=CheckIn.State.PLANNED, closes_at__gt=at).update(
        state=CheckIn.State.SENT, sent_at=at, version=F("version") + 1
    )
    if not claimed:
        raise StaleState("This check-in is no longer planned.")
    check_in.state, check_in.sent_at = CheckIn.State.SENT, at
    check_in.version += 1
    if check_in.is_follow_up:
        _give(check_in, by, at)
    elif check_in.occasion == CheckIn.Occasion.BEFORE:
        settle_questionnaires(session=check_in.session, by=by, at=at)


def _give(check_in: CheckIn, by, at: datetime) -> None:
    """The questionnaires of a time point; around a session they were given with it."""
    given = give_assessments(
        patient=check_in.patient,
        by=by,
        at=at,
        occasion="follow_up",
        instruments=check_in.point.instruments,
        due_at=check_in.due_at,
        expires_at=check_in.closes_at,
        scheduled=True,
    )
    CheckIn.objects.filter(pk=check_in.pk).update(assessment_set=given)
    check_in.assessment_set = given


def queue_message(check_in: CheckIn, at: datetime, purpose: str, next_try_at: datetime) -> OutboxMessage:
    message = OutboxMessage(
        practice_id=check_in.patient.practice_id,
        check_in=check_in,
        channel=check_in.patient.contact_by,
        purpose=purpose,
        next_try_at=next_try_at,
        created_at=at,
        message_id=f"<{uuid.uuid4()}@check-in.invalid>",
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Somebody is sending this check-in at the moment. Reload to see it.") from error
    if next_try_at <= at:
        ring_after_commit(message.pk)
    return message


def _role_of(by, check_in: CheckIn):
    patient = check_in.patient
    return authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)


def _refuse_unreachable(check_in: CheckIn) -> None:
    standing = contact_blockers(check_in.patient)
    if standing:
        raise Blocked(standing)


@transaction.atomic
def send_now(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """A clinician sends a planned check-in before its time, at any hour."""
    role = _role_of(by, check_in)
    _refuse_unreachable(check_in)
    _open(check_in, by, at)
    queue_message(check_in, at, "invite", next_try_at=at)
    audit.record(by, "followups.send_now", at=at, subject=check_in, role=role)
    return check_in


@transaction.atomic
def send_again(*, check_in: CheckIn, by, at: datetime) -> OutboxMessage:
    """Send a fresh link to the contact on file; the older link ends when the new one is made (R73)."""
    role = _role_of(by, check_in)
    _refuse_unless_waiting(check_in, at)
    _refuse_unreachable(check_in)
    number = check_in.messages.count()
    drop_messages(check_in)
    message = queue_message(check_in, at, f"again-{number}", next_try_at=at)
    audit.record(by, "followups.send_again", at=at, subject=check_in, role=role, detail={"number": number})
    return message


def _refuse_unless_waiting(check_in: CheckIn, at: datetime) -> None:
    if not CheckIn.objects.filter(pk=check_in.pk, state=CheckIn.State.SENT, closes_at__gt=at).exists():
        raise StaleState("Only a check-in that waits for its answer can be sent again.")


@transaction.atomic
def hand_over_link(*, check_in: CheckIn, by, at: datetime) -> tuple[AnswerLink, str]:
    """A link to give to the patient in person or by phone; opens a planned check-in, sends nothing (R73).

    Returns the link and its token, told once. Older links and waiting messages end.
    """
    role = _role_of(by, check_in)
    if check_in.state == CheckIn.State.PLANNED:
        _open(check_in, by, at)
    _refuse_unless_waiting(check_in, at)
    drop_messages(check_in)
    ends_at = min(check_in.closes_at, at + LINK_LIVES)
    made = make_link(assessment_set=check_in.assessment_set, by=by, at=at, channel="handed", expires_at=ends_at)
    audit.record(by, "followups.hand_over_link", at=at, subject=check_in, role=role)
    return made
