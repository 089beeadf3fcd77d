"""How a check-in ends: answered, without an answer, not sent in time, replaced, or with the patient's care."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from assessments.actions import cancel_set
from assessments.models import AssessmentSet
from common import audit
from common.errors import StaleState
from followups.actions.missed import raise_missed
from followups.models import CheckIn, OutboxMessage

State = CheckIn.State
OPEN_STATES = (State.PLANNED, State.SENT, State.PAUSED)
ONE_A_DAY = "The patient is asked something else on that day; nobody gets two messages a day."
TAKEN_BACK = "Its questionnaires were taken back."
UNFINISHED = (OutboxMessage.State.PENDING, OutboxMessage.State.AMBIGUOUS, OutboxMessage.State.FAILED)


def drop_messages(check_in: CheckIn) -> int:
    """Nobody has to send, or to look after, the messages of this check-in any more; part of a larger act."""
    waiting = OutboxMessage.objects.filter(check_in_id=check_in.pk, state__in=UNFINISHED)
    return waiting.update(state=OutboxMessage.State.DROPPED, claimed_until=None)


@transaction.atomic
def stop_messages(*, patient, by, at: datetime, channel: str = "") -> int:
    """Send nothing that waits for this patient, as part of an act that is allowed by itself; returns how many.

    `channel` names the only one that is stopped; empty means all.
    """
    waiting = OutboxMessage.objects.filter(check_in__patient=patient, state__in=UNFINISHED)
    if channel:
        waiting = waiting.filter(channel=channel)
    stopped = waiting.update(state=OutboxMessage.State.DROPPED, claimed_until=None)
    if stopped:
        audit.record(by, "followups.stop_messages", at=at, patient_id=patient.pk, detail={"stopped": stopped})
    return stopped


def end_check_in(check_in: CheckIn, to: str, *, at: datetime, by, reason: str = "", only=None, **stamps) -> None:
    """The one way a check-in ends, inside an act that audits itself. Raises StaleState when it is not open any more."""
    rows = CheckIn.objects.filter(pk=check_in.pk, state__in=OPEN_STATES) if only is None else only
    ended = rows.filter(pk=check_in.pk).update(
        state=to, ended_at=at, ended_reason=reason, version=F("version") + 1, **stamps
    )
    if not ended:
        raise StaleState("This check-in is already answered, over or cancelled.")
    drop_messages(check_in)
    check_in.refresh_from_db()
    open_set = AssessmentSet.objects.filter(pk=check_in.assessment_set_id, completed_at=None, cancelled_at=None).first()
    if open_set is not None:
        cancel_set(assessment_set=open_set, by=by, at=at, scheduled=True)


@transaction.atomic
def mark_answered(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """The whole set arrived, perhaps before it was asked for; called in the transaction that submits the last part.

    An answer to a check-in that is over already stays on the chart and changes nothing here.
    """
    try:
        end_check_in(check_in, State.ANSWERED, at=at, by=by, answered_at=at)
    except StaleState:
        return check_in
    audit.record(by, "followups.mark_answered", at=at, subject=check_in)
    return check_in


@transaction.atomic
def expire_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """No answer inside the window: close it and end its link. Raises StaleState when it was answered meanwhile."""
    over = CheckIn.objects.over(at)
    end_check_in(check_in, State.EXPIRED, at=at, by=by, only=over, reason="No answer in time.")
    audit.record(by, "followups.expire_check_in", at=at, subject=check_in)
    raise_missed(check_in, by, at)
    return check_in


@transaction.atomic
def miss_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """Its window passed while messages were not going out: say so, and ask nothing (F4)."""
    missed = CheckIn.objects.missed(at)
    end_check_in(check_in, State.MISSED, at=at, by=by, only=missed, reason="Messages were not going out in time.")
    audit.record(by, "followups.miss_check_in", at=at, subject=check_in, outcome="failed")
    raise_missed(check_in, by, at)
    return check_in


@transaction.atomic
def supersede_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """A later check-in of the same patient is due as well: ask only the later one (F4)."""
    due = CheckIn.objects.due(at)
    reason = "A later check-in was due when messages went out again."
    end_check_in(check_in, State.SUPERSEDED, at=at, by=by, only=due, reason=reason)
    audit.record(by, "followups.supersede_check_in", at=at, subject=check_in)
    return check_in


@transaction.atomic
def merge_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """The patient was already asked something today: nobody gets two messages a day (KAP-FUP-ONE-A-DAY)."""
    end_check_in(check_in, State.SUPERSEDED, at=at, by=by, only=CheckIn.objects.due(at), reason=ONE_A_DAY)
    audit.record(by, "followups.merge_check_in", at=at, subject=check_in)
    return check_in


@transaction.atomic
def stop_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """The patient has left care: nothing is asked any more (R73)."""
    end_check_in(check_in, State.CANCELLED, at=at, by=by, reason="The patient is discharged from care.")
    audit.record(by, "followups.stop_check_in", at=at, subject=check_in)
    return check_in
