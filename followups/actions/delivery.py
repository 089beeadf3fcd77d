"""The outbox: a message is claimed by compare-and-set with a lease and sent once (F1, F2, F5)."""

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from assessments.actions import make_link
from common import audit
from common.errors import StaleState
from followups.contact import may_be_mailed
from followups.hours import hours_of
from followups.models import CheckIn, OutboxMessage
from followups.schedule import waking_time
from patients.models import Patient

LEASE = timedelta(minutes=2)
LINK_LIVES = timedelta(days=7)  # R73: or the end of the check-in, whichever comes first
MAX_ATTEMPTS = 5
State = OutboxMessage.State


@transaction.atomic
def claim_message(*, message_id, by, at: datetime) -> OutboxMessage | None:
    """Take one waiting message for this worker; None when another worker has it or its check-in is over."""
    taken = OutboxMessage.objects.filter(
        pk=message_id, state=State.PENDING, next_try_at__lte=at, check_in__state=CheckIn.State.SENT
    ).update(state=State.CLAIMED, claimed_until=at + LEASE, attempts=F("attempts") + 1)
    if not taken:
        return None
    message = OutboxMessage.objects.select_related("check_in__patient__practice", "check_in__assessment_set").get(
        pk=message_id
    )
    _audit(by, "followups.claim_message", message, at)
    return message


@transaction.atomic
def make_message_link(*, message: OutboxMessage, by, at: datetime) -> str | None:
    """The token for a claimed message, or None when it may not go out any more; then it is dropped.

    Consent, address and care are asked now, not when the check-in was opened or its message claimed, and nobody
    changes them before the link is there to be ended with them. Older links of the set end (R73).
    """
    check_in = message.check_in
    check_in.patient = _as_stored(check_in.patient_id)
    if not (check_in.assessment_set.is_open and check_in.closes_at > at and may_be_mailed(check_in.patient)):
        _held(message).update(state=State.DROPPED, claimed_until=None)
        _audit(by, "followups.drop_message", message, at)
        return None
    _, token = make_link(
        assessment_set=check_in.assessment_set,
        by=by.in_practice(message.practice_id),
        at=at,
        channel="email",
        expires_at=min(check_in.closes_at, at + LINK_LIVES),
        scheduled=True,
    )
    return token


def _as_stored(patient_id) -> Patient:
    """The patient's row, locked until the transaction ends."""
    rows = Patient.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("practice").get(pk=patient_id)


def _held(message: OutboxMessage):
    """The stored row while this attempt is the last one; also after its lease ran out, since only a person could
    have touched it since."""
    return OutboxMessage.objects.filter(
        pk=message.pk, attempts=message.attempts, state__in=[State.CLAIMED, State.AMBIGUOUS]
    )


def _audit(by, action: str, message: OutboxMessage, at: datetime, **what) -> None:
    audit.record(
        by.in_practice(message.practice_id),
        action,
        at=at,
        subject=message,
        patient_id=message.check_in.patient_id,
        **what,
    )


@transaction.atomic
def record_sent(*, message: OutboxMessage, by, at: datetime) -> bool:
    """The mail server accepted it."""
    done = _held(message).update(state=State.SENT, sent_at=at, claimed_until=None, last_error="")
    if done:
        _audit(by, "followups.record_sent", message, at)
    return bool(done)


@transaction.atomic
def record_trouble(*, message: OutboxMessage, by, at: datetime, error: str) -> None:
    """It was certainly not sent: try later with growing, jittered pauses; after five tries a person must look (F24).

    `error` is the name of an error, never its text: that could name the address.
    """
    attempts = message.attempts
    over = attempts >= MAX_ATTEMPTS
    pause = timedelta(seconds=30 * 2**attempts * random.uniform(0.8, 1.2))  # noqa: S311  (spreads load, hides nothing)
    changed = _held(message).update(
        state=State.FAILED if over else State.PENDING,
        next_try_at=waking_time(at + pause, message.check_in.patient.time_zone, hours_of(message.practice_id)),
        claimed_until=None,
        last_error=error[:200],
    )
    if changed:
        detail = {"attempts": attempts, "error": error[:60]}
        _audit(by, "followups.record_trouble", message, at, outcome="failed", detail=detail)


@transaction.atomic
def record_unclear(*, message: OutboxMessage, by, at: datetime, error: str) -> None:
    """The connection broke while the mail was handed over: a person must look, nothing is resent blindly (F1)."""
    changed = _held(message).update(state=State.AMBIGUOUS, claimed_until=None, last_error=error[:200])
    if changed:
        _audit(by, "followups.record_unclear", message, at, outcome="failed", detail={"error": error[:60]})


@transaction.atomic
def give_up_claim(*, message: OutboxMessage, by, at: datetime) -> bool:
    """Its worker died while sending: it may or may not have gone out. Mark it unclear for a person (F1)."""
    changed = OutboxMessage.objects.abandoned(at).filter(pk=message.pk)
    done = changed.update(state=State.AMBIGUOUS, claimed_until=None, last_error="WorkerStopped")
    if done:
        _audit(by, "followups.give_up_claim", message, at, outcome="failed")
    return bool(done)


@transaction.atomic
def drop_message(*, message: OutboxMessage, by, at: datetime) -> bool:
    """Its check-in ended before it was sent."""
    done = OutboxMessage.objects.unneeded().filter(pk=message.pk).update(state=State.DROPPED)
    if done:
        _audit(by, "followups.drop_message", message, at)
    return bool(done)


@transaction.atomic
def confirm_delivery(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """A clinician learned that an unclear message did arrive."""
    patient = check_in.patient
    role = authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)
    unclear = OutboxMessage.objects.filter(check_in=check_in, state=State.AMBIGUOUS)
    if not unclear.update(state=State.SENT, sent_at=at, last_error=""):
        raise StaleState("No message of this check-in is unclear any more.")
    audit.record(by, "followups.confirm_delivery", at=at, subject=check_in, role=role)
    return check_in
