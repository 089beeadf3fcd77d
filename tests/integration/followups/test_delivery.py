"""Each message is sent once, or somebody is told that nobody knows (F1, F2, F5, F24, R70, R73, R74)."""

import re
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.test import TestCase

from assessments.actions import cancel_set
from assessments.actions.giving import token_digest
from assessments.models import AnswerLink
from common.errors import StaleState
from common.models import AuditEvent
from followups import actions, tasks
from followups.models import CheckIn, OutboxMessage
from patients.actions import update_patient, withdraw_consent
from tests.builders import followups as build
from tests.builders import patients as people

LINK = re.compile(r"http://127\.0\.0\.1:\d+/c/(\S+?)/\s")


@pytest.fixture
def opened(check_in, by, clock, no_queue):
    """A check-in that is due now, with its message waiting."""
    clock(check_in.due_at)
    return actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)


@pytest.fixture
def message(opened):
    return opened.messages.get()


def fresh(message) -> OutboxMessage:
    return OutboxMessage.objects.select_related("check_in__patient").get(pk=message.pk)


def test_deliver_sends_one_mail_and_says_so(message, opened):
    tasks.deliver(str(message.pk))
    tasks.deliver(str(message.pk))

    row = fresh(message)
    assert len(mail.outbox) == 1
    assert (row.state, row.sent_at, row.attempts) == ("sent", opened.due_at, 1)
    assert mail.outbox[0].to == [opened.patient.email]
    assert mail.outbox[0].extra_headers["Message-ID"] == message.message_id
    kept = AuditEvent.objects.get(action="followups.record_sent")
    assert (kept.practice_id, kept.patient_id) == (opened.patient.practice_id, opened.patient_id)


def test_mail_carries_a_link_of_which_only_the_digest_is_stored(message, opened):
    tasks.deliver(str(message.pk))

    (token,) = LINK.findall(mail.outbox[0].body)
    link = AnswerLink.objects.get(token_sha256=token_digest(token))
    assert link.assessment_set_id == opened.assessment_set_id
    assert link.expires_at == min(opened.closes_at, opened.due_at + timedelta(days=7))


DENIED = [
    "ketamine",
    "depress",
    "anxiety",
    "ptsd",
    "suicid",
    "session",
    "dose",
    "treatment",
    "therap",
    "psych",
    "score",
]


@pytest.mark.parametrize("word", DENIED)
def test_mail_names_no_health_matter(message, word):
    tasks.deliver(str(message.pk))
    (sent,) = mail.outbox
    assert word not in f"{sent.subject} {sent.body} {sent.from_email} {sent.extra_headers}".casefold()


def test_mail_names_neither_patient_nor_practice(clinic, message, opened):
    tasks.deliver(str(message.pk))
    sent = mail.outbox[0].message().as_string().replace(opened.patient.email, "")
    person = opened.patient
    for private in (person.given_name, person.family_name, person.mrn, "1985", clinic.practice.name, str(person.pk)):
        assert private not in sent


def test_mail_shows_crisis_help_and_the_clinics_phone(clinic, message):
    type(clinic.practice).objects.filter(pk=clinic.practice.pk).update(phone="555 0100", crisis_label="Bob's & Co line")
    tasks.deliver(str(message.pk))
    body = mail.outbox[0].body
    assert "Bob's & Co line: 988" in body
    assert "Emergency: 911" in body
    assert "555 0100" in body


def test_claim_is_taken_by_one_worker_only(message, by, opened):
    first = actions.claim_message(message_id=message.pk, by=by, at=opened.due_at)
    second = actions.claim_message(message_id=message.pk, by=by, at=opened.due_at)

    assert (first.state, first.claimed_until) == ("claimed", opened.due_at + timedelta(minutes=2))
    assert second is None


def test_claim_waits_until_its_time(message, by, opened):
    assert actions.claim_message(message_id=message.pk, by=by, at=opened.due_at - timedelta(seconds=1)) is None


def test_claim_whose_worker_died_becomes_unclear_and_is_not_sent_again(message, by, opened, clock, no_queue):
    actions.claim_message(message_id=message.pk, by=by, at=opened.due_at)

    clock(opened.due_at + timedelta(seconds=119))
    tasks.sweep()
    assert fresh(message).state == "claimed"
    clock(opened.due_at + timedelta(seconds=120))
    tasks.sweep()

    assert (fresh(message).state, no_queue) == ("ambiguous", [])
    assert list(CheckIn.objects.unclear()) == [opened]
    assert AuditEvent.objects.get(action="followups.give_up_claim").practice_id == opened.patient.practice_id
    tasks.deliver(str(message.pk))
    assert mail.outbox == []


def test_slow_worker_that_did_send_clears_the_doubt(message, by, opened):
    claimed = actions.claim_message(message_id=message.pk, by=by, at=opened.due_at)
    later = opened.due_at + timedelta(minutes=3)
    actions.give_up_claim(message=claimed, by=by, at=later)

    assert actions.record_sent(message=claimed, by=by, at=later)
    assert fresh(message).state == "sent"


class Refusing:
    """A mail server that answers as told, from opening to handing over."""

    def __init__(self, on_open=None, on_send=None):
        self.on_open, self.on_send = on_open, on_send

    def __call__(self):
        return self

    def open(self):
        if self.on_open:
            raise self.on_open

    def send_messages(self, messages):
        raise self.on_send

    def close(self):
        raise smtplib.SMTPServerDisconnected("gone")


