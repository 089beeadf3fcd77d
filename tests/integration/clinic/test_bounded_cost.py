"""What one request may cost is bounded: its body, its words, its rows, and each statement on PostgreSQL (R91)."""

import json

import pytest
from django.db import connection, connections
from django.db.utils import OperationalError
from django.test import Client
from django.urls import reverse

from clinic import env
from tests.builders import accounts
from tests.builders.matrix import World
from tests.sweeps.asking import ROUTES

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024
LISTS = [route.name for route in ROUTES if route.access and not route.arguments and route.access not in ("public",)]


@pytest.fixture(scope="module")
def world(shared) -> World:
    def make():
        made = World()
        assert made.session
        return made

    return shared(make)


@pytest.fixture
def prescriber(world):
    return accounts.sign_in(Client(raise_request_exception=False), world.clinic.prescriber)


def test_a_body_of_more_than_a_megabyte_is_refused(prescriber, world):
    address = reverse("patients:request_correction", kwargs={"pk": world.patient.pk})
    response = prescriber.post(address, {"entry": "x" * (MEGABYTE + 1), "wanted": "y"})
    assert response.status_code in (400, 413)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"spo2_pct": ' + b"9" * 100_000 + b"}",
        json.dumps({"note": "x" * 900_000}).encode(),
    ],
    ids=["deep lists", "deep objects", "a number of 100,000 digits", "a note of 900,000 letters"],
)
def test_hostile_json_is_a_problem_not_a_fault(world, body):
    token = accounts.api_token(world.clinic.nurse)
    address = reverse("api:session_readings", kwargs={"pk": world.session.pk})
    client = Client(raise_request_exception=False, headers={"Authorization": f"Token {token}"})
    response = client.post(address, body, content_type="application/json")
    assert response.status_code in (400, 403, 409, 413, 422), response.status_code
    assert response["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("asked", [{"page": "9" * 30}, {"q": "a" * 10_000}, {"cursor": "~" * 5_000}, {"page": "-1"}])
def test_hostile_parameters_are_answered(prescriber, name, asked):
    response = prescriber.get(reverse(name), asked)
    assert response.status_code < 500, f"{name} {asked}"


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite answers in the process itself")
def test_a_statement_of_a_web_process_ends_after_its_seconds(monkeypatch):
    monkeypatch.setenv("STATEMENT_SECONDS", "1")
    options = env.database(None, "postgresql://a:b@c/d")["OPTIONS"]
    assert options == {"options": "-c statement_timeout=1s -c idle_in_transaction_session_timeout=60s"}
    other = connections["default"].copy()
    other.settings_dict["OPTIONS"] = {**other.settings_dict["OPTIONS"], **options}
    try:
        with pytest.raises(OperationalError, match="statement timeout"), other.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
    finally:
        other.close()
