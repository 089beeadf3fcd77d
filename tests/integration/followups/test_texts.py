"""Check-ins by text message: who gets them, what they say, what each answer of the provider means (F1, F21, R74)."""

import base64
import json
from datetime import timedelta

import pytest
from django.core import mail

from assessments.models import AnswerLink
from common.errors import Blocked, InvalidInput
from followups import actions, tasks
from followups.models import ChannelPause, CheckIn, OutboxMessage
from followups.texts import text_words
from patients.actions import update_patient, withdraw_consent
from tests.builders import followups as build
from tests.builders.text_provider import ACCOUNT, SENDER, TOKEN, TextProvider


@pytest.fixture(autouse=True)
def provider(settings, monkeypatch):
    """A real server that speaks the provider's interface."""
    with TextProvider() as server:
        settings.TEXT_PROVIDER, settings.TWILIO = "twilio", server.settings
        settings.PUBLIC_URL = "https://kap.clinic.example"
        monkeypatch.setattr("followups.twilio.SECONDS", 0.5)
        yield server


@pytest.fixture
def texted(clinic, check_in, dosed_at):
    """The check-in of a patient who gets text messages."""
    build.by_text(check_in.patient, clinic, dosed_at)
    return check_in


@pytest.fixture
def message(texted, by, clock, no_queue):
    clock(texted.due_at)
    actions.open_check_in(check_in=texted, by=by, at=texted.due_at)
    return texted.messages.get()


def fresh(message) -> OutboxMessage:
    return OutboxMessage.objects.select_related("check_in__patient").get(pk=message.pk)


def deliver(message) -> OutboxMessage:
    tasks.deliver(str(message.pk))
    return fresh(message)


