"""What became of a message: the provider's callbacks, mail that came back, what staff do about it (F1, R73, R81)."""

import io
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from common.errors import Blocked, StaleState
from common.models import AuditEvent
from followups import actions, tasks
from followups.delivery_words import reason_of
from followups.models import CheckIn, OutboxMessage
from followups.twilio import is_signed, signature_of
from patients.actions import update_patient
from tests.builders import accounts
from tests.builders import followups as build
from tests.builders.text_provider import TOKEN

FROM_TWILIO = {"MessageSid": "SM0123", "AccountSid": "AC0123456789", "To": "+15550100155"}


@pytest.fixture(autouse=True)
def _texts(settings, tmp_path):
    settings.TEXT_PROVIDER, settings.TEXT_FOLDER = "folder", tmp_path / "texts"
    settings.TWILIO = {**settings.TWILIO, "token": TOKEN}
    settings.PUBLIC_URL = "https://clinic.example"


@pytest.fixture
def sent(check_in, by, clock, no_queue):
    """A mail that went out."""
    clock(check_in.due_at)
    actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    tasks.deliver(str(check_in.messages.get().pk))
    return check_in.messages.get()


@pytest.fixture
def texted(clinic, check_in, dosed_at, request):
    """A text message that went out."""
    build.by_text(check_in.patient, clinic, dosed_at)
    return request.getfixturevalue("sent")


def fresh(message) -> OutboxMessage:
    return OutboxMessage.objects.select_related("check_in__patient").get(pk=message.pk)


def told(pk, status: str, client=None, signature=None, **more):
    """A callback of the provider about the message with this id."""
    path = reverse("followups:text_status", args=[pk])
    form = {**FROM_TWILIO, "MessageStatus": status, **more}
    signed = signature_of(TOKEN, f"https://clinic.example{path}", form) if signature is None else signature
    client = client or Client(enforce_csrf_checks=True)
    return client.post(path, form, headers={"X-Twilio-Signature": signed})


def test_signature_is_the_one_that_twilio_publishes():
    """https://www.twilio.com/docs/usage/security: their own example of address, fields and token."""
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234"}
    form |= {"From": "+12349013030", "To": "+18005551212"}
    url, signature = "https://mycompany.com/myapp.php?foo=1&bar=2", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    assert signature_of("12345", url, form) == signature
    assert is_signed("12345", url, form, signature)
    assert not is_signed("", url, form, signature_of("", url, form))


@pytest.mark.parametrize(
    ("status", "delivery"), [("delivered", "delivered"), ("undelivered", "undelivered"), ("failed", "undelivered")]
)
def test_callback_says_what_became_of_a_text(texted, status, delivery):
    code = "30005" if delivery == "undelivered" else ""
    assert told(texted.pk, status, ErrorCode="30005").status_code == 204
    assert told(texted.pk, status, ErrorCode="30005").status_code == 204
    row = fresh(texted)
    assert (row.state, row.delivery, row.delivery_code) == ("sent", delivery, code)
    event = AuditEvent.objects.get(action="followups.record_delivery")
    assert (event.actor_name, event.patient_id) == ("system:text-status", row.check_in.patient_id)
    assert event.practice_id == row.practice_id


def test_not_delivered_is_the_last_word_in_any_order(texted):
    told(texted.pk, "undelivered", ErrorCode="30003")
    told(texted.pk, "delivered")
    told(texted.pk, "sent")
    assert fresh(texted).delivery == "undelivered"


@pytest.mark.parametrize("state", ["ambiguous", "claimed"])
@pytest.mark.parametrize("status", ["queued", "sent", "delivered"])
def test_callback_settles_what_nobody_knew(texted, state, status):
    """F1: no person has to look, and nothing is sent again."""
    OutboxMessage.objects.filter(pk=texted.pk).update(state=state, sent_at=None)
    told(texted.pk, status)
    assert fresh(texted).state == "sent"
    assert not CheckIn.objects.unclear().exists()


def test_unknown_id_is_answered_like_a_known_one(texted):
    known, unknown = told(texted.pk, "delivered"), told(uuid4(), "delivered")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (204, b"")
    assert AuditEvent.objects.filter(action="followups.record_delivery").count() == 1


