"""Signing in and out over HTTP: what is opened, refused, counted, audited and ended."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import actions
from accounts.failures import account_key
from accounts.models import Authenticator, SignInFailure, User
from accounts.session_store import ACTIVE_KEY, MEMBERSHIP_KEY, SINCE_KEY
from common.models import AuditEvent
from tests.builders import accounts as build

pytestmark = pytest.mark.django_db
FORM, CODE = "/sign-in/", "/sign-in/code/"


def enter(client, email, password=build.PASSWORD, **more):
    """Both steps; what the code page answers when the password was right."""
    answer = client.post(FORM, {"email": email, "password": password, **more})
    if answer.status_code != 302 or not answer["Location"].startswith(CODE):
        return answer
    Authenticator.objects.update(last_step=0)  # half a minute passes
    return client.post(answer["Location"], {"code": build.code(), **more})


def email_of(actor) -> str:
    return actor.user.email


def test_sign_in_opens_home_and_is_audited(client, clinic):
    response = enter(client, email_of(clinic.nurse).upper())
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.get("/").status_code == 200
    event = AuditEvent.objects.get(action="accounts.sign_in")
    assert (event.actor_id, event.role, event.outcome) == (clinic.nurse.user_id, "nurse", "done")
    assert event.session_hash


def test_sign_in_replaces_the_session(client, clinic):
    """R27."""
    client.get(FORM)
    client.session["left"] = "by somebody"
    before = client.session.session_key
    enter(client, email_of(clinic.nurse))
    after = client.session
    assert after.session_key != before
    assert after[MEMBERSHIP_KEY] == str(clinic.nurse.membership_id)
    assert ACTIVE_KEY in after
    assert SINCE_KEY in after


@pytest.mark.parametrize("kind", ["wrong password", "unknown", "switched off", "left"])
def test_every_kind_of_no_looks_the_same(client, clinic, kind):
    """R26."""
    email, password = email_of(clinic.nurse), build.PASSWORD
    if kind == "wrong password":
        password = "not the password at all"
    if kind == "unknown":
        email = "nobody@clinic.invalid"
    if kind == "switched off":
        User.objects.filter(pk=clinic.nurse.user_id).update(is_active=False)
    if kind == "left":
        actions.end_membership(membership=clinic.members["nurse"], by=clinic.admin, at=timezone.now())
    response = enter(client, email, password)
    assert response.status_code == 422
    assert "E-mail or password is not right." in response.text
    assert build.PASSWORD not in response.text
    assert MEMBERSHIP_KEY not in client.session


def test_failure_is_audited_in_the_practice_without_what_was_typed(client, clinic):
    enter(client, email_of(clinic.nurse), "not the password at all")
    event = AuditEvent.objects.get(action="accounts.sign_in", outcome="failed")
    assert event.practice_id == clinic.practice.pk
    assert event.object_id == clinic.nurse.user_id
    assert "not the password" not in str(event.__dict__)


def test_sixth_guess_is_not_looked_at(client, clinic):
    """R24."""
    for _ in range(5):
        enter(client, email_of(clinic.nurse), "not the password at all")
    assert SignInFailure.objects.count() == 5
    refused = enter(client, email_of(clinic.nurse))
    assert refused.status_code == 422
    assert MEMBERSHIP_KEY not in client.session
    assert SignInFailure.objects.count() == 5


def test_pause_ends_by_itself(client, clinic):
    long_ago = timezone.now() - timedelta(hours=2)
    key = account_key(email_of(clinic.nurse))
    for _ in range(12):
        SignInFailure.objects.create(email_hash=key, ip="127.0.0.1", at=long_ago)
    assert enter(client, email_of(clinic.nurse)).status_code == 302


def test_hundred_guesses_look_at_twenty(client, clinic, monkeypatch):
    """R24."""
    looked = []
    monkeypatch.setattr("accounts.credentials.authenticate", lambda *args, **more: looked.append(more["email"]))
    for number in range(100):
        enter(client, f"person{number}@clinic.invalid", "guess")
    assert len(looked) == 20


def test_spoofed_forwarding_header_does_not_help(client, clinic, monkeypatch):
    """R25."""
    looked = []
    monkeypatch.setattr("accounts.credentials.authenticate", lambda *args, **more: looked.append(more["email"]))
    for number in range(30):
        client.post(
            FORM,
            {"email": f"p{number}@clinic.invalid", "password": "guess"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        )
    assert len(looked) == 20
    assert set(SignInFailure.objects.values_list("ip", flat=True)) == {"127.0.0.1"}


def test_behind_the_proxy_its_own_entry_counts(client, settings, clinic):
    """R25."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client.post(
        FORM, {"email": "x@clinic.invalid", "password": "guess"}, headers={"X-Forwarded-For": "1.2.3.4, 10.9.8.7"}
    )
    assert SignInFailure.objects.get().ip == "10.9.8.7"


