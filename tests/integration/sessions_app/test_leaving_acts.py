"""Leaving: every criterion, the departure against advice, and the drug still running."""

from datetime import timedelta

import pytest

from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from sessions_app import actions
from tests.builders import accounts, dosing, sessions
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def observed(shared, staffed):
    return shared(lambda: sessions.observed_session(staffed))


@pytest.fixture
def session(clinic, observed):
    return deepcopy(observed)


def refused_codes(clinic, session, at=None, by=None, **answers):
    with pytest.raises(Blocked) as refused:
        sessions.discharge(clinic, session, at or sessions.leaving_time(session), by=by, **answers)
    return [blocker.code for blocker in refused.value.blockers]


def test_patient_leaves_when_every_criterion_is_met(clinic, session):
    leave_at = sessions.leaving_time(session)

    done = sessions.discharge(clinic, session, leave_at)

    stored = sessions.stored(session)
    assert (stored.state, stored.ended_at) == ("discharged", leave_at)
    assert (done.unmet, done.is_against_advice, done.aldrete_total) == ([], False, 10)
    assert stored.transitions.filter(to_state="recovery").exists()


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"aldrete_activity": 1, "aldrete_oxygen": 1}, "LEAVE_ALDRETE"),
        ({"aldrete_oxygen": 0}, "LEAVE_ALDRETE"),
        ({"is_oriented": False}, "LEAVE_ORIENTED"),
        ({"walks_unaided": False}, "LEAVE_WALKS"),
        ({"dissociation_resolved": False}, "LEAVE_DISSOCIATION"),
        ({"nausea_controlled": False}, "LEAVE_NAUSEA"),
        ({"no_suicidal_intent": False}, "LEAVE_SAFE"),
        ({"escort_present": False}, "LEAVE_ESCORT"),
        ({"escort_name": ""}, "LEAVE_ESCORT"),
        ({"instructions_given": False}, "LEAVE_INSTRUCTIONS"),
    ],
)
def test_each_answer_alone_keeps_the_patient(clinic, session, answers, code):
    assert refused_codes(clinic, session, **answers) == [code]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"moaas": 4}, ["LEAVE_MOAAS"]),
        ({"systolic_mmhg": 147}, ["LEAVE_PRESSURE", "LEAVE_FALLING"]),
        ({"systolic_mmhg": 133}, ["LEAVE_FALLING"]),
        ({"spo2_pct": 95}, ["LEAVE_OXYGEN"]),
        ({"on_oxygen": True}, ["LEAVE_OXYGEN"]),
    ],
)
def test_last_reading_keeps_the_patient(clinic, session, values, codes):
    at = sessions.leaving_time(session) + MINUTE
    sessions.reading(clinic, session, at, **values)

    assert refused_codes(clinic, session, at) == codes


@pytest.mark.parametrize(("minutes", "codes"), [(30, None), (31, ["LEAVE_LAST_READING"])])
def test_last_reading_is_not_older_than_thirty_minutes(clinic, session, minutes, codes):
    at = sessions.leaving_time(session) + minutes * MINUTE

    if codes:
        assert refused_codes(clinic, session, at) == codes
    else:
        assert sessions.discharge(clinic, session, at).pk


@pytest.mark.parametrize(("route", "minutes"), [("IM", 90), ("ESK", 120)])
def test_minimum_observation_on_both_sides(clinic, route, minutes):
    session = sessions.dosed_session(clinic, route=route)
    over = session.first_dose_at + minutes * MINUTE
    sessions.reading(clinic, session, over - MINUTE)

    assert refused_codes(clinic, session, over - MINUTE) == ["LEAVE_OBSERVATION"]
    assert sessions.discharge(clinic, session, over).pk


def test_minimum_observation_of_an_infusion_counts_from_its_end(clinic):
    session = sessions.dosed_session(clinic, route="IV")
    end = session.first_dose_at + 40 * MINUTE
    assert refused_codes(clinic, session, end) == ["INFUSION_RUNNING"]
    sessions.end_infusion(clinic, session, end)
    sessions.reading(clinic, session, end + 59 * MINUTE)

    assert refused_codes(clinic, session, end + 59 * MINUTE) == ["LEAVE_OBSERVATION"]
    assert sessions.discharge(clinic, session, end + 60 * MINUTE).pk