def test_one_text_with_a_link_goes_to_the_number_on_file(message, texted, provider):
    row = deliver(message)
    deliver(message)

    (form,), (headers,) = provider.calls, provider.headers
    assert (form["To"], form["From"]) == (texted.patient.mobile, SENDER)
    assert form["StatusCallback"] == f"https://kap.clinic.example/follow-ups/texts/{message.pk}/status/"
    assert headers["path"] == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert headers["Authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert (row.state, row.channel, row.sent_to) == ("sent", "text", texted.patient.mobile)
    assert row.provider_id.startswith("SM")
    assert mail.outbox == []
    link = AnswerLink.objects.get()
    assert (link.channel, link.revoked_at) == ("text", None)


def test_a_messaging_service_takes_the_place_of_a_number(message, provider, settings):
    settings.TWILIO = {**provider.settings, "sender": "", "service": "MG0123"}
    deliver(message)
    (form,) = provider.calls
    assert form["MessagingServiceSid"] == "MG0123"
    assert "From" not in form


@pytest.mark.parametrize("purpose", ["invite", "reminder"])
def test_words_fit_one_text_and_name_no_person_and_no_health_matter(clinic, message, provider, purpose):
    """R74: 160 signs, how to stop, nothing else."""
    OutboxMessage.objects.filter(pk=message.pk).update(purpose=purpose)
    person = deliver(message).check_in.patient
    words = provider.calls[0]["Body"]
    assert len(words) <= 160
    assert words.isascii()
    assert "Reply STOP to end texts." in words
    assert "988" in words
    denied = ["ketamine", "depress", "suicid", "session", "dose", "treat", "therap", "psych", "score"]
    denied += [person.given_name, person.family_name, person.mrn, clinic.practice.name, str(person.pk)]
    assert not [word for word in denied if word.casefold() in words.casefold()]


def test_crisis_help_gives_way_to_a_long_address(message, settings):
    settings.PUBLIC_URL = "https://a-clinic-with-a-rather-long-name.example.org"
    words = text_words(fresh(message).check_in, f"{settings.PUBLIC_URL}/c/{'x' * 43}/")
    assert len(words) <= 160
    assert words.endswith("Reply STOP to end texts.")


UNSENT = {
    "too many": (429, 200),
    "unavailable": 503,
    "wrong credentials": 401,
    "wrong sender": (400, 21606),
}


@pytest.mark.parametrize("answer", UNSENT.values(), ids=UNSENT)
def test_what_was_certainly_not_sent_is_tried_again(message, texted, provider, answer):
    provider.answers = [answer]
    row = deliver(message)
    wait = (row.next_try_at - texted.due_at).total_seconds()
    assert (row.state, row.attempts, row.delivery) == ("pending", 1, "")
    assert (200 <= wait <= 240) if answer == (429, 200) else (48 <= wait <= 72)


def test_nobody_there_is_tried_again(message, provider, settings):
    settings.TWILIO = {**provider.settings, "url": "http://127.0.0.1:1"}
    row = deliver(message)
    assert (row.state, row.last_error) == ("pending", "ConnectionRefusedError")


@pytest.mark.parametrize(("answer", "errors"), [("hang", {"TimeoutError"}), ("reset", {"ConnectionResetError"})])
def test_silence_after_the_request_was_read_is_unclear_and_never_sent_again(message, texted, provider, answer, errors):
    """F1: Twilio knows no key by which a second request would be the same message."""
    provider.answers = [answer]
    row = deliver(message)
    assert row.state == "ambiguous"
    assert row.last_error in errors | {"RemoteDisconnected"}
    assert list(CheckIn.objects.unclear()) == [texted]
    tasks.sweep()
    deliver(message)
    assert len(provider.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_failure_inside_the_provider_is_unclear(message, provider, status):
    provider.answers = [status]
    row = deliver(message)
    assert (row.state, row.last_error) == ("ambiguous", f"Answer{status}")


@pytest.mark.parametrize(("code", "words"), [(21211, "not a telephone number"), (21610, "replied STOP")])
def test_refused_number_fails_for_good_and_asks_for_a_call(clinic, message, texted, provider, code, words):
    """R74: after STOP nothing more goes to the number by itself."""
    provider.answers = [(400, code)]
    row = deliver(message)
    assert (row.state, row.delivery, row.delivery_code) == ("failed", "undelivered", str(code))
    assert list(CheckIn.objects.to_call(texted.due_at)) == [texted]
    assert not CheckIn.objects.unclear().exists()
    with pytest.raises(Blocked) as refusal:
        actions.send_again(check_in=row.check_in, by=clinic.nurse, at=texted.due_at)
    assert [blocker.code for blocker in refusal.value.blockers] == ["CONTACT_UNDELIVERED"]
    assert words in refusal.value.blockers[0].sentence
    assert not ChannelPause.objects.troubled().exists()


def test_nothing_of_the_number_is_kept_in_errors_or_logs(message, texted, provider, caplog):
    provider.answers = [(400, 21606)]
    row = deliver(message)
    told = f"{row.last_error} {caplog.text} {json.dumps([str(e) for e in caplog.records])}"
    assert texted.patient.mobile not in told


def test_without_consent_to_texts_nothing_goes_out(clinic, message, texted, provider):
    """KAP-FUP-TEXTS: not by mail either; staff are told to call."""
    consent = texted.patient.consents.get(scope="texts")
    withdraw_consent(consent=consent, by=clinic.nurse, at=texted.due_at, reason="")
    assert deliver(message).state == "dropped"
    assert (provider.calls, mail.outbox) == ([], [])
    assert list(CheckIn.objects.to_call(texted.due_at)) == [texted]
    with pytest.raises(Blocked) as refusal:
        actions.send_again(check_in=fresh(message).check_in, by=clinic.nurse, at=texted.due_at)
    assert [blocker.code for blocker in refusal.value.blockers] == ["TEXTS_CONSENT_MISSING"]


def test_the_way_chosen_last_is_the_way_it_goes(clinic, message, texted, provider):
    person = texted.patient
    update_patient(patient=person, by=clinic.nurse, at=texted.due_at, version=person.version, contact_by="email")
    row = deliver(message)
    assert (row.state, row.channel, row.sent_to) == ("sent", "email", person.email)
    assert (len(mail.outbox), provider.calls) == (1, [])


def test_another_mobile_number_ends_the_link(clinic, message, texted, provider):
    """R73: and what goes out later goes to the new one."""
    deliver(message)
    person = texted.patient
    update_patient(patient=person, by=clinic.nurse, at=texted.due_at, version=person.version, mobile="+1 555 010 0155")
    assert AnswerLink.objects.get().revoked_at == texted.due_at
    again = actions.send_again(check_in=fresh(message).check_in, by=clinic.nurse, at=texted.due_at)
    deliver(again)
    assert provider.calls[-1]["To"] == "+15550100155"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contact_by": "text", "mobile": ""}, "mobile"),
        ({"mobile": "555 010 0100"}, "mobile"),
        ({"contact_by": "pigeon"}, "contact_by"),
    ],
)
def test_texts_need_a_whole_mobile_number(clinic, check_in, dosed_at, change, field):
    person = check_in.patient
    with pytest.raises(InvalidInput) as refusal:
        update_patient(patient=person, by=clinic.nurse, at=dosed_at, version=person.version, **change)
    assert list(refusal.value.fields) == [field]


def test_a_clinic_without_a_provider_says_so(clinic, texted, settings):
    settings.TEXT_PROVIDER = ""
    with pytest.raises(Blocked) as refusal:
        actions.send_now(check_in=texted, by=clinic.nurse, at=texted.due_at)
    assert [blocker.code for blocker in refusal.value.blockers] == ["NO_TEXT_PROVIDER"]


def test_on_one_machine_texts_are_private_files(message, texted, settings, tmp_path):
    settings.TEXT_PROVIDER, settings.TEXT_FOLDER = "folder", tmp_path / "texts"
    assert deliver(message).state == "sent"
    (path,) = settings.TEXT_FOLDER.iterdir()
    told = json.loads(path.read_text())
    assert told["to"] == texted.patient.mobile
    assert "/c/" in told["text"]
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_reminder_goes_by_text_too(message, texted, provider, clock):
    deliver(message)
    later = clock(texted.due_at + timedelta(hours=22))
    tasks.sweep()
    reminder = texted.messages.get(purpose="reminder")
    assert reminder.channel == "text"
    tasks.deliver(str(reminder.pk))
    assert (fresh(reminder).state, fresh(reminder).sent_at) == ("sent", later)
    assert provider.calls[-1]["Body"].startswith("A short check-in is still waiting:")