def test_open_session_survives_attack(client, clinic):
    """R24."""
    build.sign_in(client, clinic.prescriber)
    from django.test import Client

    attacker = Client()
    for _ in range(25):
        enter(attacker, email_of(clinic.prescriber), "guess guess guess")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https:///evil.example",
        " //evil.example",
        "\t//evil.example",
        "/%09/evil.example\n//evil.example",
        "ftp://testserver/",
        "data:text/html,x",
        "http://testserver@evil.example/",
        "evil.example",
        "",
    ],
)
def test_next_never_leaves_this_host(client, clinic, target):
    """R33."""
    response = enter(client, email_of(clinic.nurse), next=target)
    assert response.status_code == 302
    location = response["Location"]
    assert location == "/" or (location.startswith("/") and not location.startswith(("//", "/\\")))


def test_next_on_this_host_is_followed(client, clinic):
    assert enter(client, email_of(clinic.nurse), next="/staff/")["Location"] == "/staff/"


def test_signed_in_person_skips_the_form(client, clinic):
    build.sign_in(client, clinic.nurse)
    assert client.get(FORM)["Location"] == "/"


def test_sign_out_ends_the_session(client, clinic):
    """R27."""
    build.sign_in(client, clinic.nurse)
    stolen = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == FORM
    assert AuditEvent.objects.filter(action="accounts.sign_out", actor_id=clinic.nurse.user_id).exists()
    client.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert client.get("/").status_code == 302


def test_person_of_two_practices_chooses(client, clinic):
    other = build.clinic_with_staff(name="Hill")
    email = email_of(clinic.nurse)
    actions.add_staff(
        by=other.admin,
        at=timezone.now(),
        email=email,
        full_name="N",
        credentials="",
        initials="NN",
        roles=["therapist"],
    )
    assert enter(client, email, next="/staff/")["Location"] == "/sign-in/practice/?next=/staff/"
    assert client.get("/").status_code == 302
    page = client.get("/sign-in/practice/")
    assert "Hill" in page.text
    theirs = other.practice.memberships.get(user__email=email)
    assert client.post("/sign-in/practice/", {"membership": other.members["admin"].pk}).status_code == 422
    chosen = client.post("/sign-in/practice/", {"membership": theirs.pk, "next": "/staff/"})
    assert chosen["Location"] == "/staff/"
    assert client.session[MEMBERSHIP_KEY] == str(theirs.pk)
    mine = clinic.members["nurse"]
    assert client.post("/account/practice/", {"membership": mine.pk})["Location"] == "/"
    assert client.session[MEMBERSHIP_KEY] == str(mine.pk)
    assert client.post("/account/practice/", {"membership": clinic.members["admin"].pk}).status_code == 422


def test_choice_is_forgotten_without_password(client):
    assert client.get("/sign-in/practice/")["Location"] == FORM


def test_idle_too_long_ends_sign_in(client, clinic):
    """R29."""
    build.sign_in(client, clinic.nurse)
    session = client.session
    session[ACTIVE_KEY] = timezone.now().timestamp() - 15 * 60 - 1
    session.save()
    assert client.get("/")["Location"].startswith(FORM)


def test_twelve_hours_end_sign_in(client, clinic):
    """R29."""
    build.sign_in(client, clinic.nurse)
    session = client.session
    session[SINCE_KEY] = timezone.now().timestamp() - 12 * 3600 - 1
    session.save()
    assert client.get("/").status_code == 302


def test_polling_does_not_extend(client, clinic, monkeypatch):
    """R29."""
    from accounts.views import home

    build.sign_in(client, clinic.nurse)
    monkeypatch.setattr(home.home, "polls", True, raising=False)
    session = client.session
    earlier = timezone.now().timestamp() - 5 * 60
    session[ACTIVE_KEY] = earlier
    session.save()
    assert client.get("/").status_code == 200
    assert client.session[ACTIVE_KEY] == earlier
    monkeypatch.setattr(home.home, "polls", False, raising=False)
    client.get("/")
    assert client.session[ACTIVE_KEY] > earlier


def test_ended_membership_and_changed_role_hold_on_next_request(client, clinic):
    """R8, R28."""
    build.sign_in(client, clinic.compliance)
    assert client.get("/audit/").status_code == 200
    member = clinic.members["compliance"]
    actions.change_staff_roles(membership=member, by=clinic.admin, at=timezone.now(), roles=["therapist"])
    assert client.get("/audit/").status_code == 403
    actions.end_membership(membership=member, by=clinic.admin, at=timezone.now())
    assert client.get("/audit/").status_code == 302


def test_fragment_after_the_end_is_401_and_no_page(client, clinic):
    response = client.get("/staff/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert "<form" not in response.text
