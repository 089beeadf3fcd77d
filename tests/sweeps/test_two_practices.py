"""Two full practices: no page of the one holds an id of the other, or of a colleague's own things (R2).

Lists, choices in forms and parts of pages are scopes of their own; a hole in one shows as an id on the page.
"""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Authenticator, RecoveryCode
from common.models import AuditEvent
from tests.builders import accounts, notes, sessions
from tests.builders.matrix import SAMPLES, World, sample
from tests.sweeps.asking import ROUTES, Case, ask, cookies_of, told
from tests.sweeps.moving import NEW_ENTRY, TIME_ALONE
from tests.sweeps.project import record_models

pytestmark = pytest.mark.django_db
READ = [route for route in ROUTES if route.access or "GET" in route.needs]
WORKING = ("prescriber", "nurse", "therapist", "admin", "compliance")


def full_world() -> World:
    world = World()
    for subject in SAMPLES.values():
        subject(world)
    notes.draft(world.clinic, world.session, world.at)
    sessions.dosed_session(world.clinic, world.at, drawn_mg=100)
    for person in (world.clinic.nurse, world.clinic.therapist):
        RecoveryCode.objects.create(user_id=person.user_id, code_hash="x" * 64, made_at=world.at)
    return world


def both():
    """Two full worlds, and the ids of every row that came with the first."""
    before = _ids()
    first = full_world()
    ids, second = _ids() - before, full_world()
    return {"ids": ids, "first": first, "cookies": {who: cookies_of(second.principals[who]) for who in WORKING}} | {
        "arguments": {route.name: sample(second, route.name, route.arguments) for route in READ}
    }


def _ids() -> set[str]:
    """Ids of every row of every table but the audit trail's, which pages of the log show by patient."""
    tables = [model for model in record_models() if model is not AuditEvent and not model._meta.proxy]
    return {str(pk) for model in tables for pk in model._base_manager.values_list("pk", flat=True)}


@pytest.fixture(scope="module")
def two(shared):
    return shared(both)


@pytest.mark.parametrize("route", READ, ids=lambda route: route.name)
def test_no_id_of_another_practice(two, route):
    """Asked as everybody who works in the second practice about its own records."""
    for who, cookies in two["cookies"].items():
        text = told(ask(Case(route, "GET", who, two["arguments"][route.name]), cookies))
        found = [pk for pk in two["ids"] if pk in text]
        assert not found, f"{who} is shown {found[:3]}"


def test_pages_of_the_first_practice_hold_its_ids(two):
    """The test above would pass, too, if no page held any id."""
    client = accounts.sign_in(Client(), two["first"].clinic.prescriber)
    text = told(client.get(reverse("patients:overview", kwargs={"pk": two["first"].patient.pk})))
    assert [pk for pk in two["ids"] if pk in text]


OWN_PAGES = ("accounts:factor", "accounts:profile", "accounts:sign_ins")
MOVING = re.compile(f"{TIME_ALONE}|{NEW_ENTRY}")


def test_account_pages_are_ones_own():
    """R22, R32: a colleague's authenticator, recovery codes, passkeys, tokens and sign-ins change nothing on them."""
    world = World()
    client = accounts.sign_in(Client(), world.clinic.admin)
    before = [_steady(client, name) for name in OWN_PAGES]
    nurse = world.clinic.nurse
    Authenticator.objects.create(user_id=nurse.user_id, secret="A" * 32, made_at=world.at)
    RecoveryCode.objects.create(user_id=nurse.user_id, code_hash="x" * 64, made_at=world.at)
    assert [world.passkey, world.token, world.sign_in]
    after = [_steady(client, name) for name in OWN_PAGES]
    for one, other in zip(before, after, strict=True):
        assert one.splitlines() == other.splitlines()
    confirmed = client.post(reverse("accounts:confirm_factor"), {"code": "123456"})
    assert confirmed.status_code == 302  # nothing of one's own waits for a code
    asked = {"name": "my key", "password": accounts.PASSWORD}
    text = client.post(reverse("accounts:new_passkey"), asked, secure=True).text
    assert "excludeCredentials" in text
    assert world.passkey.credential_id not in text


def _steady(client, name: str) -> str:
    return MOVING.sub("", client.get(reverse(name)).text)
