"""The outbox: a message is claimed by compare-and-set with a lease and sent once (F1, F2, F5)."""

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from assessments.actions import make_link
from common import audit
from followups.models import CheckIn, OutboxMessage

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5


@transaction.atomic
def claim_message(*, message_id, by, at: datetime) -> tuple[OutboxMessage, str] | None:
    """Take one waiting message for this worker and make its link; None when another worker has it or it is over."""
    taken = OutboxMessage.objects.filter(
        pk=message_id, state=OutboxMessage.State.PENDING, next_try_at__lte=at, check_in__state=CheckIn.State.SENT
    ).update(state=OutboxMessage.State.CLAIMED, claimed_until=at + LEASE, attempts=F("attempts") + 1)
    if not taken:
        return None
    message = OutboxMessage.objects.select_related("check_in__patient__practice", "check_in__assessment_set").get(
        pk=message_id
    )
    check_in = message.check_in
    _, token = make_link(
        assessment_set=check_in.assessment_set,
        by=by,
        at=at,
        channel="email",
        expires_at=min(check_in.closes_at, at + timedelta(days=7)),
        scheduled=True,
    )
    audit.record(by, "followups.claim_message", at=at, subject=message, patient_id=check_in.patient_id)
    return message, token


@transaction.atomic
def record_sent(*, message: OutboxMessage, by, at: datetime) -> bool:
    """The mail server accepted it."""
    done = OutboxMessage.objects.filter(pk=message.pk, state=OutboxMessage.State.CLAIMED).update(
        state=OutboxMessage.State.SENT, sent_at=at, claimed_until=None, last_error=""
    )
    audit.record(by, "followups.record_sent", at=at, subject=message, patient_id=message.check_in.patient_id)
    return bool(done)


@transaction.atomic
def record_trouble(*, message: OutboxMessage, by, at: datetime, error: str) -> None:
    """The mail server refused: try later with growing, jittered pauses; after five tries a person must look (F24)."""
    attempts = message.attempts
    over = attempts >= MAX_ATTEMPTS
    pause = timedelta(seconds=30 * 2**attempts * random.uniform(0.8, 1.2))  # noqa: S311  (spreads load, hides nothing)
    OutboxMessage.objects.filter(pk=message.pk, state=OutboxMessage.State.CLAIMED).update(
        state=OutboxMessage.State.FAILED if over else OutboxMessage.State.PENDING,
        next_try_at=at + pause,
        claimed_until=None,
        last_error=error[:200],
    )
    audit.record(
        by,
        "followups.record_trouble",
        at=at,
        subject=message,
        patient_id=message.check_in.patient_id,
        outcome="failed",
        detail={"attempts": attempts},
    )


@transaction.atomic
def release_expired_claims(*, by, at: datetime) -> int:
    """A claim whose worker died may or may not have been sent: mark it unclear for a person, never resend blindly."""
    stale = Q(state=OutboxMessage.State.CLAIMED, claimed_until__lte=at)
    count = OutboxMessage.objects.filter(stale).update(state=OutboxMessage.State.AMBIGUOUS, claimed_until=None)
    if count:
        audit.record(by, "followups.release_expired_claims", at=at, detail={"unclear": count})
    return count
