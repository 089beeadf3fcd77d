"""Readings, observations, adverse events: what is refused, what is late, what a retry and a correction do."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from sessions_app import actions
from sessions_app.models import VitalReading
from sessions_app.session_facts import load_facts
from tests.builders import accounts, sessions
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
AT = sessions.AT
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def dosed(shared, staffed):
    return shared(lambda: sessions.dosed_session(staffed))


@pytest.fixture
def session(clinic, dosed):
    return deepcopy(dosed)


def record(clinic, session, at=None, by=None, **values):
    at = at or session.first_dose_at + 10 * MINUTE
    return actions.record_reading(session=session, by=by or clinic.nurse, at=at, **values)


def test_reading_is_stored_with_who_when_and_an_audit_row(clinic, session):
    reading = record(clinic, session, systolic_mmhg=140, diastolic_mmhg=88, moaas=4, dissociation=2)

    assert (reading.phase, reading.recorded_as, reading.recorded_by_id) == (
        "monitoring",
        "nurse",
        clinic.nurse.membership_id,
    )
    audit = AuditEvent.objects.get(action="sessions.record_reading", object_id=reading.pk)
    assert audit.patient_id == session.patient_id
    assert set(audit.detail) == {"session"}


def test_reading_before_the_dose_is_a_baseline(clinic):
    session = sessions.checked_in_session(clinic)

    assert record(clinic, session, at=AT + MINUTE, spo2_pct=98).phase == "baseline"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "note"),
        ({"note": "no"}, "note"),
        ({"systolic_mmhg": 120}, "diastolic_mmhg"),
        ({"diastolic_mmhg": 80}, "systolic_mmhg"),
        ({"systolic_mmhg": 80, "diastolic_mmhg": 120}, "diastolic_mmhg"),
        ({"systolic_mmhg": 80, "diastolic_mmhg": 80}, "diastolic_mmhg"),
        ({"systolic_mmhg": 301, "diastolic_mmhg": 80}, "systolic_mmhg"),
        ({"systolic_mmhg": 39, "diastolic_mmhg": 30}, "systolic_mmhg"),
        ({"heart_rate_bpm": 19}, "heart_rate_bpm"),
        ({"heart_rate_bpm": 251}, "heart_rate_bpm"),
        ({"spo2_pct": 101}, "spo2_pct"),
        ({"spo2_pct": 39}, "spo2_pct"),
        ({"respiratory_rate": 61}, "respiratory_rate"),
        ({"moaas": 6}, "moaas"),
        ({"dissociation": 4}, "dissociation"),
    ],
)
def test_reading_that_cannot_be_is_refused_beside_its_field(clinic, session, values, field):
    with pytest.raises(InvalidInput) as refused:
        record(clinic, session, **values)

    assert field in refused.value.fields


@pytest.mark.parametrize(
    "values",
    [
        {"note": "Cuff off while in the bathroom"},
        {"respiratory_rate": 0},
        {"moaas": 0},
        {"dissociation": 0},
        {"systolic_mmhg": 300, "diastolic_mmhg": 200},
        {"systolic_mmhg": 40, "diastolic_mmhg": 20},
        {"heart_rate_bpm": 20},
        {"spo2_pct": 40},
        {"spo2_pct": 100},
    ],
)
def test_reading_at_the_edges_is_stored(clinic, session, values):
    assert record(clinic, session, **values).pk


def test_same_reading_sent_twice_is_one_row(clinic, session):
    pk = uuid.uuid4()
    first = record(clinic, session, id=pk, spo2_pct=97)

    again = record(clinic, session, id=pk, spo2_pct=97)

    assert first.pk == again.pk == pk
    assert VitalReading.objects.filter(pk=pk).count() == 1
    assert AuditEvent.objects.filter(object_id=pk).count() == 1


@pytest.mark.parametrize("change", [{"spo2_pct": 96}, {"on_oxygen": True}])
def test_same_id_with_other_content_is_refused(clinic, session, change):
    pk = uuid.uuid4()
    record(clinic, session, id=pk, spo2_pct=97)

    with pytest.raises(InvalidInput):
        record(clinic, session, id=pk, **{"spo2_pct": 97, **change})


def test_same_id_from_somebody_else_or_for_another_session_is_refused(clinic, session):
    pk = uuid.uuid4()
    record(clinic, session, id=pk, spo2_pct=97)
    other = sessions.dosed_session(clinic)

    with pytest.raises(InvalidInput):
        record(clinic, session, id=pk, spo2_pct=97, by=clinic.prescriber)
    with pytest.raises(InvalidInput):
        record(clinic, other, id=pk, spo2_pct=97)


@pytest.mark.parametrize(("minutes", "refused"), [(15, False), (16, True)])
def test_late_reading_needs_a_reason(clinic, session, minutes, refused):
    at = session.first_dose_at + 30 * MINUTE
    values = {"spo2_pct": 97, "occurred_at": at - minutes * MINUTE}

    if refused:
        with pytest.raises(InvalidInput) as error:
            record(clinic, session, at=at, **values)
        assert "late_reason" in error.value.fields
        assert record(clinic, session, at=at, late_reason="Patient needed help", **values).is_late
    else:
        assert not record(clinic, session, at=at, **values).is_late


def test_reading_from_the_future_or_from_another_day_is_refused(clinic, session):
    at = session.first_dose_at + 30 * MINUTE

    for moment in (at + MINUTE, AT - timedelta(hours=3)):
        with pytest.raises(InvalidInput) as refused:
            record(clinic, session, at=at, spo2_pct=97, occurred_at=moment, late_reason="Wrong day typed")
        assert "occurred_at" in refused.value.fields


def test_reading_after_the_patient_left_is_refused_and_a_late_one_taken(clinic):
    session = sessions.discharged_session(clinic)
    at = session.ended_at + 20 * MINUTE

    with pytest.raises(InvalidInput):
        record(clinic, session, at=at, spo2_pct=97)
    late = record(clinic, session, at=at, spo2_pct=97, occurred_at=session.ended_at, late_reason="Forgot to save")
    assert late.is_late


def test_correction_is_a_new_row_and_the_old_one_stays(clinic, session):
    wrong = record(clinic, session, systolic_mmhg=220, diastolic_mmhg=80)

    right = record(
        clinic, session, systolic_mmhg=120, diastolic_mmhg=80, corrects_id=wrong.pk, note="Typed 220 for 120"
    )

    facts = load_facts(sessions.stored(session))
    assert right.occurred_at == wrong.occurred_at
    assert right in facts.readings
    assert wrong not in facts.readings
    assert wrong in facts.all_readings


def test_correction_says_why_and_is_made_once(clinic, session):
    wrong = record(clinic, session, spo2_pct=80)
    with pytest.raises(InvalidInput) as refused:
        record(clinic, session, spo2_pct=98, corrects_id=wrong.pk)
    record(clinic, session, spo2_pct=98, corrects_id=wrong.pk, note="Probe had slipped")

    with pytest.raises(StaleState):
        record(clinic, session, spo2_pct=99, corrects_id=wrong.pk, note="Probe had slipped")
    assert "note" in refused.value.fields


def test_reading_of_another_session_cannot_be_corrected_here(clinic, session):
    other = sessions.dosed_session(clinic)

    with pytest.raises(StaleState):
        record(clinic, session, spo2_pct=98, corrects_id=other.readings.get().pk, note="Probe had slipped")


@pytest.mark.parametrize("role", ["therapist", "admin", "compliance"])
def test_role_that_takes_no_vitals_is_refused(clinic, session, role):
    with pytest.raises(NotPermitted):
        record(clinic, session, by=getattr(clinic, role), spo2_pct=97)


def test_nurse_off_the_roster_and_another_practice_are_refused(clinic, other_clinic, session):
    with pytest.raises(NotPermitted):
        record(clinic, session, by=accounts.actor(accounts.staff(clinic.practice)), spo2_pct=97)
    with pytest.raises(OutOfScope):
        record(clinic, session, by=other_clinic.nurse, spo2_pct=97)


def test_nothing_is_recorded_before_the_check_in(clinic):
    session = sessions.named_roster(clinic, sessions.scheduled_session(clinic))

    with pytest.raises(StaleState):
        record(clinic, session, at=AT, spo2_pct=97)


def test_signed_session_takes_no_reading_in_python_nor_by_raw_sql(clinic):
    session = sessions.signed_session(clinic)
    later = session.signed_at + MINUTE
    with pytest.raises(Blocked) as refused:
        record(clinic, session, at=later, spo2_pct=97, occurred_at=session.ended_at, late_reason="Forgot to save")
    row = session.readings.first()
    with pytest.raises(RecordFrozen):
        row.save()
    row.pk = uuid.uuid4()
    columns = [field.column for field in VitalReading._meta.concrete_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    picked = ", ".join("%s" if column == "id" else f'"{column}"' for column in columns)

    new_id, session_id = (one.hex if connection.vendor == "sqlite" else str(one) for one in (row.pk, session.pk))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO sessions_app_vitalreading ({names}) SELECT {picked} FROM sessions_app_vitalreading "
            "WHERE session_id = %s LIMIT 1",
            [new_id, session_id],
        )
    assert [one.code for one in refused.value.blockers] == ["SESSION_SIGNED"]


def observe(clinic, session, by=None, **more):
    values = {"what": "words", "text": "The room feels wide", **more}
    at = session.first_dose_at + 10 * MINUTE
    return actions.record_observation(session=session, by=by or clinic.therapist, at=at, **values)


def test_therapist_writes_what_was_seen(clinic, session):
    pk = uuid.uuid4()

    assert observe(clinic, session, id=pk).pk == observe(clinic, session, id=pk).pk == pk
    assert session.observations.get().recorded_as == "therapist"


@pytest.mark.parametrize(("more", "field"), [({"what": "nothing"}, "what"), ({"text": " "}, "text")])
def test_empty_observation_is_refused(clinic, session, more, field):
    with pytest.raises(InvalidInput) as refused:
        observe(clinic, session, **more)

    assert field in refused.value.fields


EVENT = {
    "category": "gi",
    "grade": 2,
    "relatedness": "probable",
    "description": "Vomited once",
    "action": "Ondansetron 4 mg",
    "outcome": "resolved",
}


def report(clinic, session, by=None, **more):
    at = session.first_dose_at + 20 * MINUTE
    return actions.record_adverse_event(session=session, by=by or clinic.nurse, at=at, **{**EVENT, **more})


@pytest.mark.parametrize(
    ("more", "is_serious"),
    [
        ({}, False),
        ({"grade": 3}, False),
        ({"is_serious": True}, True),
        ({"grade": 4}, True),
        ({"grade": 5, "outcome": "fatal"}, True),
        ({"outcome": "transferred"}, True),
    ],
)
def test_what_is_serious_by_definition(clinic, session, more, is_serious):
    assert report(clinic, session, **more).is_serious is is_serious


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"grade": 0}, "grade"),
        ({"grade": 6}, "grade"),
        ({"category": "bad"}, "category"),
        ({"relatedness": ""}, "relatedness"),
        ({"outcome": ""}, "outcome"),
        ({"description": " "}, "description"),
        ({"action": " "}, "action"),
        ({"grade": 5}, "outcome"),
        ({"outcome": "fatal"}, "outcome"),
    ],
)
def test_adverse_event_that_cannot_be_is_refused(clinic, session, more, field):
    with pytest.raises(InvalidInput) as refused:
        report(clinic, session, **more)

    assert field in refused.value.fields


def test_event_does_not_end_before_it_began(clinic, session):
    with pytest.raises(InvalidInput):
        report(clinic, session, ended_at=session.first_dose_at)


def test_therapist_does_not_report_adverse_events(clinic, session):
    with pytest.raises(NotPermitted):
        report(clinic, session, by=clinic.therapist)
