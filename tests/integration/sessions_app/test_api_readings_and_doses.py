"""Readings and doses written over the API: idempotent, refused in the words of the pages, at an asserted cost."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.models import AuditEvent
from dosing.models import Administration, StockLot
from sessions_app.models import VitalReading
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
VALUES = {"systolic_mmhg": 128, "diastolic_mmhg": 82, "heart_rate_bpm": 77, "spo2_pct": 97}


def api(actor) -> Client:
    return Client(headers={"Authorization": f"Token {accounts.api_token(actor)}"})


def readings(session) -> str:
    return f"/api/v1/sessions/{session.pk}/readings"


def doses(session) -> str:
    return f"/api/v1/sessions/{session.pk}/doses"


def post(client, address, **body):
    return client.post(address, {"id": str(uuid.uuid4()), **body}, content_type="application/json")


@pytest.fixture
def session(clinic, hours_ago):
    return sessions.dosed_session(clinic, at=hours_ago(1))


# readings


def test_reading_is_stored_once_and_answered_twice(clinic, session):
    client, body = api(clinic.nurse), {"id": str(uuid.uuid4()), **VALUES, "note": "Calm"}
    first, again = (post(client, readings(session), **body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json() | {"recorded_at": "", "occurred_at": ""} == {
        "id": body["id"],
        "session": str(session.pk),
        "occurred_at": "",
        "recorded_at": "",
        "recorded_as": "nurse",
        "late_reason": "",
        "phase": "monitoring",
        **VALUES,
        "respiratory_rate": None,
        "temperature_c": None,
        "moaas": None,
        "dissociation": None,
        "on_oxygen": False,
        "note": "Calm",
        "corrects": None,
        "severity": "normal",
        "findings": [],
        "due_at": None,
        "not_taken": "",
    }
    assert VitalReading.objects.filter(pk=body["id"]).count() == 1
    assert AuditEvent.objects.filter(action="sessions.record_reading", object_id=body["id"]).count() == 1


def test_reading_takes_at_most_nine_queries_with_its_audit_row_and_its_grade(clinic, session):
    """Eight to store it, and one for the limits with the readings that it is held against."""
    client = api(clinic.nurse)
    with CaptureQueriesContext(connection) as queries:
        assert post(client, readings(session), **VALUES).status_code == 201
    assert len(queries) <= 9


def test_an_id_of_another_session_is_refused_and_untouched(clinic, session, hours_ago):
    """R4: no upsert by id."""
    other = sessions.dosed_session(clinic, at=hours_ago(3))
    stored = sessions.reading(clinic, other, timezone.now())
    response = post(api(clinic.nurse), readings(session), id=str(stored.pk), **{**VALUES, "spo2_pct": 80})
    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["id"]
    assert VitalReading.objects.get(pk=stored.pk).spo2_pct == 98


def test_a_dose_by_the_id_of_another_sessions_dose_is_refused_and_untouched(clinic, ready):
    """R4: the same for doses."""

    other = sessions.dosed_session(clinic, at=timezone.now() - timedelta(hours=3))
    stored = Administration.objects.get(dosing_record_id=other.pk)
    response = post(api(clinic.nurse), doses(ready), **{**a_dose(clinic), "id": str(stored.pk)})
    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["id"]
    assert Administration.objects.get(pk=stored.pk).dosing_record_id == other.pk
    assert not Administration.objects.filter(dosing_record_id=ready.pk).exists()


def test_correction_points_at_the_corrected_reading(clinic, session):
    wrong = sessions.reading(clinic, session, timezone.now())
    response = post(api(clinic.nurse), readings(session), **VALUES, corrects_id=str(wrong.pk), note="Typed wrongly")
    assert response.status_code == 201
    assert response.json()["corrects"] == str(wrong.pk)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"systolic_mmhg": 500, "diastolic_mmhg": 80}, "systolic_mmhg"),
        ({"systolic_mmhg": 120}, "diastolic_mmhg"),
        ({"spo2_pct": "high"}, "spo2_pct"),
        ({}, "note"),
        ({"spo2_pct": 97, "occurred_at": "2099-01-01T00:00:00Z"}, "occurred_at"),
        ({"spo2_pct": 97, "temperature_c": "36.85"}, "temperature_c"),
        ({"spo2_pct": 97, "id": "mine"}, "id"),
        ({"spo2_pct": 97, "recorded_at": "2026-01-01T00:00:00Z"}, "recorded_at"),
        ({"spo2_pct": 97, "recorded_as": "prescriber"}, "recorded_as"),
        ({"spo2_pct": 97, "session": str(uuid.uuid4())}, "session"),
    ],
)
def test_bad_reading_is_a_problem_beside_its_field(clinic, session, body, field):
    before = VitalReading.objects.count()
    response = post(api(clinic.nurse), readings(session), **body)
    assert (response.status_code, response["Content-Type"]) == (422, PROBLEM)
    assert field in response.json()["errors"]
    assert VitalReading.objects.count() == before


@pytest.mark.parametrize("body", ["[]", "3", '"text"', "{", "null"])
def test_body_that_is_no_object_is_refused(clinic, session, body):
    response = api(clinic.nurse).post(readings(session), body, content_type="application/json")
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == PROBLEM


def test_late_reading_needs_its_reason(clinic, session):
    moment = (session.first_dose_at + timedelta(minutes=5)).isoformat()
    client = api(clinic.nurse)
    response = post(client, readings(session), **VALUES, occurred_at=moment)
    assert list(response.json()["errors"]) == ["late_reason"]
    body = {**VALUES, "occurred_at": moment, "late_reason": "Tablet was offline"}
    assert post(client, readings(session), **body).status_code == 201


def test_signed_session_takes_no_reading(clinic):
    session = sessions.signed_session(clinic)
    response = post(api(clinic.nurse), readings(session), **VALUES)
    assert response.status_code == 422
    assert response.json()["blockers"][0]["code"] == "SESSION_SIGNED"


# doses


@pytest.fixture
def ready(clinic, hours_ago):
    return sessions.checked_in_session(clinic, at=timezone.now())


def a_dose(clinic, lot: StockLot | None = None, **more) -> dict:
    lot = lot or dosing.stock_lot(clinic.nurse, timezone.now())
    given_by = str(clinic.nurse.membership_id)
    return {"lot_id": str(lot.pk), "drawn_mg": 50, "planned_mg": 35, "given_by_id": given_by, **more}


def test_dose_is_given_once_and_lowers_the_lot(clinic, ready):
    lot = dosing.stock_lot(clinic.nurse, timezone.now())
    client, body = api(clinic.nurse), {"id": str(uuid.uuid4()), **a_dose(clinic, lot, site="left deltoid")}
    first, again = (post(client, doses(ready), **body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert StockLot.objects.get(pk=lot.pk).balance_mg == 950
    made = first.json()
    assert (made["number"], made["drawn_mg"], made["given_mg"], made["remaining_mg"]) == (1, 50, 35, 15)
    assert (made["given_by"], made["site"]) == (clinic.nurse.name, "left deltoid")
    [listed] = client.get(doses(ready)).json()
    assert listed == again.json()
    assert Administration.objects.count() == 1


def test_exact_amounts_survive_the_way(clinic, ready):
    body = a_dose(clinic, drawn_mg="50.001", planned_mg="35.000")
    response = post(api(clinic.nurse), doses(ready), **body)
    assert response.status_code == 422  # 50.001 mg are 1.00002 mL, which nobody can draw
    assert "drawn_mg" in response.json()["errors"]
    response = post(api(clinic.nurse), doses(ready), **{**body, "drawn_mg": "40.05"})
    assert response.status_code == 201
    assert Administration.objects.get().draw.drawn_mg == Decimal("40.05")
    assert '"drawn_mg":40.05' in response.text


def test_what_stands_in_the_way_is_listed_and_nothing_is_written(clinic, hours_ago):
    session = sessions.named_roster(clinic, sessions.scheduled_session(clinic, at=hours_ago(0)), timezone.now())
    lot = dosing.stock_lot(clinic.nurse, timezone.now())
    response = post(api(clinic.nurse), doses(session), **a_dose(clinic, lot))
    assert (response.status_code, response["Content-Type"]) == (422, PROBLEM)
    assert response.json()["code"] == "BLOCKED"
    assert response.json()["blockers"][0]["code"] == "NOT_CHECKED_IN"
    assert StockLot.objects.get(pk=lot.pk).balance_mg == 1000


def test_stale_version_is_a_conflict(clinic, ready):
    response = post(api(clinic.nurse), doses(ready), **a_dose(clinic), version=ready.version - 1)
    assert response.status_code == 409
    assert not Administration.objects.exists()


def test_a_lot_of_another_practice_does_not_exist(clinic, other_clinic, ready):
    """R3."""
    foreign = dosing.stock_lot(other_clinic.nurse, timezone.now())
    assert post(api(clinic.nurse), doses(ready), **a_dose(clinic, foreign)).status_code == 404
    assert not Administration.objects.exists()


def test_password_of_the_second_person_is_never_shown(clinic, ready):
    body = a_dose(clinic, verified_email=clinic.members["prescriber"].user.email, verified_password=accounts.PASSWORD)
    response = post(api(clinic.nurse), doses(ready), **body)
    assert response.status_code == 201, response.text
    assert accounts.PASSWORD not in response.text
    assert response.json()["verified_by"] == clinic.prescriber.name


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"drawn_mg": "NaN"}, "drawn_mg"),
        ({"drawn_mg": 0}, "drawn_mg"),
        ({"planned_mg": "35.0001"}, "planned_mg"),
        ({"duration_min": -1}, "duration_min"),
        ({"overrides": "all"}, "overrides"),
        ({"recorded_by": "me"}, "recorded_by"),
        ({"given_by_id": str(uuid.uuid4())}, "given_by_id"),
    ],
)
def test_bad_dose_is_a_problem_beside_its_field(clinic, ready, body, field):
    response = post(api(clinic.nurse), doses(ready), **{**a_dose(clinic), **body})
    assert (response.status_code, response["Content-Type"]) == (422, PROBLEM)
    assert field in response.json()["errors"]
    assert not Administration.objects.exists()


# who may


@pytest.mark.parametrize("address", [readings, doses])
def test_who_may_write(clinic, other_clinic, session, address):
    body = VALUES if address is readings else a_dose(clinic)
    assert post(Client(), address(session), **body).status_code == 401
    for who in ("therapist", "admin", "compliance"):
        response = post(api(getattr(clinic, who)), address(session), **body)
        assert (response.status_code, response["Content-Type"]) == (403, PROBLEM)
    off_team = accounts.actor(accounts.staff(clinic.practice, ["nurse"]))
    for stranger in (off_team, other_clinic.nurse):
        assert post(api(stranger), address(session), **body).status_code == 404


def test_page_session_needs_the_csrf_token(clinic, session):
    client = accounts.sign_in(Client(enforce_csrf_checks=True), clinic.nurse)
    assert post(client, readings(session), **VALUES).status_code == 403


def test_on_the_team_but_not_on_the_roster_may_not_write(clinic, session):
    session.roster.filter(duty="monitor").update(left_at=timezone.now())
    assert post(api(clinic.nurse), readings(session), **VALUES).status_code == 403