REFUSED = [
    Refusing(on_open=ConnectionRefusedError()),
    Refusing(on_open=TimeoutError()),
    Refusing(on_send=smtplib.SMTPRecipientsRefused({"a@b.invalid": (550, b"no such user")})),
    Refusing(on_send=smtplib.SMTPDataError(451, b"try later")),
    Refusing(on_send=ValueError("header with a line break")),
]


@pytest.mark.parametrize("server", REFUSED, ids=lambda server: type(server.on_open or server.on_send).__name__)
def test_refused_mail_is_tried_again_later(message, opened, monkeypatch, server):
    monkeypatch.setattr("followups.mail.get_connection", server)
    tasks.deliver(str(message.pk))

    row = fresh(message)
    assert (row.state, row.attempts, row.claimed_until) == ("pending", 1, None)
    wait = (row.next_try_at - opened.due_at).total_seconds()
    assert 48 <= wait <= 72
    assert "@" not in row.last_error


@pytest.mark.parametrize("error", [TimeoutError(), smtplib.SMTPServerDisconnected("lost"), BrokenPipeError()])
def test_connection_lost_while_handing_over_is_unclear(message, monkeypatch, error):
    monkeypatch.setattr("followups.mail.get_connection", Refusing(on_send=error))
    tasks.deliver(str(message.pk))

    assert (fresh(message).state, fresh(message).last_error) == ("ambiguous", type(error).__name__)


def test_fifth_refusal_parks_the_message_for_a_person(message, opened, monkeypatch, clock):
    monkeypatch.setattr("followups.mail.get_connection", Refusing(on_open=ConnectionRefusedError()))
    waits = []
    for _ in range(5):
        before = clock(fresh(message).next_try_at)
        tasks.deliver(str(message.pk))
        waits.append((fresh(message).next_try_at - before).total_seconds())

    assert (fresh(message).state, fresh(message).attempts) == ("failed", 5)
    assert waits == sorted(waits)
    assert list(CheckIn.objects.unclear()) == [opened]
    tasks.deliver(str(message.pk))
    assert fresh(message).attempts == 5


def test_retry_never_falls_into_the_night(message, opened, monkeypatch, clock):
    late = clock(opened.due_at + timedelta(hours=10, minutes=59, seconds=50))  # 20:59:50 in New York
    monkeypatch.setattr("followups.mail.get_connection", Refusing(on_open=ConnectionRefusedError()))
    tasks.deliver(str(message.pk))

    assert fresh(message).next_try_at == late.replace(hour=12, minute=0, second=0)


@pytest.mark.parametrize("reason", ["cancelled", "withdrawn", "no_address", "set_cancelled", "window_over"])
def test_message_that_may_no_longer_go_out_is_dropped_at_the_last_moment(clinic, message, opened, clock, reason):
    at, patient = opened.due_at, opened.patient
    if reason == "cancelled":
        actions.cancel_check_in(check_in=opened, by=clinic.nurse, at=at, reason="In hospital")
    elif reason == "withdrawn":
        withdraw_consent(
            consent=people.consent(patient, clinic.nurse, at, scope="messages"), by=clinic.nurse, at=at, reason=""
        )
    elif reason == "no_address":
        update_patient(patient=patient, by=clinic.nurse, at=at, version=patient.version, email="")
    elif reason == "set_cancelled":
        cancel_set(assessment_set=opened.assessment_set, by=clinic.nurse, at=at)
    else:
        clock(opened.closes_at)

    tasks.deliver(str(message.pk))

    assert (fresh(message).state, mail.outbox) == ("dropped", [])


def test_sweep_drops_what_waits_for_a_check_in_that_is_over(message, opened, no_queue):
    CheckIn.objects.filter(pk=opened.pk).update(state="cancelled")
    tasks.sweep()
    assert (fresh(message).state, no_queue) == ("dropped", [])


def test_sweep_rings_only_for_messages_whose_time_has_come(clinic, message, by, no_queue):
    later = build.first_check_in(clinic)
    actions.open_check_in(check_in=later, by=by, at=later.due_at)
    OutboxMessage.objects.filter(check_in=later).update(next_try_at=later.due_at + timedelta(seconds=1))
    tasks.sweep()
    assert no_queue == [str(message.pk)]


def test_person_confirms_that_an_unclear_message_arrived(clinic, message, by, opened):
    claimed = actions.claim_message(message_id=message.pk, by=by, at=opened.due_at)
    actions.record_unclear(message=claimed, by=by, at=opened.due_at, error="TimeoutError")

    actions.confirm_delivery(check_in=opened, by=clinic.nurse, at=opened.due_at)

    assert fresh(message).state == "sent"
    assert not CheckIn.objects.unclear().exists()
    with pytest.raises(StaleState):
        actions.confirm_delivery(check_in=opened, by=clinic.nurse, at=opened.due_at)


def test_sending_again_settles_an_unclear_message(clinic, message, by, opened):
    claimed = actions.claim_message(message_id=message.pk, by=by, at=opened.due_at)
    actions.record_unclear(message=claimed, by=by, at=opened.due_at, error="TimeoutError")

    again = actions.send_again(check_in=opened, by=clinic.nurse, at=opened.due_at)

    assert (fresh(message).state, again.purpose, again.state) == ("dropped", "again-1", "pending")


def test_queue_that_is_down_does_not_refuse_the_clinician(clinic, check_in, dosed_at, monkeypatch):
    def down(pk):
        raise ConnectionError("no broker")

    monkeypatch.setattr("followups.doorbell.ring_for", down)
    with TestCase.captureOnCommitCallbacks(execute=True) as callbacks:
        actions.send_now(check_in=check_in, by=clinic.nurse, at=dosed_at)

    assert len(callbacks) == 1
    assert OutboxMessage.objects.get().state == "pending"
