"""Entries of the room written over the API: idempotent, refused in the words of the pages, told by the timeline."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.models import AuditEvent
from tests.builders import accounts, room, sessions

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
ALDRETE = {"instrument": "ALDRETE", "items": room.ALDRETE}
EVENT = {
    "category": "gi",
    "grade": 1,
    "relatedness": "possible",
    "description": "Nausea",
    "action": "Watched",
    "outcome": "resolved",
}


def bodies(clinic) -> dict[str, dict]:
    """By the last part of the address, a body that is accepted."""
    return {
        "observations": {"what": "words", "text": "It is quiet"},
        "adverse-events": EVENT,
        "scales": ALDRETE,
        "room-entries": {"membership_id": str(clinic.nurse.membership_id), "went": "in"},
        "rescue-drugs": {
            "drug": "ondansetron",
            "dose": "4.125",
            "unit": "mg",
            "route": "IV",
            "ordered_by_id": str(clinic.prescriber.membership_id),
            "given_by_id": str(clinic.nurse.membership_id),
            "reason": "Nausea",
        },
        "room-consents": {"about": "touch", "is_given": True},
    }


KINDS = {
    "observations": "observation",
    "adverse-events": "adverse_event",
    "scales": "scale",
    "room-entries": "room_entry",
    "rescue-drugs": "rescue_drug",
    "room-consents": "room_consent",
}


def api(actor) -> Client:
    return Client(headers={"Authorization": f"Token {accounts.api_token(actor)}"})


def of(session, part: str) -> str:
    return f"/api/v1/sessions/{session.pk}/{part}"


def post(client, address, **body):
    return client.post(address, {"id": str(uuid.uuid4()), **body}, content_type="application/json")


@pytest.fixture
def session(clinic, hours_ago):
    return sessions.dosed_session(clinic, at=timezone.now() - timedelta(minutes=25))


@pytest.mark.parametrize("part", list(KINDS))
def test_entry_is_stored_once_and_answered_twice(clinic, session, part):
    client, body = api(clinic.nurse), {"id": str(uuid.uuid4()), **bodies(clinic)[part]}
    first, again = (post(client, of(session, part), **body) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["id"], first.json()["session"]) == (body["id"], str(session.pk))
    assert AuditEvent.objects.filter(object_id=body["id"]).count() == 1
    events = client.get(of(session, "timeline")).json()["events"]
    assert [event["id"] for event in events if event["kind"] == KINDS[part]] == [body["id"]]


@pytest.mark.parametrize("part", list(KINDS))
def test_entry_is_corrected_and_taken_back(clinic, session, part):
    client, body = api(clinic.nurse), bodies(clinic)[part]
    wrong = post(client, of(session, part), **body).json()["id"]
    right = post(client, of(session, part), **body, corrects_id=wrong, correction_reason="Typed the wrong one")
    assert (right.status_code, right.json()["corrects"]) == (201, wrong)
    again = post(client, of(session, part), **body, corrects_id=wrong, correction_reason="Typed the wrong one")
    assert (again.status_code, again["Content-Type"]) == (409, PROBLEM)

    back = {"entry_kind": KINDS[part], "entry_id": right.json()["id"], "reason": "Never happened"}
    taken = post(client, of(session, "withdrawals"), **back)
    assert (taken.status_code, taken.json()["is_withdrawal"]) == (201, True)
    assert post(client, of(session, "withdrawals"), **back).status_code == 409


@pytest.mark.parametrize(
    ("part", "change", "field"),
    [
        ("observations", {"what": "dance"}, "what"),
        ("observations", {"text": ""}, "text"),
        ("observations", {"id": "mine"}, "id"),
        ("observations", {"occurred_at": "2099-01-01T00:00:00Z"}, "occurred_at"),
        ("observations", {"recorded_as": "prescriber"}, "recorded_as"),
        ("adverse-events", {"grade": 6}, "grade"),
        ("scales", {"instrument": "MOOD"}, "instrument"),
        ("scales", {"instrument": "CADSS6", "items": None, "rating": 3}, "instrument"),
        ("scales", {"items": {**room.ALDRETE, "oxygen": 3}}, "oxygen"),
        ("scales", {"items": {**room.ALDRETE, "mood": 1}}, "mood"),
        ("room-entries", {"went": "away"}, "went"),
        ("room-entries", {"membership_id": str(uuid.uuid4())}, "membership_id"),
        ("rescue-drugs", {"dose": "4.0001"}, "dose"),
        ("rescue-drugs", {"dose": "much"}, "dose"),
        ("rescue-drugs", {"drug": "unheard-of"}, "drug"),
        ("rescue-drugs", {"unit": "spoons"}, "unit"),
        ("rescue-drugs", {"corrects_id": None, "correction_reason": "Of nothing"}, "correction_reason"),
        ("room-consents", {"about": "weather"}, "about"),
    ],
)
def test_what_cannot_be_is_a_problem_that_names_its_field(clinic, session, part, change, field):
    response = post(api(clinic.nurse), of(session, part), **{**bodies(clinic)[part], **change})

    assert (response.status_code, response["Content-Type"]) == (422, PROBLEM)
    assert list(response.json()["errors"]) == [field]


def test_touch_without_consent_is_a_blocker_by_its_code(clinic, session):
    body = {"what": "touch", "text": "Held the hand"}
    response = post(api(clinic.nurse), of(session, "observations"), **body)
    assert response.status_code == 422
    assert "TOUCH_WITHOUT_CONSENT" in response.text

    passed = {"TOUCH_WITHOUT_CONSENT": "About to fall from the couch"}
    assert post(api(clinic.nurse), of(session, "observations"), **body, overrides=passed).status_code == 201


def test_due_reading_not_taken(clinic, session):
    due = session.first_dose_at + timedelta(minutes=10)
    body = {"due_at": due.isoformat(), "not_taken": "away", "note": "In the bathroom"}
    client = api(clinic.nurse)

    response = post(client, of(session, "readings/not-taken"), **body)

    assert response.status_code == 201
    assert (response.json()["not_taken"], response.json()["systolic_mmhg"]) == ("away", None)
    assert post(client, of(session, "readings/not-taken"), **body).status_code == 409
    assert post(client, of(session, "readings/not-taken"), **{**body, "not_taken": "bored"}).status_code == 422
    [told] = [event for event in client.get(of(session, "timeline")).json()["events"] if event.get("not_taken")]
    assert told["note"] == "In the bathroom"


@pytest.mark.parametrize("part", [*KINDS, "readings/not-taken", "withdrawals"])
def test_anonymous_wrong_role_and_other_practice(clinic, other_clinic, session, part):
    body = bodies(clinic).get(part, {})
    assert post(Client(), of(session, part), **body).status_code == 401
    assert post(api(clinic.admin), of(session, part), **body).status_code == 403
    assert post(api(other_clinic.nurse), of(session, part), **body).status_code == 404


@pytest.mark.parametrize("part", ["scales", "rescue-drugs", "adverse-events"])
def test_therapist_writes_no_scales_drugs_or_events(clinic, session, part):
    assert post(api(clinic.therapist), of(session, part), **bodies(clinic)[part]).status_code == 403


def test_therapist_takes_back_what_a_therapist_may_write(clinic, session):
    row = room.went(clinic, session, timezone.now())
    scale = room.rass(clinic, session, timezone.now())
    client, reason = api(clinic.therapist), "Never happened"
    told = {"entry_kind": "scale", "entry_id": str(scale.pk), "reason": reason}
    assert post(client, of(session, "withdrawals"), **told).status_code == 403
    told = {"entry_kind": "room_entry", "entry_id": str(row.pk), "reason": reason}
    assert post(client, of(session, "withdrawals"), **told).status_code == 201


def test_timeline_tells_exact_amounts_and_people(clinic, session):
    at = timezone.now()
    room.rescue(clinic, session, at, dose=Decimal("0.125"))
    events = {event["kind"]: event for event in api(clinic.nurse).get(of(session, "timeline")).json()["events"]}
    rescue = events["rescue_drug"]
    assert (rescue["dose"], rescue["ordered_by"], rescue["given_by"]) == (
        0.125,
        clinic.prescriber.name,
        clinic.nurse.name,
    )


def test_office_gets_who_was_there_and_scales_but_no_words(clinic, session):
    """R12."""
    room.one_of_each(clinic, session, session.first_dose_at)
    events = api(clinic.admin).get(of(session, "timeline")).json()["events"]
    kinds = {event["kind"] for event in events}
    assert {"room_entry", "scale"} <= kinds
    assert not {"observation", "adverse_event", "rescue_drug", "room_consent"} & kinds


def test_timeline_stays_within_four_queries(clinic, session):
    client = api(clinic.nurse)
    room.one_of_each(clinic, session, session.first_dose_at)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(of(session, "timeline")).status_code == 200
    assert len(queries) <= 4
