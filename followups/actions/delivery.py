"""The outbox: a message is claimed by compare-and-set with a lease and sent once (F1, F2, F5)."""

import random
from datetime import datetime, timedelta

from django.db import transaction

from assessments.actions import make_link
from common import audit
from followups.actions.gates import is_open, note_answer, note_failure, take_place
from followups.contact import contact_of, may_be_written_to
from followups.hours import hours_of
from followups.models import CheckIn, OutboxMessage
from followups.outcomes import NotSent
from followups.schedule import waking_time
from patients.models import Patient

LEASE = timedelta(minutes=2)
LINK_LIVES = timedelta(days=7)  # R73: or the end of the check-in, whichever comes first
MAX_ATTEMPTS = 5
State, Delivery = OutboxMessage.State, OutboxMessage.Delivery


@transaction.atomic
def claim_message(*, message_id, by, at: datetime) -> OutboxMessage | None:
    """Take one waiting message for this worker.

    None when another worker has it, its check-in is over, its provider is not reached, enough went out for now (F4,
    F21), or its patient's quiet hours began while it waited; then it waits for the morning.
    """
    waiting = OutboxMessage.objects.waiting(at).filter(pk=message_id, check_in__state=CheckIn.State.SENT)
    message = waiting.select_related("check_in__patient__practice", "check_in__assessment_set").first()
    if message is None or _waits_for_morning(message, by, at):
        return None
    if not is_open(message.channel, at) or not take_place(at):
        return None
    claimed = {"state": State.CLAIMED, "claimed_until": at + LEASE, "attempts": message.attempts + 1}
    still = OutboxMessage.objects.filter(
        pk=message.pk, state=State.PENDING, attempts=message.attempts, check_in__state=CheckIn.State.SENT
    )
    if not still.update(**claimed):
        return None
    for name, value in claimed.items():
        setattr(message, name, value)
    _audit(by, "followups.claim_message", message, at)
    return message


def _waits_for_morning(message: OutboxMessage, by, at: datetime) -> bool:
    """A message due by day that nobody took until the night. What a person sends at night goes out at night."""
    zone, hours = message.check_in.patient.time_zone, hours_of(message.practice_id)
    morning = waking_time(at, zone, hours)
    if morning == at or waking_time(message.next_try_at, zone, hours) != message.next_try_at:
        return False
    if OutboxMessage.objects.filter(pk=message.pk, state=State.PENDING).update(next_try_at=morning):
        _audit(by, "followups.postpone_message", message, at)
    return True


@transaction.atomic
def make_message_link(*, message: OutboxMessage, by, at: datetime) -> str | None:
    """The token for a claimed message, or None when it may not go out any more; then it is dropped.

    Consent, contact and care are asked now, not when the check-in was opened or its message claimed, and nobody
    changes them before the link is there to be ended with them. It goes the way and to the contact that the patient
    has chosen by now. Older links of the set end (R73).
    """
    check_in = message.check_in
    patient = check_in.patient = _as_stored(check_in.patient_id)
    if not (check_in.assessment_set.is_open and check_in.closes_at > at and may_be_written_to(patient)):
        _held(message).update(state=State.DROPPED, claimed_until=None)
        _audit(by, "followups.drop_message", message, at)
        return None
    message.channel, message.sent_to = patient.contact_by, contact_of(patient)
    _held(message).update(channel=message.channel, sent_to=message.sent_to)
    _, token = make_link(
        assessment_set=check_in.assessment_set,
        by=by.in_practice(message.practice_id),
        at=at,
        channel=message.channel,
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
def record_sent(*, message: OutboxMessage, by, at: datetime, provider_id: str = "") -> bool:
    """The mail server or the provider accepted it; `provider_id` is what it calls the message."""
    note_answer(message.channel, by, at)
    done = _held(message).update(
        state=State.SENT, sent_at=at, claimed_until=None, last_error="", provider_id=provider_id
    )
    if done:
        _audit(by, "followups.record_sent", message, at)
    return bool(done)


@transaction.atomic
def record_trouble(*, message: OutboxMessage, by, at: datetime, error: NotSent) -> None:
    """It was certainly not sent: try later with growing, jittered pauses; after five tries a person must look (F24).

    Not before the time that the provider asked us to wait. `error` says its own name only: more could name the
    address.
    """
    name, attempts = str(error), message.attempts
    if error.is_outage:
        note_failure(message.channel, by, at, name, error.retry_after)
    over = attempts >= MAX_ATTEMPTS
    pause = timedelta(seconds=30 * 2**attempts)
    pause = max(pause, error.retry_after or pause) * random.uniform(*_spread(error))  # noqa: S311  (spreads load)
    changed = _held(message).update(
        state=State.FAILED if over else State.PENDING,
        next_try_at=waking_time(at + pause, message.check_in.patient.time_zone, hours_of(message.practice_id)),
        claimed_until=None,
        last_error=name[:200],
    )
    if changed:
        detail = {"attempts": attempts, "error": name[:60]}
        _audit(by, "followups.record_trouble", message, at, outcome="failed", detail=detail)


def _spread(error: NotSent) -> tuple[float, float]:
    """Never before the provider's own time."""
    return (1.0, 1.2) if error.retry_after else (0.8, 1.2)


@transaction.atomic
def record_refused(*, message: OutboxMessage, by, at: datetime, code: str) -> None:
    """The provider takes nothing for this address or number: somebody calls and checks the contact."""
    note_answer(message.channel, by, at)
    changed = _held(message).update(
        state=State.FAILED,
        claimed_until=None,
        delivery=Delivery.UNDELIVERED,
        delivery_at=at,
        delivery_code=code[:12],
        last_error="Refused",
    )
    if changed:
        _audit(by, "followups.record_refused", message, at, outcome="failed", detail={"code": code[:12]})


@transaction.atomic
def record_unclear(*, message: OutboxMessage, by, at: datetime, error: str) -> None:
    """The connection broke while it was handed over: a person must look, nothing is resent blindly (F1)."""
    note_failure(message.channel, by, at, error)
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
