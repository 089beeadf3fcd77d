"""Signing and amending dose orders (nothing on the page decides a number; R40, R41)."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from dosing import actions
from dosing.models import DoseOrder
from dosing.order_content import is_unaltered
from patients.actions import close_series
from tests.builders import accounts, dosing, patients
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
AT = dosing.AT
REASON = "discussed with the patient and the team"


@pytest.fixture(scope="module")
def registered(shared, staffed):
    return shared(lambda: patients.patient_with_team(staffed))


@pytest.fixture
def person(clinic, registered):
    return deepcopy(registered)


@pytest.fixture
def series(clinic, person):
    return patients.series(person, clinic.prescriber, route="IM")


def refused(series, by, **terms):
    with pytest.raises(Blocked) as refusal:
        dosing.signed_order(series, by, **terms)
    return {blocker.code: blocker.override for blocker in refusal.value.blockers}


def test_order_stores_the_arithmetic_worked_out_here(clinic, person):
    course = patients.series(person, clinic.prescriber, route="IV")
    order = dosing.signed_order(course, clinic.prescriber, weight_kg=Decimal("82.4"))

    order.refresh_from_db()
    assert (order.dose_mg, order.draw_ml, order.drawn_mg) == (Decimal("41.2"), Decimal("0.82"), 41)
    assert (order.pump_ml_per_h, order.mcg_per_kg_per_min) == (150, Decimal("12.5"))
    assert (order.max_total_mg, order.version, order.replaces) == (Decimal("41.2"), 1, None)
    assert (order.signed_at, order.signed_by_id) == (AT, clinic.prescriber.membership_id)
    assert order.limits["route"]["version"] == order.limits["general"]["version"] == 1
    assert is_unaltered(order)
    audit = AuditEvent.objects.get(action="dosing.sign_order")
    assert (audit.patient_id, audit.role, audit.detail) == (
        person.pk,
        "prescriber",
        {"version": 1, "overridden": [], "steps": 0},
    )


@pytest.mark.parametrize("route", ["IV", "IM", "SC", "IN_RACEMIC", "ESK", "SL", "PO"])
def test_every_route_can_be_ordered(clinic, person, route):
    order = dosing.signed_order(patients.series(person, clinic.prescriber, route=route), clinic.prescriber)
    assert order.route == route
    assert order.dose_mg > 0
    assert is_unaltered(DoseOrder.objects.get(pk=order.pk))


def test_booster_counts_into_the_most_allowed(clinic, series):
    order = dosing.signed_order(series, clinic.prescriber, booster_mg=Decimal(15), booster_after_min=12)
    assert order.max_total_mg == 50


@pytest.mark.parametrize("role", ["nurse", "therapist", "admin", "compliance"])
def test_only_a_prescriber_signs(clinic, series, role):
    with pytest.raises(NotPermitted):
        dosing.signed_order(series, getattr(clinic, role))


def test_prescriber_off_the_team_may_not_sign(clinic, series):
    stranger = accounts.actor(accounts.staff(clinic.practice, roles=["prescriber"]))
    with pytest.raises(NotPermitted):
        dosing.signed_order(series, stranger)


def test_prescriber_of_another_practice_sees_nothing(clinic, series):
    elsewhere = accounts.clinic_with_staff(name="Elsewhere")
    with pytest.raises(OutOfScope):
        dosing.signed_order(series, elsewhere.prescriber)


def test_wrong_password_signs_nothing(clinic, series):
    with pytest.raises(InvalidInput) as refusal:
        dosing.signed_order(series, clinic.prescriber, password="something else here")
    assert list(refusal.value.fields) == ["password"]
    assert not DoseOrder.objects.exists()


def test_hard_limit_cannot_be_overridden(clinic, series):
    reasons = dict.fromkeys(("DOSE_ABOVE_HARD_MG_PER_KG", "DOSE_ABOVE_SOFT_MG", "DOSE_ABOVE_FIRST_SESSION"), REASON)
    found = refused(series, clinic.prescriber, mg_per_kg=Decimal("2.1"), overrides=reasons)
    assert found == {"DOSE_ABOVE_HARD_MG_PER_KG": None}


def test_soft_limit_needs_a_reason(clinic, series):
    found = refused(series, clinic.prescriber, mg_per_kg=Decimal("0.8"))
    assert found == {"DOSE_ABOVE_FIRST_SESSION": "override_limit"}
    assert not DoseOrder.objects.exists()


def test_soft_limit_is_passed_with_a_reason_that_is_signed_too(clinic, series):
    order = dosing.signed_order(
        series, clinic.prescriber, mg_per_kg=Decimal("0.8"), overrides={"DOSE_ABOVE_FIRST_SESSION": REASON}
    )
    assert order.overrides == {"DOSE_ABOVE_FIRST_SESSION": REASON}
    assert AuditEvent.objects.get(action="dosing.sign_order").detail["overridden"] == ["DOSE_ABOVE_FIRST_SESSION"]


def test_reason_that_says_nothing_is_refused(clinic, series):
    with pytest.raises(InvalidInput):
        dosing.signed_order(
            series, clinic.prescriber, mg_per_kg=Decimal("0.8"), overrides={"DOSE_ABOVE_FIRST_SESSION": "ok"}
        )


def test_reasons_for_what_did_not_happen_are_not_kept(clinic, series):
    order = dosing.signed_order(series, clinic.prescriber, overrides={"DOSE_ABOVE_SOFT_MG": REASON})
    assert order.overrides == {}


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"weighed_on": AT.date() + timedelta(days=1)}, "weighed_on"),
        ({"expires_on": AT.date() - timedelta(days=1)}, "expires_on"),
        ({"expires_on": AT.date() + timedelta(days=367)}, "expires_on"),
        ({"mg_per_kg": Decimal("0.5"), "fixed_mg": Decimal(35)}, ""),
        ({"mg_per_kg": None}, ""),
        ({"weight_kg": Decimal("70.001")}, "weight_kg"),
        ({"mg_per_kg": 0.5}, "mg_per_kg"),
        ({"booster_mg": Decimal(-1)}, "booster_mg"),
        ({"booster_mg": Decimal(5), "booster_after_min": 481}, "booster_after_min"),
        ({"mg_per_kg": Decimal("0.0001")}, "mg_per_kg"),
    ],
)
def test_numbers_that_cannot_be(clinic, series, terms, field):
    with pytest.raises(InvalidInput) as refusal:
        dosing.signed_order(series, clinic.prescriber, **terms)
    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize(("weight", "code"), [("29.99", "WEIGHT_OUT_OF_RANGE"), ("300.01", "WEIGHT_OUT_OF_RANGE")])
def test_impossible_weight_is_hard(clinic, series, weight, code):
    assert code in refused(series, clinic.prescriber, weight_kg=Decimal(weight))


def test_strong_vial_for_the_vein_needs_a_volume(clinic, person):
    course = patients.series(person, clinic.prescriber, route="IV")
    strong = dosing.product(clinic.practice, "Ketalar 100")
    assert "MUST_DILUTE" in refused(course, clinic.prescriber, product=strong, final_volume_ml=Decimal("0.5"))
    assert dosing.signed_order(course, clinic.prescriber, product=strong).dose_mg == 35


def test_product_of_another_route_or_retired_is_refused(clinic, series):
    troche = dosing.product(clinic.practice, "Compounded ketamine troche")
    assert "PRODUCT_NOT_FOR_ROUTE" in refused(series, clinic.prescriber, product=troche)
    product = dosing.product(clinic.practice)
    actions.set_product_in_use(product=product, by=clinic.prescriber, at=AT, is_active=False)
    assert "PRODUCT_RETIRED" in refused(series, clinic.prescriber)


def test_esketamine_comes_in_devices(clinic, person):
    course = patients.series(person, clinic.prescriber, route="ESK")
    assert "NOT_A_DEVICE_DOSE" in refused(course, clinic.prescriber, fixed_mg=Decimal(60))
    assert "DEVICE_DOSE_NOT_ALLOWED" in refused(course, clinic.prescriber, fixed_mg=Decimal(112))


def test_product_of_another_practice_does_not_exist(clinic, series):
    elsewhere = accounts.practice(name="Elsewhere")
    with pytest.raises(OutOfScope):
        dosing.signed_order(series, clinic.prescriber, product=dosing.product(elsewhere))


def test_closed_series_takes_no_order(clinic, series):
    close_series(series=series, by=clinic.prescriber, at=AT, closing_reason="moved away to another town")
    series.refresh_from_db()
    assert "SERIES_CLOSED" in refused(series, clinic.prescriber)


def test_amendment_is_a_new_version_and_the_old_one_stays(clinic, series):
    first = dosing.signed_order(series, clinic.prescriber)
    second = dosing.signed_order(series, clinic.prescriber, mg_per_kg=Decimal("0.6"), replaces=first)
    assert (second.version, second.replaces_id) == (2, first.pk)
    first.refresh_from_db()
    assert first.dose_mg == 35
    assert list(DoseOrder.objects.in_force(AT)) == [second]


def test_second_order_that_does_not_know_the_first_is_stale(clinic, series):
    first = dosing.signed_order(series, clinic.prescriber)
    with pytest.raises(StaleState):
        dosing.signed_order(series, clinic.prescriber)
    dosing.signed_order(series, clinic.prescriber, replaces=first)
    with pytest.raises(StaleState):
        dosing.signed_order(series, clinic.prescriber, replaces=first)


def test_retry_with_the_same_id_is_the_same_order(clinic, series):
    row_id = uuid.uuid4()
    first = dosing.signed_order(series, clinic.prescriber, id=row_id)
    assert dosing.signed_order(series, clinic.prescriber, id=row_id) == first
    other = patients.series(patients.patient_with_team(clinic), clinic.prescriber)
    with pytest.raises(InvalidInput):
        dosing.signed_order(other, clinic.prescriber, id=row_id)


def test_step_up_counts_from_the_last_dose_given(clinic):
    record = dosing.dosing_record(clinic, route="IV")
    running = dosing.given_dose(clinic, record)
    later = AT + timedelta(minutes=40)
    actions.end_administration(administration=running, by=clinic.nurse, at=later, how="completed")
    series, first = record.order.series, record.order
    at_limit = {"replaces": first, "at": AT + timedelta(days=3), "mg_per_kg": Decimal("0.75")}
    order = dosing.signed_order(series, clinic.prescriber, **at_limit)
    found = refused(series, clinic.prescriber, **{**at_limit, "replaces": order, "mg_per_kg": Decimal("0.751")})
    assert found == {"STEP_TOO_LARGE": "override_limit"}


def test_signed_order_refuses_every_change(clinic, series):
    order = dosing.signed_order(series, clinic.prescriber)
    table = DoseOrder._meta.db_table
    stored = DoseOrder.objects.get(pk=order.pk)
    stored.dose_mg = Decimal(70)
    with pytest.raises(RecordFrozen):
        stored.save()
    with pytest.raises(RecordFrozen):
        stored.delete()
    for statement in (f"UPDATE {table} SET dose_mg = 70000", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        DoseOrder.objects.filter(pk=order.pk).update(dose_mg=Decimal(70))
    assert is_unaltered(DoseOrder.objects.get(pk=order.pk))


def test_an_altered_order_is_noticed(clinic, series):
    order = dosing.signed_order(series, clinic.prescriber)
    order.dose_mg += Decimal("0.001")
    assert not is_unaltered(order)
