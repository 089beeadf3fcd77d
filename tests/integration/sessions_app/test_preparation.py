from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from sessions_app import actions
from sessions_app.models import RosterEntry
from tests.builders import accounts, sessions

pytestmark = pytest.mark.django_db
AT = sessions.AT


def check_in(clinic, session, by=None, at=AT, **more):
    return actions.check_in_patient(session=session, by=by or clinic.nurse, at=at, **{**sessions.ARRIVAL, **more})


def test_check_in_moves_the_session_and_keeps_the_arrival(clinic):
    session = sessions.scheduled_session(clinic)

    arrival = check_in(clinic, session, weight_kg=Decimal("71.5"))

    stored = sessions.stored(session)
    assert (stored.state, stored.checked_in_at, stored.version) == ("checked_in", AT, session.version + 1)
    assert (arrival.recorded_as, arrival.weight_kg) == ("nurse", Decimal("71.5"))
    assert AuditEvent.objects.filter(action="sessions.check_in_patient", patient_id=session.patient_id).exists()


def test_baseline_can_come_with_the_check_in(clinic):
    session = sessions.scheduled_session(clinic)

    check_in(clinic, session, **sessions.BASELINE)

    reading = session.readings.get()
    assert (reading.phase, reading.systolic_mmhg, reading.occurred_at) == ("baseline", 122, AT)


def test_check_in_without_values_makes_no_reading(clinic):
    session = sessions.scheduled_session(clinic)

    check_in(clinic, session)

    assert not session.readings.exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"identity_confirmed": False}, "identity_confirmed"),
        ({"escort_name": " "}, "escort_name"),
        ({"medicines_changed": True}, "medicines_note"),
        ({"weight_kg": Decimal("29.99")}, "weight_kg"),
        ({"weight_kg": Decimal("300.01")}, "weight_kg"),
        ({"systolic_mmhg": 120}, "diastolic_mmhg"),
    ],
)
def test_arrival_that_cannot_be_is_refused(clinic, more, field):
    session = sessions.scheduled_session(clinic)

    with pytest.raises(InvalidInput) as refused:
        check_in(clinic, session, **more)

    assert field in refused.value.fields
    assert sessions.stored(session).state == "scheduled"


def test_late_check_in_needs_a_reason(clinic):
    session = sessions.scheduled_session(clinic)
    with pytest.raises(InvalidInput):
        check_in(clinic, session, at=AT + timedelta(minutes=16), occurred_at=AT)

    late = check_in(clinic, session, at=AT + timedelta(minutes=16), occurred_at=AT, late_reason="Computer was down")

    assert late.is_late


def test_checking_in_again_is_a_new_row_and_takes_ready_back(clinic):
    session = sessions.checked_in_session(clinic)
    actions.set_ready(session=session, by=clinic.nurse, at=AT)

    check_in(clinic, session, escort_name="Sam Other")

    stored = sessions.stored(session)
    assert stored.state == "checked_in"
    assert stored.check_ins.count() == 2


def test_check_in_after_a_dose_is_stale(clinic):
    session = sessions.dosed_session(clinic)

    with pytest.raises(StaleState):
        check_in(clinic, session, at=AT + timedelta(hours=1))


@pytest.mark.parametrize("role", ["therapist", "admin", "compliance"])
def test_role_that_does_not_check_in_is_refused(clinic, role):
    with pytest.raises(NotPermitted):
        check_in(clinic, sessions.scheduled_session(clinic), by=getattr(clinic, role))


def name(clinic, session, by=None, at=AT, **people):
    return actions.name_roster(session=session, by=by or clinic.nurse, at=at, **people)


def test_roster_keeps_its_history(clinic):
    session = sessions.checked_in_session(clinic)
    relief = accounts.staff(clinic.practice)

    name(
        clinic,
        session,
        at=AT + timedelta(minutes=5),
        prescriber_id=clinic.prescriber.membership_id,
        monitor_id=relief.pk,
        therapist_id=None,
    )

    monitors = session.roster.filter(duty="monitor").order_by("joined_at")
    assert [(row.membership_id, row.left_at) for row in monitors] == [
        (clinic.nurse.membership_id, AT + timedelta(minutes=5)),
        (relief.pk, None),
    ]
    assert session.roster.get(duty="therapist").left_at == AT + timedelta(minutes=5)
    assert session.roster.get(duty="prescriber").left_at is None


@pytest.mark.parametrize(
    ("people", "field"),
    [
        (lambda c, o: {"prescriber_id": c.nurse.membership_id}, "prescriber_id"),
        (lambda c, o: {"monitor_id": c.therapist.membership_id}, "monitor_id"),
        (lambda c, o: {"therapist_id": c.nurse.membership_id}, "therapist_id"),
        (lambda c, o: {"prescriber_id": o.prescriber.membership_id}, "prescriber_id"),
    ],
)
def test_roster_takes_only_the_right_people(clinic, other_clinic, people, field):
    session = sessions.scheduled_session(clinic)

    with pytest.raises(InvalidInput) as refused:
        name(clinic, session, **people(clinic, other_clinic))

    assert list(refused.value.fields) == [field]


def test_somebody_who_left_cannot_be_named(clinic):
    session = sessions.scheduled_session(clinic)
    gone = accounts.staff(clinic.practice)
    accounts.actions.end_membership(membership=gone, by=clinic.admin, at=AT)

    with pytest.raises(InvalidInput):
        name(clinic, session, monitor_id=gone.pk)


def test_prescriber_and_monitor_stay_named_during_the_visit(clinic):
    session = sessions.dosed_session(clinic)

    with pytest.raises(InvalidInput) as refused:
        name(clinic, session, at=AT + timedelta(hours=1), monitor_id=clinic.nurse.membership_id)

    assert list(refused.value.fields) == ["prescriber_id"]


def test_roster_of_a_visit_that_is_over_stays(clinic):
    session = sessions.discharged_session(clinic)

    with pytest.raises(StaleState):
        name(clinic, session, at=AT + timedelta(hours=5), monitor_id=clinic.nurse.membership_id)


def test_leaving_the_roster_ends_the_right_to_write(clinic):
    session = sessions.checked_in_session(clinic)
    relief = accounts.staff(clinic.practice)
    name(clinic, session, prescriber_id=clinic.prescriber.membership_id, monitor_id=relief.pk)

    with pytest.raises(NotPermitted):
        sessions.reading(clinic, session, AT + timedelta(minutes=1))
    assert sessions.reading(clinic, session, AT + timedelta(minutes=1), by=accounts.actor(relief))
    assert RosterEntry.objects.filter(session=session, left_at=None).count() == 2


def test_ready_only_when_nothing_stands_in_the_way(clinic):
    session = sessions.checked_in_session(clinic, fasting_confirmed=False)
    with pytest.raises(Blocked) as refused:
        actions.set_ready(session=session, by=clinic.nurse, at=AT)
    assert [one.code for one in refused.value.blockers] == ["FASTING_UNCONFIRMED"]
    later = AT + timedelta(minutes=1)
    check_in(clinic, session, at=later)

    assert actions.set_ready(session=session, by=clinic.nurse, at=later).state == "ready"