def test_callback_without_the_providers_signature_is_refused_alike_and_slowed_down(texted, settings):
    """R81: twenty in an hour from one address, then 429; a signed one is never slowed down."""
    stolen = signature_of(TOKEN, f"https://clinic.example/follow-ups/texts/{uuid4()}/status/", FROM_TWILIO)
    for pk in (texted.pk, uuid4()):
        for signature in ("", "x", "é", stolen, signature_of("", "https://clinic.example", FROM_TWILIO)):
            answer = told(pk, "undelivered", signature=signature)
            assert (answer.status_code, answer.content) == (400, b"")
    for _ in range(10):
        assert told(uuid4(), "delivered", signature="x").status_code == 400
    assert told(uuid4(), "delivered", signature="x").status_code == 429
    assert fresh(texted).delivery == ""
    assert told(texted.pk, "delivered").status_code == 204
    assert fresh(texted).delivery == "delivered"
    settings.TWILIO = {**settings.TWILIO, "token": ""}
    assert told(texted.pk, "undelivered", signature=signature_of("", "", {})).status_code in (400, 429)


def test_callback_is_a_small_post(texted):
    path = reverse("followups:text_status", args=[texted.pk])
    assert Client().get(path).status_code == 405
    assert told(texted.pk, "delivered", ErrorMessage="x" * 10_001).status_code == 413
    assert fresh(texted).delivery == ""


# mail that came back

NOTIFICATION = """\
From: MAILER-DAEMON@mx.clinic.example
To: care-team@clinic.example
Message-ID: <not-ours@mx.clinic.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.clinic.example

Final-Recipient: rfc822; somebody@patients.invalid
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--b
Content-Type: {part}

Message-ID: {message_id}
Subject: A short check-in is waiting for you

--b--
"""


def bounce(monkeypatch, message_id, action="failed", status="5.1.1", part="text/rfc822-headers") -> str:
    text = NOTIFICATION.format(message_id=message_id, action=action, status=status, part=part)
    return piped(monkeypatch, text.encode())


def piped(monkeypatch, raw: bytes) -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    call_command("record_bounce", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("part", ["text/rfc822-headers", "message/rfc822"])
def test_bounce_is_matched_by_our_message_id(sent, monkeypatch, part):
    assert bounce(monkeypatch, sent.message_id, part=part) == "Noted.\n"
    row = fresh(sent)
    assert (row.delivery, row.delivery_code) == ("undelivered", "5.1.1")
    assert AuditEvent.objects.get(action="followups.record_delivery").actor_name == "system:record_bounce"


@pytest.mark.parametrize(
    ("action", "status", "delivery"),
    [
        ("delayed", "4.4.1", ""),
        ("relayed", "2.0.0", ""),
        ("delivered", "2.0.0", "delivered"),
        ("failed", "", "undelivered"),
    ],
)
def test_only_what_is_final_counts(sent, monkeypatch, action, status, delivery):
    bounce(monkeypatch, sent.message_id, action=action, status=status)
    assert fresh(sent).delivery == delivery


NO_ID = NOTIFICATION.format(message_id="", action="failed", status="5.1.1", part="text/plain").encode()


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"Subject: out of office\n\nI am away.", NO_ID])
def test_whatever_else_is_piped_changes_nothing(sent, monkeypatch, raw):
    assert piped(monkeypatch, raw)
    assert fresh(sent).delivery == ""


def test_bounce_of_somebody_elses_mail_is_passed_over(sent, monkeypatch):
    assert bounce(monkeypatch, "<another@example.org>") == "It is not about a mail of this clinic.\n"


def test_database_that_is_down_asks_the_mail_server_to_pipe_again(sent, monkeypatch):
    def down(message_id):
        raise DatabaseError

    monkeypatch.setattr("followups.management.commands.record_bounce.message_of_mail", down)
    with pytest.raises(SystemExit) as end:
        bounce(monkeypatch, sent.message_id)
    assert end.value.code == 75


# what staff see and do


@pytest.fixture
def bounced(sent, by):
    actions.record_delivery(message=fresh(sent), by=by, at=sent.sent_at, delivery="undelivered", code="5.1.1")
    return fresh(sent)


def codes(refusal) -> list[str]:
    return [blocker.code for blocker in refusal.value.blockers]


