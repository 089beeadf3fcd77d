"""Sessions over the API: list, read, timeline; who gets what, in at most four or five queries."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Permission
from common.errors import OutOfScope
from common.models import AuditEvent
from common.sealed_fields import Unopened
from dosing.titration import StepTerms
from sessions_app import actions
from sessions_app.api.events import SHAPES
from sessions_app.models import RosterEntry, Session
from sessions_app.session_events import KINDS, session_events
from sessions_app.session_scope import reached_session
from tests.builders import accounts, patients, room, sessions

pytestmark = pytest.mark.django_db
LIST = "/api/v1/sessions"
PROBLEM = "application/problem+json"


def api(actor) -> Client:
    return Client(headers={"Authorization": f"Token {accounts.api_token(actor)}"})


def of(session, part: str = "") -> str:
    return f"{LIST}/{session.pk}{part}"


def ids(response) -> list[str]:
    return [row["id"] for row in response.json()["results"]]


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture
def session(clinic):
    return sessions.dosed_session(clinic)


# the list


def test_list_tells_when_who_and_how_far(clinic, session):
    [row] = api(clinic.admin).get(LIST).json()["results"]
    assert row == {
        "id": str(session.pk),
        "patient": {"id": str(session.patient_id), "mrn": session.patient.mrn, "name": session.patient.name},
        "series": str(session.series_id),
        "number": 1,
        "route": "IM",
        "state": "dosing",
        "scheduled_for": "2026-06-01T10:00:00-04:00",
        "planned_minutes": 180,
        "room": None,
        "checked_in_at": "2026-06-01T10:00:00-04:00",
        "first_dose_at": "2026-06-01T10:10:00-04:00",
        "ended_at": None,
        "signed_at": None,
        "version": session.version,
    }


@pytest.fixture
def three(clinic):
    """Scheduled at days 0, 1 and 2; the last by another route."""
    made = [sessions.scheduled_session(clinic, sessions.AT + timedelta(days=day)) for day in range(2)]
    return [*made, sessions.scheduled_session(clinic, sessions.AT + timedelta(days=2), route="SL")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [2, 1, 0]),
        ("ordering=scheduled_for", [0, 1, 2]),
        ("route=SL", [2]),
        ("state=scheduled", [2, 1, 0]),
        ("state=signed", []),
        ("scheduled_from=2026-06-02T00:00:00Z", [2, 1]),
        ("scheduled_from=2026-06-02T00:00:00Z&scheduled_to=2026-06-03T00:00:00Z", [1]),
    ],
)
def test_list_filters_and_orders(clinic, three, query, found):
    assert ids(api(clinic.nurse).get(f"{LIST}?{query}")) == [str(three[place].pk) for place in found]


def test_list_of_one_patient(clinic, three):
    assert ids(api(clinic.nurse).get(f"{LIST}?patient={three[1].patient_id}")) == [str(three[1].pk)]


def test_cursor_leads_through_every_session_once(clinic, three):
    client, seen, address = api(clinic.nurse), [], f"{LIST}?page_size=2"
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert sorted(seen) == sorted(str(one.pk) for one in three)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=asleep", "state"),
        ("patient=nobody", "patient"),
        ("scheduled_from=soon", "scheduled_from"),
        ("ordering=patient__birth_date", "ordering"),
        ("page_size=0", "page_size"),
        ("page_size=1000", "page_size"),
        ("cursor=garbage", "cursor"),
        ("patient__family_name=Rivera", "patient__family_name"),
    ],
)
def test_bad_and_unknown_parameters_are_problems(clinic, session, query, field):
    """R6."""
    response = api(clinic.nurse).get(f"{LIST}?{query}")
    assert (response.status_code, response["Content-Type"]) == (422, PROBLEM)
    assert list(response.json()["errors"]) == [field]


def test_each_role_lists_its_scope(clinic, other_clinic, session):
    foreign = sessions.scheduled_session(
        clinic, series=patients.series(patients.patient(clinic.prescriber), clinic.prescriber), by=clinic.prescriber
    )
    assert set(ids(api(clinic.admin).get(LIST))) == {str(session.pk), str(foreign.pk)}
    assert ids(api(clinic.nurse).get(LIST)) == [str(session.pk)]
    assert ids(api(other_clinic.admin).get(LIST)) == []
    assert api(clinic.nurse).get(of(foreign)).status_code == 404


@pytest.mark.parametrize("part", ["", "/timeline", "/doses"])
def test_anonymous_wrong_scope_and_unknown(clinic, other_clinic, session, part):
    response = Client().get(of(session, part))
    assert (response.status_code, response["Content-Type"]) == (401, PROBLEM)
    stranger = api(accounts.actor(accounts.staff(clinic.practice, ["prescriber", "nurse", "therapist"])))
    for client in (stranger, api(other_clinic.admin)):
        response = client.get(of(session, part))
        assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)
        assert session.patient.family_name not in response.text
    assert api(clinic.nurse).get(f"{LIST}/{uuid.uuid4()}{part}").status_code == 404
    assert api(clinic.nurse).get(of(session, f"{part}?verbose=1")).status_code == 422


def test_anonymous_gets_no_list():
    assert Client().get(LIST).status_code == 401


def test_list_and_looks_are_audited(clinic, session):
    client = api(clinic.nurse)
    for address in (LIST, of(session), of(session, "/timeline"), of(session, "/doses")):
        client.get(address)
    found = set(AuditEvent.objects.filter(patient_id=session.patient_id).values_list("action", flat=True))
    assert {
        "sessions.listed_sessions",
        "sessions.looked_at_session",
        "sessions.looked_at_timeline",
        "sessions.looked_at_doses",
    } <= found


# one session


def test_session_names_its_people(clinic, session):
    body = api(clinic.therapist).get(of(session)).json()
    assert [(person["duty"], person["name"]) for person in body["roster"]] == [
        ("monitor", clinic.nurse.name),
        ("prescriber", clinic.prescriber.name),
        ("therapist", clinic.therapist.name),
    ]
    assert "intention" not in body


# the timeline


@pytest.fixture
def busy(clinic):
    """An infusion with readings, one critical and answered, an observation, an adverse event, an early stop."""
    session = sessions.dosed_session(clinic, route="IV", drawn_mg=Decimal(50), planned_mg=Decimal(35))
    at = session.first_dose_at
    low = sessions.reading(clinic, session, at + timedelta(minutes=4), spo2_pct=85)
    sessions.answer(clinic, session, low, at + timedelta(minutes=5), action="CANARY oxygen", told_words="CANARY call")
    sessions.reading(clinic, session, at + timedelta(minutes=10), temperature_c=Decimal("36.8"), on_oxygen=True)
    actions.record_observation(
        session=session, by=clinic.nurse, at=at + timedelta(minutes=12), what="words", text="CANARY floating"
    )
    actions.record_adverse_event(
        session=session,
        by=clinic.nurse,
        at=at + timedelta(minutes=14),
        category="gi",
        grade=2,
        relatedness="probable",
        description="CANARY nausea",
        action="Ondansetron",
        outcome="resolved",
        ended_at=at + timedelta(minutes=14),
    )
    administration = session.dosing_record.administrations.get()
    actions.change_session_infusion(
        session=session,
        administration_id=administration.pk,
        by=clinic.nurse,
        at=at + timedelta(minutes=15),
        what="pause",
        reason="Nausea",
    )
    sessions.end_infusion(clinic, session, at + timedelta(minutes=20), how="stopped", reason="Patient asked")
    return sessions.stored(session)


def timeline(client, session) -> list[dict]:
    response = client.get(of(session, "/timeline"))
    assert response.status_code == 200, response.text
    return response.json()["events"]


def test_timeline_merges_every_kind_in_order(clinic, busy):
    events = timeline(api(clinic.nurse), busy)
    told = [(event["minutes"], event["kind"]) for event in events]
    assert told[-6:] == [
        (10, "reading"),
        (12, "observation"),
        (14, "adverse_event"),
        (15, "infusion_change"),
        (20, "transition"),
        (20, "dose_end"),
    ]
    assert (0, "dose") in told
    assert told[0][0] < 0
    assert told == sorted(told, key=lambda one: one[0])


def test_timeline_values_are_those_of_the_columns(clinic, busy):
    events = {event["kind"]: event for event in timeline(api(clinic.nurse), busy)}
    dose, reading, adverse, end = (events[kind] for kind in ("dose", "reading", "adverse_event", "dose_end"))
    record = busy.dosing_record
    assert (dose["drawn_mg"], dose["planned_mg"], dose["pump_ml_per_h"]) == (50, 35, 150)
    assert (dose["given_by"], dose["verified_by"]) == (clinic.nurse.name, None)
    assert dose["lot_number"] == record.lot_numbers.strip()
    assert Decimal(str(end["given_mg"])) == record.given_mg
    assert (reading["temperature_c"], reading["on_oxygen"], reading["systolic_mmhg"]) == (36.8, True, 122)
    assert reading["corrects"] is None
    assert (adverse["ended_at"], adverse["is_serious"]) == ("2026-06-01T14:24:00Z", False)
    assert reading["recorded_by"] == clinic.nurse.name
    assert "values" not in reading


@pytest.mark.parametrize("who", ["admin", "compliance"])
def test_office_gets_no_words_of_the_room(clinic, busy, who):
    events = timeline(api(getattr(clinic, who)), busy)
    assert {"dose", "dose_end", "reading", "transition"} <= {event["kind"] for event in events}
    assert "CANARY" not in str(events)


def test_therapist_off_the_roster_gets_no_doses(clinic, busy):
    RosterEntry.objects.filter(session=busy, duty="therapist").update(left_at=sessions.AT)
    client = api(clinic.therapist)
    kinds = {event["kind"] for event in timeline(client, busy)}
    assert {"reading", "observation"} <= kinds
    assert not kinds & {"dose", "dose_end", "infusion_change", "remainder"}
    assert client.get(of(busy, "/doses")).status_code == 404


def test_timeline_before_the_first_dose_counts_no_minutes(clinic):
    session = sessions.checked_in_session(clinic)
    events = timeline(api(clinic.nurse), session)
    assert {event["minutes"] for event in events} == {None}


def test_every_kind_reads_back_each_of_its_columns(clinic, busy):
    """A column that JSON changes would show here: each value equals the one that the model gives."""
    room.one_of_each(clinic, busy, busy.first_dose_at)
    wrong = room.rescue(clinic, busy, busy.first_dose_at, dose=Decimal("0.125"))
    room.rescue(clinic, busy, busy.first_dose_at, corrects_id=wrong.pk, correction_reason="Twice as much")
    room.aldrete(clinic, busy, busy.first_dose_at)
    _time_corrected(clinic, busy)
    events = session_events(busy.pk, KINDS, busy.first_dose_at)
    assert {event.kind for event in events} == set(KINDS) - {"remainder"}
    for event in events:
        kind = KINDS[event.kind]
        paths = dict(kind.values)
        [stored] = kind.model.objects.filter(pk=event.id).values(*paths.values())
        row = kind.model(id=event.id, **{path: value for path, value in stored.items() if isinstance(value, Unopened)})
        opened = {path: getattr(row, path) if isinstance(value, Unopened) else value for path, value in stored.items()}
        judged = {name: event.values[name] for name in ("severity", "findings") if event.kind == "reading"}
        judged |= {"recorded_first_at": busy.first_dose_at} if event.kind == "dose" else {}
        assert event.values == {name: opened[path] for name, path in paths.items()} | judged


def _time_corrected(clinic, session) -> None:
    """The first dose began half a minute later."""
    actions.correct_session_dose_time(
        session=sessions.stored(session),
        administration_id=session.dosing_record.administrations.get(number=1).pk,
        by=clinic.nurse,
        at=session.first_dose_at + timedelta(hours=4),
        given_at=session.first_dose_at + timedelta(seconds=30),
        reason="Clock was fast",
        confirmed=True,
    )


def test_each_event_has_the_shape_that_the_document_promises(clinic, busy):
    room.one_of_each(clinic, busy, busy.first_dose_at)
    _time_corrected(clinic, busy)
    for event in timeline(api(clinic.nurse), busy):
        shape = SHAPES[event["kind"]]
        assert set(event) == set(shape().fields), event["kind"]
        assert shape(data={}).fields["occurred_at"].run_validation(event["occurred_at"]).tzinfo is not None


def test_times_are_in_utc_for_a_page_session_too(clinic, busy):
    client = accounts.sign_in(Client(), clinic.nurse)
    assert all(event["occurred_at"].endswith("Z") for event in timeline(client, busy))


def test_reached_session_sees_what_visible_to_sees(clinic, other_clinic, session):
    """One person per way of being near a session, or not."""
    on_roster_only = sessions.scheduled_session(
        clinic, series=patients.series(patients.patient(clinic.prescriber), clinic.prescriber), by=clinic.prescriber
    )
    RosterEntry.objects.create(
        session=on_roster_only,
        membership_id=clinic.nurse.membership_id,
        duty="monitor",
        joined_at=sessions.AT,
        added_by_id=clinic.prescriber.membership_id,
    )
    stranger = accounts.actor(accounts.staff(clinic.practice, ["prescriber", "nurse", "therapist"]))
    everybody = [
        *(getattr(place, role) for place in (clinic, other_clinic) for role in clinic.members),
        stranger,
    ]
    for person in everybody:
        for one in (session, on_roster_only):
            visible = Session.objects.visible_to(person).filter(pk=one.pk).exists()
            try:
                reached = reached_session(person, one.pk)[0] == one
            except OutOfScope:
                reached = False
            assert reached == visible, (person.roles, one.number)


# cost


def test_session_tells_what_is_ordered_for_its_dose(clinic, session):
    dose = api(clinic.nurse).get(of(session)).json()["ordered_dose"]
    assert dose == {
        "order": str(session.order_id),
        "number": 1,
        "from_dose": 1,
        "dose_mg": 35,
        "mg_per_kg": 0.5,
        "max_mg": None,
        "draw_ml": 0.7,
        "max_total_mg": 35,
        "condition": "",
        "review_due_after": [],
        "working": ["70.0 kg × 0.5 mg/kg = 35.0 mg", "35.0 mg ÷ 50 mg/mL = 0.70 mL (holds 35 mg)"],
    }


def test_step_of_the_next_dose_is_told_before_it(clinic):
    step = StepTerms(from_dose=2, mg_per_kg=Decimal("0.75"), condition="If tolerated")
    course = sessions.series_with_order(clinic, steps=(step,), review_after=(1,))
    sessions.dosed_session(clinic, series=course)
    planned = sessions.scheduled_session(clinic, sessions.AT + timedelta(days=7), series=course)
    dose = api(clinic.nurse).get(of(planned)).json()["ordered_dose"]
    assert (dose["number"], dose["from_dose"], dose["dose_mg"]) == (2, 2, 52.5)
    assert dose["review_due_after"] == [1]
    assert (dose["condition"], dose["working"][0]) == ("If tolerated", "70.0 kg × 0.75 mg/kg = 52.5 mg")


def test_who_may_not_read_orders_gets_no_dose(clinic, session):
    for actor in (clinic.prescriber, clinic.nurse, clinic.therapist, clinic.admin, clinic.compliance):
        told = api(actor).get(of(session)).json()["ordered_dose"]
        assert (told is not None) == actor.can(Permission.VIEW_ORDER)


def test_lists_and_reads_take_few_queries(clinic, busy):
    client = api(clinic.nurse)
    counts = {part: queries_of(client, of(busy, part)) for part in ("", "/timeline", "/doses")}
    counts["list"] = queries_of(client, LIST)
    assert counts.pop("/doses") <= 5, "one more for the vials and devices of all doses"
    assert max(counts.values()) <= 4, counts


def test_queries_do_not_grow(clinic, three):
    client = api(clinic.nurse)
    few = queries_of(client, f"{LIST}?page_size=1")
    for day in range(3, 9):
        sessions.scheduled_session(clinic, sessions.AT + timedelta(days=day))
    assert queries_of(client, LIST) == few <= 3
