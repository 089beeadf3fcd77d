"""The second factor: asked at every door, forced before anything else, taken once, lost only before two people."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.actor import visitor
from accounts.middleware import FACTOR_KEY
from accounts.models import Authenticator, RecoveryCode, User
from accounts.one_time_codes import code_at, step_of
from accounts.roles import Role
from accounts.session_store import MEMBERSHIP_KEY
from common.errors import NotPermitted
from common.models import AuditEvent
from tests.builders import accounts as build
from tests.builders.matrix import World, sample
from tests.sweeps.project import routes

pytestmark = pytest.mark.django_db
CODE = "/sign-in/code/"
NOT_RIGHT = "This code is not right or was used already."


def password_shown(member, client=None) -> Client:
    client = client or Client()
    answer = client.post("/sign-in/", {"email": member.user.email, "password": build.PASSWORD})
    assert answer["Location"].startswith(CODE)
    return client


def test_a_password_alone_opens_nothing(clinic):
    """R22, R23: also not another practice of one's own, and not by a forged session."""
    client = password_shown(clinic.nurse)
    assert MEMBERSHIP_KEY not in client.session
    for path in ("/", "/patients/", "/account/factor/", "/sign-in/practice/"):
        assert client.get(path).status_code == 302, path
    signed_in = build.sign_in(Client(), clinic.nurse)
    session = signed_in.session
    session[FACTOR_KEY] = False
    session.save()
    assert signed_in.get("/").status_code == 302


def test_a_right_code_opens_once(clinic):
    """R22: the same code again is refused, and so is an older one; both are counted and audited."""
    client, code = password_shown(clinic.nurse), build.code()
    before = client.session.session_key
    assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}", "next": "/staff/"})["Location"] == "/staff/"
    assert client.session.session_key != before  # R27
    assert client.get("/").status_code == 200
    for again in (code, build.code(steps=-1)):
        answer = password_shown(clinic.nurse, Client()).post(CODE, {"code": again})
        assert answer.status_code == 422
        assert NOT_RIGHT in answer.text
    rows = AuditEvent.objects.filter(action__startswith="accounts.show").values_list("action", "outcome")
    assert sorted(rows) == [
        ("accounts.show_authenticator_code", "done"),
        ("accounts.show_code", "failed"),
        ("accounts.show_code", "failed"),
    ]


def test_wrong_codes_pause_whatever_the_password_says(clinic):
    """R24: a right password between them does not take the count back; a live sign-in goes on."""
    open_before = build.sign_in(Client(), clinic.nurse)
    for _ in range(5):
        assert password_shown(clinic.nurse).post(CODE, {"code": "000000"}).status_code == 422
    assert password_shown(clinic.nurse).post(CODE, {"code": build.code()}).status_code == 422
    assert open_before.get("/").status_code == 200
    later = timezone.now() + timedelta(hours=2)
    code = code_at(build.SECRET, step_of(later))
    assert actions.check_code(user=clinic.nurse.user, by=visitor(ip="127.0.0.1"), at=later, code=code)


def test_empty_code_and_no_password(clinic):
    assert password_shown(clinic.nurse).post(CODE, {"code": ""}).status_code == 422
    assert Client().get(CODE)["Location"] == "/sign-in/"


def test_who_has_none_reaches_only_the_way_to_one():
    """R22: every route, pages and API, also with a token; nothing of a record is in the answer."""
    world = World()
    reached = []
    User.objects.filter(pk=world.clinic.nurse.user_id).update(has_second_factor=False)
    member = world.clinic.members["nurse"]
    member.refresh_from_db()
    for route in routes():
        arguments = sample(world, route.name, route.arguments)
        client = build.sign_in(Client(raise_request_exception=False), member)
        for method in ("get", "post"):
            answer = getattr(client, method)(reverse(route.name, kwargs=arguments))
            sent = answer.status_code == 302 and answer["Location"] == "/account/factor/"
            refused = answer.status_code == 403 and "Set up a second factor first" in answer.text
            if not (sent or refused):
                reached.append(route.name)
    of_a_link_or_public = {r.name for r in routes() if r.access in ("public", "link_holder")}
    mine = {"accounts:factor", "accounts:begin_factor", "accounts:confirm_factor", "accounts:change_password"}
    mine |= {"accounts:new_passkey", "accounts:add_passkey"}
    assert set(reached) - of_a_link_or_public == mine | {"accounts:sign_out"}