def test_bounced_address_gets_nothing_more_until_somebody_confirmed_it(clinic, bounced, by, clock, no_queue):
    check_in, person, at = bounced.check_in, bounced.check_in.patient, bounced.sent_at
    with pytest.raises(Blocked) as refusal:
        actions.send_again(check_in=check_in, by=clinic.nurse, at=at)
    assert codes(refusal) == ["CONTACT_UNDELIVERED"]
    clock(at + timedelta(hours=22))
    tasks.sweep()  # no reminder
    later = CheckIn.objects.filter(patient=person, state="planned").order_by("due_at").first()
    clock(later.due_at)
    tasks.sweep()
    assert list(OutboxMessage.objects.all()) == [bounced]
    assert CheckIn.objects.to_call(later.due_at).filter(pk=later.pk).exists()

    actions.confirm_contact(patient=person, by=clinic.nurse, at=later.due_at)
    with pytest.raises(StaleState):
        actions.confirm_contact(patient=person, by=clinic.nurse, at=later.due_at)
    later.refresh_from_db()
    again = actions.send_again(check_in=later, by=clinic.nurse, at=later.due_at)
    tasks.deliver(str(again.pk))
    assert len(mail.outbox) == 2
    assert not CheckIn.objects.to_call(later.due_at).filter(pk=later.pk).exists()


def test_another_address_may_be_written_to_and_the_old_one_not(clinic, bounced):
    person, at = bounced.check_in.patient, bounced.sent_at
    update_patient(patient=person, by=clinic.nurse, at=at, version=person.version, email="right@mail.invalid")
    person.refresh_from_db()
    again = actions.send_again(check_in=bounced.check_in, by=clinic.nurse, at=at)
    tasks.deliver(str(again.pk))
    assert mail.outbox[-1].to == ["right@mail.invalid"]
    person.refresh_from_db()
    update_patient(patient=person, by=clinic.nurse, at=at, version=person.version, email=bounced.sent_to)
    person.refresh_from_db()
    with pytest.raises(Blocked) as refusal:
        actions.send_again(check_in=fresh(bounced).check_in, by=clinic.nurse, at=at)
    assert codes(refusal) == ["CONTACT_UNDELIVERED"]


def test_pages_say_what_did_not_arrive_why_and_whom_to_call(clinic, bounced, client):
    check_in, person = bounced.check_in, bounced.check_in.patient
    accounts.sign_in(client, clinic.nurse)
    listed = client.get(reverse("followups:list"), {"show": "call"}).content.decode()
    page = client.get(reverse("followups:check_in", args=[check_in.pk])).content.decode()
    plan = client.get(reverse("followups:of_patient", args=[person.pk])).content.decode()
    for text in (listed, page):
        assert "Mail not delivered" in text
        assert "There is no such mailbox." in text
    assert f'href="tel:{person.phone.replace(" ", "")}"' in listed
    assert bounced.sent_to in page
    for text in (page, plan):
        assert "I asked: the contact is right" in text

    answer = client.post(reverse("followups:confirm_contact", args=[person.pk]), follow=True)
    assert "Messages go there again." in answer.content.decode()
    assert "I asked" not in client.get(reverse("followups:check_in", args=[check_in.pk])).content.decode()
    assert AuditEvent.objects.get(action="followups.confirm_contact").role == "nurse"
    assert client.post(reverse("followups:confirm_contact", args=[person.pk])).status_code == 409


def test_a_link_handed_over_takes_the_patient_off_the_list(clinic, bounced, client):
    at = bounced.sent_at
    assert CheckIn.objects.to_call(at).exists()
    actions.hand_over_link(check_in=bounced.check_in, by=clinic.nurse, at=at)
    assert not CheckIn.objects.to_call(at).exists()
    accounts.sign_in(client, clinic.nurse)
    page = client.get(reverse("followups:check_in", args=[bounced.check_in.pk])).content.decode()
    assert "Link handed over" in page


def test_who_may_only_look_sees_the_trouble_and_no_button(clinic, bounced, client):
    accounts.sign_in(client, clinic.admin)
    page = client.get(reverse("followups:of_patient", args=[bounced.check_in.patient_id])).content.decode()
    assert "A message did not arrive" in page
    assert "I asked" not in page


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5.1.1", "no such mailbox"),
        ("5.7.26", "refused it"),
        ("5.9.9", "refused it for good"),
        ("4.0.0", "could not be handed over"),
        ("30006", "landline"),
        ("59999", "no reason that is known"),
        ("", "no reason that is known"),
    ],
)
def test_reasons_are_plain_words(code, words):
    assert words in reason_of(code)
