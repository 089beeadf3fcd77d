"""Passkeys: added after the password, taken once at sign-in, ended while another factor is left (R22, R23, R27)."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.actor import visitor
from accounts.models import Authenticator, Passkey, User
from accounts.passkey_rules import Site, ask_for_known
from accounts.session_store import MEMBERSHIP_KEY
from common.errors import Blocked, InvalidInput, OutOfScope
from common.models import AuditEvent
from tests.builders import accounts as build
from tests.builders.passkey_device import DOMAIN, ORIGIN, Device
from tests.integration.accounts.test_factors import password_shown

pytestmark = pytest.mark.django_db
NEW, ADD, SHOW, FACTOR = "/account/passkeys/new/", "/account/passkeys/add/", "/sign-in/passkey/", "/account/factor/"
SITE = Site(DOMAIN, ORIGIN)


def options_of(page) -> str:
    return page.context["options"]


def added(client: Client, device: Device, name: str = "blue key"):
    page = client.post(NEW, {"name": name, "password": build.PASSWORD})
    return client.post(ADD, {"name": name, "credential": device.make(options_of(page))})


def asked(who) -> tuple[Client, str]:
    """A client that showed the password, and what the page of the second step asks passkeys."""
    client = password_shown(who, Client())
    return client, options_of(client.get("/sign-in/code/"))


@pytest.fixture
def nurse(clinic):
    return build.sign_in(Client(), clinic.nurse)


@pytest.mark.parametrize("counts", [True, False])
def test_a_passkey_opens_each_time_anew(clinic, nurse, counts):
    device = Device(counts)
    assert added(nurse, device)["Location"] == FACTOR
    for _ in range(2):
        client, options = asked(clinic.nurse)
        assert MEMBERSHIP_KEY not in client.session
        answer = client.post(f"{SHOW}?next=/staff/", {"credential": device.show(options)})
        assert answer["Location"] == "/staff/"
        assert client.get("/").status_code == 200
    row = Passkey.objects.get()
    assert (row.name, row.sign_count) == ("blue key", 2 if counts else 0)
    assert row.last_used_at
    shown = AuditEvent.objects.filter(action="accounts.show_passkey", object_id=clinic.nurse.user_id)
    assert shown.count() == 2


def test_the_same_answer_again_is_refused(clinic, nurse):
    """Also by somebody who has the password and the cookie: the question is gone with its answer."""
    device = Device(counts=False)
    added(nurse, device)
    client, options = asked(clinic.nurse)
    credential = device.show(options)
    assert client.post(SHOW, {"credential": credential}).status_code == 302
    again, _ = asked(clinic.nurse)
    assert again.post(SHOW, {"credential": credential}).status_code == 422
    challenge = json.loads(options)["challenge"]
    with pytest.raises(InvalidInput):
        show(clinic.nurse.user, credential, challenge)


def show(user, credential: str, challenge: str | None, at=None, site: Site = SITE):
    at = at or timezone.now()
    by = visitor(ip="127.0.0.1")
    return actions.show_passkey(user=user, by=by, at=at, credential=credential, challenge=challenge, site=site)


def test_what_does_not_belong_is_refused(clinic, nurse):
    """Another key, place, question, person, a count that went back, and nonsense of every kind."""
    device, stranger = Device(), Device()
    added(nurse, device)
    user, ids = clinic.nurse.user, [Passkey.objects.get().credential_id]
    question = ask_for_known(SITE, ids)
    right = device.show(question.options)
    elsewhere = device.show(question.options, origin="https://clinic.example.com.evil.example")
    other_domain = device.show(question.options, domain="evil.example")
    stranger.id = device.id
    later = timezone.now()
    for credential, challenge in (
        (stranger.show(question.options), question.challenge),
        (elsewhere, question.challenge),
        (other_domain, question.challenge),
        (right, ask_for_known(SITE, ids).challenge),
        (right, None),
        (device.make(question.options), question.challenge),
        ("", question.challenge),
        ("{}", question.challenge),
        ("[1]", question.challenge),
        ("not json", question.challenge),
        (right[:-30], question.challenge),
        (right.replace('"signature": "', '"signature": "AAAA'), question.challenge),
        (right.replace('"authenticatorData": "', '"authenticatorData": "AAAA'), question.challenge),
    ):
        later += timedelta(hours=2)  # a pause follows several wrong ones
        with pytest.raises(InvalidInput):
            show(user, credential, challenge, later)
    with pytest.raises(InvalidInput):
        show(clinic.admin.user, right, question.challenge, later)
    later += timedelta(days=2)
    newest = ask_for_known(SITE, ids)
    assert show(user, device.show(newest.options), newest.challenge, later).sign_count == device.count
    device.count = 0
    copied = ask_for_known(SITE, ids)
    with pytest.raises(InvalidInput):
        show(user, device.show(copied.options), copied.challenge, later + timedelta(days=2))


def test_wrong_answers_pause_like_wrong_codes(clinic, nurse):
    """R24."""
    device = Device()
    added(nurse, device)
    for _ in range(5):
        client, _ = asked(clinic.nurse)
        assert client.post(SHOW, {"credential": "{}"}).status_code == 422
    client, options = asked(clinic.nurse)
    answer = client.post(SHOW, {"credential": device.show(options)})
    assert answer.status_code == 422
    assert "This passkey was not taken." in answer.text
    assert AuditEvent.objects.filter(action="accounts.show_code", outcome="failed").count() == 6


def test_a_passkey_may_be_the_first_factor(clinic):
    """Then it comes with recovery codes; afterwards everything opens (R22)."""
    Authenticator.objects.filter(user_id=clinic.nurse.user_id).update(ended_at=timezone.now())
    User.objects.filter(pk=clinic.nurse.user_id).update(has_second_factor=False)
    client = Client()
    client.post("/sign-in/", {"email": clinic.nurse.user.email, "password": build.PASSWORD})
    assert client.get("/")["Location"] == FACTOR
    device = Device()
    page = added(client, device)
    assert page.status_code == 200
    assert len(page.context["codes"]) == 10
    assert client.get("/").status_code == 200
    client, options = asked(clinic.nurse)
    assert client.post(SHOW, {"credential": device.show(options)}).status_code == 302
    recovery, _ = asked(clinic.nurse)
    assert recovery.post("/sign-in/code/", {"code": page.context["codes"][0]}).status_code == 302


def test_adding_and_ending_end_other_sign_ins(clinic, nurse):
    """R27; and one's own goes on."""
    other = build.sign_in(Client(), clinic.nurse)
    added(nurse, Device())
    assert other.get("/").status_code == 302
    assert nurse.get("/").status_code == 200
    again = build.sign_in(Client(), build.actor(clinic.members["nurse"]))
    address = reverse("accounts:end_passkey", args=[Passkey.objects.get().pk])
    assert nurse.get(address).status_code == 200
    assert nurse.post(address, {"password": "wrong password"}).status_code == 422
    assert nurse.post(address, {"password": build.PASSWORD})["Location"] == FACTOR
    assert again.get("/").status_code == 302
    assert nurse.get(FACTOR).status_code == 200
    assert nurse.post(address, {"password": build.PASSWORD}).status_code == 404
    assert "options" not in asked_page(clinic.nurse).context