def test_last_device_restarts_the_minimum_observation(clinic):
    session = sessions.checked_in_session(clinic, route="ESK")
    lot = dosing.stock_lot(clinic.nurse, sessions.AT - timedelta(hours=1), route="ESK")
    device = {"lot": lot, "drawn_mg": lot.product.unit_mg, "planned_mg": lot.product.unit_mg}
    first = sessions.AT + 10 * MINUTE
    sessions.give(clinic, session, first, **device)
    sessions.give(clinic, session, first + 5 * MINUTE, **device)
    sessions.reading(clinic, session, first + 120 * MINUTE)

    assert refused_codes(clinic, session, first + 124 * MINUTE) == ["LEAVE_OBSERVATION"]
    assert sessions.discharge(clinic, session, first + 125 * MINUTE).pk


def test_open_remainder_does_not_keep_the_patient(clinic):
    session = sessions.observed_session(clinic, drawn_mg=dosing.Decimal(50))

    sessions.discharge(clinic, session, sessions.leaving_time(session))

    assert sessions.stored(session).dosing_record.has_open_remainder


def test_nobody_is_discharged_twice_or_before_a_dose(clinic, session):
    sessions.discharge(clinic, session, sessions.leaving_time(session))
    with pytest.raises(StaleState):
        sessions.discharge(clinic, session, sessions.leaving_time(session))
    early = sessions.checked_in_session(clinic)
    with pytest.raises((Blocked, StaleState)):
        sessions.discharge(clinic, early, sessions.AT + MINUTE)


@pytest.mark.parametrize("value", [-1, 3, None])
def test_aldrete_items_are_zero_to_two(clinic, session, value):
    with pytest.raises(InvalidInput) as refused:
        sessions.discharge(clinic, session, sessions.leaving_time(session), aldrete_activity=value)

    assert list(refused.value.fields) == ["aldrete_activity"]


AGAINST = {
    "is_against_advice": True,
    "advice_reason": "Wants to go home, brother takes care",
    "password": accounts.PASSWORD,
    "walks_unaided": False,
}


def test_prescriber_lets_the_patient_go_against_advice(clinic, session):
    at = sessions.leaving_time(session)

    done = sessions.discharge(clinic, session, at, by=clinic.prescriber, **AGAINST)

    stored = sessions.stored(session)
    assert stored.state == "ended_early"
    assert (done.unmet, done.prescriber_id) == (["LEAVE_WALKS"], clinic.prescriber.membership_id)
    assert stored.transitions.get(to_state="ended_early").reason == AGAINST["advice_reason"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"password": "wrong"}, "password"), ({"advice_reason": "short"}, "advice_reason")],
)
def test_departure_against_advice_needs_reason_and_password(clinic, session, change, field):
    with pytest.raises(InvalidInput) as refused:
        sessions.discharge(
            clinic, session, sessions.leaving_time(session), by=clinic.prescriber, **{**AGAINST, **change}
        )

    assert list(refused.value.fields) == [field]
    assert sessions.stored(session).state == "dosing"


def test_nurse_cannot_let_anybody_go_against_advice(clinic, session):
    with pytest.raises(NotPermitted):
        sessions.discharge(clinic, session, sessions.leaving_time(session), **AGAINST)


def test_against_advice_is_not_used_when_all_is_well(clinic, session):
    with pytest.raises(InvalidInput):
        sessions.discharge(
            clinic,
            session,
            sessions.leaving_time(session),
            by=clinic.prescriber,
            **{**AGAINST, "walks_unaided": True},
        )


def test_running_infusion_keeps_even_against_advice(clinic):
    session = sessions.dosed_session(clinic, route="IV")

    codes = refused_codes(clinic, session, session.first_dose_at + 10 * MINUTE, by=clinic.prescriber, **AGAINST)

    assert codes == ["INFUSION_RUNNING"]


def test_end_of_the_infusion_begins_recovery_and_an_early_stop_leaves_a_remainder(clinic):
    session = sessions.dosed_session(clinic, route="IV")

    end = sessions.end_infusion(
        clinic, session, session.first_dose_at + 20 * MINUTE, how="stopped", reason="Pressure 188/112"
    )

    stored = sessions.stored(session)
    assert stored.state == "recovery"
    assert end.given_mg == dosing.Decimal("17.5")
    assert stored.dosing_record.has_open_remainder


def test_recovery_by_hand_and_not_while_an_infusion_runs(clinic):
    injected = sessions.dosed_session(clinic)
    infused = sessions.dosed_session(clinic, route="IV")
    at = injected.first_dose_at + MINUTE

    assert actions.start_recovery(session=injected, by=clinic.nurse, at=at).state == "recovery"
    with pytest.raises(Blocked):
        actions.start_recovery(session=infused, by=clinic.nurse, at=at)