def test_a_token_of_somebody_without_a_factor_is_worth_nothing(clinic):
    secret = build.api_token(clinic.nurse)
    headers = {"Authorization": f"Token {secret}"}
    assert Client().get("/api/v1/patients", headers=headers).status_code == 200
    User.objects.filter(pk=clinic.nurse.user_id).update(has_second_factor=False)
    assert Client().get("/api/v1/patients", headers=headers).status_code == 401


def test_setting_one_up_ends_other_sign_ins_and_gives_recovery_codes(clinic):
    member = build.staff(clinic.practice, [Role.NURSE], has_factor=False)
    here, elsewhere = (build.sign_in(Client(), member) for _ in range(2))
    assert here.get("/")["Location"] == "/account/factor/"
    assert here.post("/account/factor/begin/", {"password": "wrong"}).status_code == 422
    assert here.post("/account/factor/begin/", {"password": build.PASSWORD}).status_code == 302
    row = Authenticator.objects.get(user=member.user)
    page = here.get("/account/factor/").text
    assert row.secret in page
    assert "<path" in page
    assert here.post("/account/factor/confirm/", {"code": "000000"}).status_code == 422
    shown = here.post("/account/factor/confirm/", {"code": code_at(row.secret, step_of(timezone.now()))}).text
    assert shown.count("<li>") >= 10
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302  # R27
    assert not [code for code in RecoveryCode.objects.values_list("code_hash", flat=True) if code in shown]


def test_a_recovery_code_opens_once(clinic):
    codes = actions.renew_recovery_codes(by=clinic.nurse, at=timezone.now(), password=build.PASSWORD)
    assert len(set(codes)) == 10
    assert password_shown(clinic.nurse).post(CODE, {"code": codes[3].upper()})["Location"] == "/"
    assert password_shown(clinic.nurse).post(CODE, {"code": codes[3]}).status_code == 422
    build.sign_in(client := Client(), clinic.nurse)
    assert "(9 left)" in client.get("/account/factor/").text
    assert client.post("/account/factor/codes/", {"password": "no"}).status_code == 422
    assert client.post("/account/factor/codes/", {"password": build.PASSWORD}).status_code == 200
    assert password_shown(clinic.nurse).post(CODE, {"code": codes[4]}).status_code == 422


def test_a_new_password_does_not_take_the_factor_away(clinic):
    """R23: a temporary password leads to the code page like any other."""
    secret = actions.reset_staff_password(membership=clinic.members["nurse"], by=clinic.admin, at=timezone.now())
    answer = Client().post("/sign-in/", {"email": clinic.nurse.user.email, "password": secret})
    assert answer["Location"].startswith(CODE)


def test_a_lost_factor_goes_before_two_other_people(clinic):
    """R23: the admin and somebody who may approve roles, each with an own password; nobody alone."""
    address = reverse("accounts:reset_factor", args=[clinic.members["nurse"].pk])
    client = build.sign_in(Client(), clinic.admin)
    mine = {"password": build.PASSWORD, "second_password": build.PASSWORD}
    assert "two people" in client.get(address).text.lower()
    for email in ("", clinic.admin.user.email, clinic.nurse.user.email, clinic.prescriber.user.email):
        assert client.post(address, mine | {"email": email}).status_code == 422, email
    assert User.objects.get(pk=clinic.nurse.user_id).has_second_factor
    open_before = build.sign_in(Client(), clinic.nurse)
    assert client.post(address, mine | {"email": clinic.compliance.user.email}).status_code == 302
    assert open_before.get("/").status_code == 302
    assert not User.objects.get(pk=clinic.nurse.user_id).has_second_factor
    assert AuditEvent.objects.get(action="accounts.reset_staff_factor").detail
    words = {"password": build.PASSWORD, "email": clinic.admin.user.email, "second_password": build.PASSWORD}
    member = clinic.members["prescriber"]
    with pytest.raises(NotPermitted):
        actions.reset_staff_factor(membership=member, by=clinic.nurse, at=timezone.now(), **words)


def test_the_secret_stands_nowhere_in_clear(clinic):
    """R93: neither in the table nor in audit rows."""
    told = str(list(Authenticator.objects.values())) + str(list(AuditEvent.objects.values()))
    assert build.SECRET not in told
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_authenticator")
        assert not [secret for (secret,) in cursor.fetchall() if build.SECRET in secret]