def asked_page(who):
    return password_shown(who, Client()).get("/sign-in/code/")


def test_the_last_factor_stays(clinic, nurse):
    added(nurse, Device())
    Authenticator.objects.filter(user_id=clinic.nurse.user_id).update(ended_at=timezone.now())
    row = Passkey.objects.get()
    with pytest.raises(Blocked):
        actions.end_passkey(passkey=row, by=clinic.nurse, at=timezone.now(), password=build.PASSWORD)
    with pytest.raises(OutOfScope):
        actions.end_passkey(passkey=row, by=clinic.admin, at=timezone.now(), password=build.PASSWORD)
    assert build.sign_in(Client(), clinic.admin).get(f"/account/passkeys/{row.pk}/end/").status_code == 404


def test_a_lost_factor_takes_the_passkeys_with_it(clinic, nurse):
    """R23: two people reset all of it."""
    device = Device()
    added(nurse, device)
    second = clinic.compliance
    build.take_factor_away(clinic, second)
    assert not Passkey.objects.in_use().exists()
    assert nurse.get("/").status_code == 302


def test_bad_input_beside_the_field(clinic, nurse):
    page = nurse.post(NEW, {"name": " ", "password": build.PASSWORD})
    assert (page.status_code, "Say which device this is" in page.text) == (422, True)
    page = nurse.post(NEW, {"name": "phone", "password": "wrong password"})
    assert (page.status_code, 'value="phone"' in page.text) == (422, True)
    page = nurse.post(ADD, {"name": "phone", "credential": "{}"})  # nothing was asked
    assert (page.status_code, "Begin again." in page.text) == (422, True)
    nurse.post(NEW, {"name": "phone", "password": build.PASSWORD})
    assert nurse.post(ADD, {"name": "phone", "credential": '{"id": 1}'}).status_code == 422
    assert nurse.post(ADD, {"name": "phone"}).status_code == 422
    assert not Passkey.objects.exists()


def test_one_device_is_added_once(clinic, nurse):
    device = Device()
    added(nurse, device)
    assert added(nurse, device).status_code in (409, 422)
    assert Passkey.objects.count() == 1


def test_an_address_of_numbers_offers_none(clinic, nurse):
    """Browsers refuse passkeys there; the page says how to get them on this machine."""
    page = nurse.get(FACTOR, headers={"Host": "127.0.0.1"})
    assert "localhost" in page.text
    assert NEW not in page.text
    assert nurse.get(NEW, headers={"Host": "127.0.0.1"})["Location"] == FACTOR
    assert NEW in nurse.get(FACTOR).text
