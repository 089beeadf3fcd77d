"""What of order, weight and spacing stands before a dose; both sides of each (KAP-LIM-ALL, KAP-DOSE-*)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dosing import actions
from dosing.models import DosingRecord
from dosing.readiness import order_blockers
from tests.builders import dosing, patients

pytestmark = pytest.mark.django_db
AT = dosing.AT
REASON = "discussed with the patient and the team"


@pytest.fixture
def series(clinic):
    return patients.series(patients.patient_with_team(clinic), clinic.prescriber, min_hours_between=72)


@pytest.fixture
def order(clinic, series):
    return dosing.signed_order(series, clinic.prescriber)


def found(order, series, at=AT, weight=Decimal(70), **more):
    blockers = order_blockers(order, series.patient, series, at, weight, **more)
    assert all(blocker.source for blocker in blockers)
    return {blocker.code: blocker.override for blocker in blockers}


def test_fresh_order_meets_nothing(order, series):
    assert found(order, series) == {}
    assert found(order, series, weight=None) == {}


def test_no_order_says_where_to_write_one(series):
    blockers = order_blockers(None, series.patient, series, AT)
    assert [blocker.code for blocker in blockers] == ["ORDER_MISSING"]
    assert str(series.pk) in blockers[0].link


@pytest.mark.parametrize(("days", "codes"), [(10, {}), (11, {"ORDER_EXPIRED": None})])
def test_order_on_and_after_its_last_day(clinic, series, days, codes):
    order = dosing.signed_order(series, clinic.prescriber, expires_on=AT.date() + timedelta(days=10))
    assert found(order, series, AT + timedelta(days=days)) == codes


def test_last_day_is_the_clinics_own(clinic, series):
    """20:30 in New York is already the next day in UTC."""
    order = dosing.signed_order(series, clinic.prescriber, expires_on=AT.date())
    assert found(order, series, AT + timedelta(hours=10, minutes=30)) == {}


def test_replaced_order(clinic, order, series):
    dosing.signed_order(series, clinic.prescriber, replaces=order)
    assert found(order, series) == {"ORDER_REPLACED": None}


@pytest.mark.parametrize(
    ("weight", "codes"),
    [
        ("77", {}),
        ("63", {}),
        ("77.01", {"WEIGHT_CHANGED": "override_limit"}),
        ("62.99", {"WEIGHT_CHANGED": "override_limit"}),
        ("29.99", {"WEIGHT_OUT_OF_RANGE": None}),
    ],
)
def test_weight_of_the_day(order, series, weight, codes):
    assert found(order, series, weight=Decimal(weight)) == codes


def test_pounds_taken_for_kilograms_are_named(order, series):
    blockers = order_blockers(order, series.patient, series, AT, Decimal("154.3"))
    assert "pounds" in blockers[0].sentence


@pytest.mark.parametrize(("days", "codes"), [(30, {}), (31, {"WEIGHT_OLD": "override_limit"})])
def test_age_of_the_weight(order, series, days, codes):
    assert found(order, series, AT + timedelta(days=days)) == codes


@pytest.mark.parametrize(
    ("hours", "codes"),
    [
        (23, {"INTERVAL_BELOW_HARD": None}),
        (24, {"INTERVAL_BELOW_SOFT": "override_limit"}),
        (47, {"INTERVAL_BELOW_SOFT": "override_limit"}),
        (48, {"SPACING_BELOW_PLAN": "override_limit"}),
        (71, {"SPACING_BELOW_PLAN": "override_limit"}),
        (72, {}),
    ],
)
def test_spacing_since_the_last_dose(clinic, order, series, hours, codes):
    record = dosing.dosing_record(clinic, order=order)
    dosing.given_dose(clinic, record)
    assert found(order, series, AT + timedelta(hours=hours)) == codes


def test_sentence_about_spacing_reads_the_same_until_it_is_over(clinic, order, series):
    """A stored override holds as long as the sentence does."""
    dosing.given_dose(clinic, dosing.dosing_record(clinic, order=order))
    first = order_blockers(order, series.patient, series, AT + timedelta(hours=30))
    second = order_blockers(order, series.patient, series, AT + timedelta(hours=31, minutes=7))
    assert first[0].sentence == second[0].sentence


def test_own_doses_of_the_session_are_not_earlier_ones(clinic, order, series):
    record = dosing.dosing_record(clinic, order=order)
    dosing.given_dose(clinic, record)
    assert found(order, series, AT + timedelta(minutes=20), session_id=record.pk) == {}
    assert "INTERVAL_BELOW_HARD" in found(order, series, AT + timedelta(minutes=20))


def test_reason_typed_at_signing_stays_good(clinic, series):
    order = dosing.signed_order(
        series, clinic.prescriber, mg_per_kg=Decimal("0.8"), overrides={"DOSE_ABOVE_FIRST_SESSION": REASON}
    )
    assert found(order, series) == {}


def test_limits_lowered_after_signing_hold_on_the_day(clinic, order, series):
    values = {
        **clinic.practice.limits.get(route="IM").values,
        "usual_high": "0.4",
        "soft_max_mg_per_kg": "0.4",
        "hard_max_mg_per_kg": "0.45",
    }
    why = {"source": "Medical director", "note": "Lowered after the review of June."}
    actions.set_limits(by=clinic.prescriber, at=AT, route="IM", values=values, replaces_version=1, **why)
    assert found(order, series) == {"DOSE_ABOVE_HARD_MG_PER_KG": None}


def test_patient_dosed_on_another_route_still_waits(clinic, series, order):
    dosing.given_dose(clinic, dosing.dosing_record(clinic, order=order))
    assert DosingRecord.objects.get().patient_id == series.patient_id
    from patients.actions import close_series

    close_series(series=series, by=clinic.prescriber, at=AT, closing_reason="changing to another route now")
    other = patients.series(series.patient, clinic.prescriber, route="SL")
    later = AT + timedelta(hours=30)
    next_order = dosing.signed_order(other, clinic.prescriber, at=later)
    assert found(next_order, other, later) == {"INTERVAL_BELOW_SOFT": "override_limit"}


def test_number_of_queries_is_small(order, series, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        order_blockers(order, series.patient, series, AT, Decimal(70))
