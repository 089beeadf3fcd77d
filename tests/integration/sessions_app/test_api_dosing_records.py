"""Dosing records over the API: filters as on the page, one record with its events, no words of the patient."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.models import AuditEvent
from dosing.models import DosingRecord
from dosing.titration import StepTerms
from sessions_app import actions
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db
LIST = "/api/v1/dosing-records"
PROBLEM = "application/problem+json"
_SEEN = """
    id patient route product lots first_dose_at last_dose_at dosing_ended_at ordered_mg dose_number drawn_mg given_mg
    wasted_mg returned_mg has_late_entry has_open_remainder is_above_order is_limit_overridden
    has_corrected_time reviewed_at version
"""
SEEN = set(_SEEN.split())


def api(actor) -> Client:
    return Client(headers={"Authorization": f"Token {accounts.api_token(actor)}"})


def ids(response) -> list[str]:
    return [row["id"] for row in response.json()["results"]]


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture
def records(clinic):
    """Days 0 to 2; the middle one has an open remainder, the last is sublingual and reviewed."""
    given = [
        dosing.given_dose(clinic),
        dosing.given_dose(clinic, at=dosing.AT + timedelta(days=1), drawn_mg=Decimal(50), planned_mg=Decimal(35)),
        dosing.given_dose(clinic, at=dosing.AT + timedelta(days=2), route="SL"),
    ]
    DosingRecord.objects.filter(pk=given[2].dosing_record_id).update(reviewed_at=dosing.AT + timedelta(days=3))
    return [DosingRecord.objects.get(pk=dose.dosing_record_id) for dose in given]


def test_list_shows_amounts_and_marks_and_nothing_more(clinic, records):
    row = api(clinic.compliance).get(LIST).json()["results"][1]
    assert set(row) == SEEN
    assert (row["ordered_mg"], row["drawn_mg"], row["given_mg"], row["wasted_mg"]) == (35, 50, 35, 0)
    assert (row["has_open_remainder"], row["has_late_entry"], row["reviewed_at"]) == (True, False, None)
    assert row["lots"] == records[1].lot_numbers.split()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [2, 1, 0]),
        ("ordering=first_dose_at", [0, 1, 2]),
        ("ordering=-given_mg", [2, None, None]),
        ("route=SL", [2]),
        ("marks=open_remainder", [1]),
        ("marks=not_reviewed", [1, 0]),
        ("marks=not_reviewed&marks=open_remainder", [1]),
        ("date_from=2026-06-02&date_to=2026-06-02", [1]),
    ],
)
def test_filters_and_orders(clinic, records, query, found):
    got = ids(api(clinic.admin).get(f"{LIST}?{query}"))
    assert len(got) == len(found)
    assert all(place is None or got[at] == str(records[place].pk) for at, place in enumerate(found))


def test_days_are_those_of_the_practice(clinic, records):
    """01:00 UTC on the 2nd is still the 1st in New York, also for a token that has no page session."""
    DosingRecord.objects.filter(pk=records[0].pk).update(first_dose_at=dosing.AT.replace(day=2, hour=1))
    assert ids(api(clinic.admin).get(f"{LIST}?date_to=2026-06-01")) == [str(records[0].pk)]


def test_product_lot_staff_and_patient(clinic, records):
    client, record = api(clinic.admin), records[2]
    assert ids(client.get(f"{LIST}?product={record.product_id}")) == [str(record.pk)]
    assert ids(client.get(f"{LIST}?lot={record.lot_numbers.strip()}")) == [str(record.pk)]
    assert ids(client.get(f"{LIST}?patient={record.patient_id}")) == [str(record.pk)]
    assert len(ids(client.get(f"{LIST}?staff={clinic.nurse.membership_id}"))) == 3
    assert ids(client.get(f"{LIST}?staff={uuid.uuid4()}")) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("route=XX", "route"),
        ("marks=guilty", "marks"),
        ("date_from=soon", "date_from"),
        ("date_from=2026-06-02&date_to=2026-06-01", "date_to"),
        ("ordering=patient__search_text", "ordering"),
        ("cursor=garbage", "cursor"),
        ("staff_ids__contains=x", "staff_ids__contains"),
    ],
)
def test_bad_and_unknown_parameters_are_problems(clinic, records, query, field):
    response = api(clinic.admin).get(f"{LIST}?{query}")
    assert (response.status_code, response["Content-Type"]) == (422, PROBLEM)
    assert list(response.json()["errors"]) == [field]


def test_cursor_leads_through_every_record_once(clinic, records):
    client, seen, address = api(clinic.admin), [], f"{LIST}?page_size=2"
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert seen == [str(record.pk) for record in reversed(records)]


def test_one_record_tells_order_and_every_act_with_the_drug(clinic):
    session = sessions.dosed_session(clinic, drawn_mg=Decimal(50), planned_mg=Decimal(35))
    at = session.first_dose_at + timedelta(minutes=5)
    second = accounts.staff(clinic.practice, ["nurse"])
    actions.dispose_session_remainder(
        session=session,
        draw_id=session.dosing_record.draws.get().pk,
        by=clinic.nurse,
        at=at,
        what="waste",
        amount_mg=Decimal(15),
        method="Drug buster",
        reason="Left in the vial",
        witness_email=second.user.email,
        witness_password=accounts.PASSWORD,
    )
    actions.record_observation(session=session, by=clinic.nurse, at=at, what="words", text="CANARY")
    response = api(clinic.admin).get(f"{LIST}/{session.pk}")
    body = response.json()
    assert set(body) == SEEN | {"order", "events"}
    assert [event["kind"] for event in body["events"]] == ["dose", "dose_end", "remainder"]
    assert (body["events"][2]["amount_mg"], body["events"][2]["witness"]) == (15, second.user.full_name)
    assert body["drawn_mg"] == body["given_mg"] + body["wasted_mg"] + body["returned_mg"]
    assert (body["order"]["dose_mg"], body["order"]["mg_per_kg"], body["order"]["weight_kg"]) == (35, 0.5, 70)
    assert (body["dose_number"], body["order"]["steps"], body["order"]["review_count"]) == (1, [], 1)
    assert "CANARY" not in response.text


def test_one_record_tells_the_plan_of_its_order(clinic):
    step = StepTerms(from_dose=2, mg_per_kg=Decimal("0.75"), max_mg=Decimal(50), condition="If tolerated")
    course = sessions.series_with_order(clinic, steps=(step,), review_after=(1, 3))
    session = sessions.dosed_session(clinic, series=course)
    order = api(clinic.admin).get(f"{LIST}/{session.pk}").json()["order"]
    assert order["steps"] == [
        {
            "from_dose": 2,
            "dose_mg": 50,
            "mg_per_kg": 0.75,
            "max_mg": 50,
            "max_total_mg": 50,
            "condition": "If tolerated",
        }
    ]
    assert (order["review_count"], order["planned_doses"]) == (2, 6)


def test_who_may_read(clinic, other_clinic, records):
    one = f"{LIST}/{records[0].pk}"
    assert Client().get(LIST).status_code == Client().get(one).status_code == 401
    assert ids(api(other_clinic.admin).get(LIST)) == []
    off_team = accounts.actor(accounts.staff(clinic.practice, ["prescriber", "nurse", "therapist"]))
    assert ids(api(off_team).get(LIST)) == []
    for stranger in (off_team, other_clinic.admin):
        response = api(stranger).get(one)
        assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)
    assert api(clinic.nurse).get(f"{LIST}/{uuid.uuid4()}").status_code == 404
    assert api(clinic.nurse).get(f"{one}?expand=notes").status_code == 422
    assert api(clinic.admin).post(LIST, {}, content_type="application/json").status_code == 405


def test_looks_are_audited(clinic, records):
    client = api(clinic.admin)
    client.get(LIST)
    client.get(f"{LIST}/{records[0].pk}")
    rows = AuditEvent.objects.filter(patient_id=records[0].patient_id)
    assert rows.filter(action="sessions.listed_dosing_records", purpose="incidental").count() == 1
    assert rows.filter(action="sessions.looked_at_dosing_record").count() == 1


def test_lists_and_reads_take_at_most_four_queries(clinic, records):
    client = api(clinic.nurse)
    few = queries_of(client, f"{LIST}?page_size=1")
    assert queries_of(client, LIST) == few <= 3
    assert queries_of(client, f"{LIST}/{records[1].pk}") <= 4
