"""A titration plan: signed with its order, one step for each dose, reviews that hold the next one (KAP-DOSE-PLAN)."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.navigation import home_panels
from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from dosing import actions
from dosing.models import DoseOrder, OrderReviewPoint, OrderStep, PlanContinuation
from dosing.order_content import is_continuation_unaltered, is_unaltered
from dosing.ordered_dose import next_dose
from dosing.readiness import order_blockers
from dosing.titration import StepTerms
from patients.actions import change_series_plan
from tests.builders import accounts, dosing, patients

pytestmark = pytest.mark.django_db
AT = dosing.AT
WEEK = timedelta(days=7)
REASON = "discussed with the patient and the team"
UP = StepTerms(from_dose=3, mg_per_kg=Decimal("0.75"), max_mg=Decimal(50), condition="If tolerated")


@pytest.fixture
def series(clinic):
    return patients.series(patients.patient_with_team(clinic), clinic.prescriber, route="IM")


@pytest.fixture
def order(clinic, series):
    """70 kg: doses 1-2 35 mg, from dose 3 on 52.5 mg held to 50 mg, review after dose 2."""
    return dosing.signed_order(series, clinic.prescriber, steps=(UP,))


def dosed(clinic, order, number: int = 1):
    """`number` sessions with a dose, a week apart; the last one's sheet."""
    record = None
    for place in range(number):
        at = AT + place * WEEK
        record = dosing.dosing_record(clinic, at, order=order)
        dosing.given_dose(clinic, record, at, drawn_mg=record.ordered_mg)
    return record


def continued(clinic, order, at=AT + 2 * WEEK, **change):
    words = {"password": accounts.PASSWORD, "after_dose": 2, "note": "Calmer, no adverse event", **change}
    return actions.continue_plan(order=order, by=words.pop("by", clinic.prescriber), at=at, **words)


def standing(order, series, at):
    return {blocker.code: blocker.override for blocker in order_blockers(order, series.patient, series, at)}


def refused(clinic, series, *steps, **terms):
    with pytest.raises(Blocked) as refusal:
        dosing.signed_order(series, clinic.prescriber, steps=steps, **terms)
    return {blocker.code: blocker.override for blocker in refusal.value.blockers}


def test_steps_reviews_and_spacing_are_stored_under_one_signature(order, series):
    (step,), (point,) = order.steps.all(), order.review_points.all()
    assert (step.from_dose, step.dose_mg, step.draw_ml, step.max_total_mg) == (3, 50, 1, 50)
    assert (point.after_dose, order.step_count, order.review_count) == (2, 1, 1)
    assert (order.planned_doses, order.min_hours_between) == (series.planned_sessions, series.min_hours_between)
    assert is_unaltered(DoseOrder.objects.with_plan().get(pk=order.pk))


def test_no_review_is_a_decision_too(clinic, series):
    assert dosing.signed_order(series, clinic.prescriber, review_after=()).review_count == 0


def test_each_step_meets_the_limits_under_a_code_of_its_own(clinic, series):
    soft = StepTerms(from_dose=3, mg_per_kg=Decimal("1.6"))
    hard = StepTerms(from_dose=5, mg_per_kg=Decimal("2.1"))
    assert refused(clinic, series, soft, hard) == {
        "DOSE_ABOVE_SOFT_MG_PER_KG_DOSE_3": "override_limit",
        "DOSE_ABOVE_HARD_MG_PER_KG_DOSE_5": None,
        "DOSE_ABOVE_SOFT_MG_DOSE_5": "override_limit",
    }


@pytest.mark.parametrize(("step", "codes"), [("0.75", {}), ("0.76", {"STEP_TOO_LARGE_DOSE_2": "override_limit"})])
def test_step_counts_from_the_step_before(clinic, step, codes):
    course = patients.series(patients.patient_with_team(clinic), clinic.prescriber, route="IV")
    up = StepTerms(from_dose=2, mg_per_kg=Decimal(step))
    if codes:
        assert refused(clinic, course, up) == codes
    else:
        assert dosing.signed_order(course, clinic.prescriber, steps=(up,)).step_count == 1


def test_reason_for_one_step_passes_no_other(clinic, series):
    steps = [StepTerms(from_dose=number, mg_per_kg=Decimal("1.6")) for number in (3, 5)]
    reason = {"DOSE_ABOVE_SOFT_MG_PER_KG_DOSE_3": REASON}
    assert refused(clinic, series, *steps, overrides=reason) == {"DOSE_ABOVE_SOFT_MG_PER_KG_DOSE_5": "override_limit"}


def test_reason_typed_for_a_step_stays_good_on_its_day(clinic, series):
    step = StepTerms(from_dose=2, mg_per_kg=Decimal("1.6"))
    order = dosing.signed_order(
        series, clinic.prescriber, steps=(step,), overrides={"DOSE_ABOVE_SOFT_MG_PER_KG_DOSE_2": REASON}
    )
    dosed(clinic, order)
    assert standing(order, series, AT + WEEK) == {}


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"steps": (StepTerms(from_dose=7, mg_per_kg=Decimal(1)),)}, "step_1_from"),
        ({"steps": (StepTerms(from_dose=3, mg_per_kg=Decimal("0.00001")),)}, "step_1_dose"),
        ({"steps": (StepTerms(from_dose=3, mg_per_kg=Decimal("0.0001")),)}, "step_1_dose"),
        ({"steps": (StepTerms(from_dose=3, fixed_mg=Decimal(40), max_mg=Decimal(50)),)}, "step_1_dose"),
        ({"steps": (StepTerms(from_dose=3, mg_per_kg=Decimal(1), condition="x" * 201),)}, "step_1_condition"),
        ({"review_after": (6,)}, "review_after"),
    ],
)
def test_plan_that_cannot_be_is_refused_beside_its_field(clinic, series, plan, field):
    with pytest.raises(InvalidInput) as refusal:
        dosing.signed_order(series, clinic.prescriber, **plan)
    assert list(refusal.value.fields) == [field]
    assert not DoseOrder.objects.exists()


def test_amendment_keeps_what_was_signed(clinic, series, order):
    newer = dosing.signed_order(series, clinic.prescriber, AT + WEEK, replaces=order, review_after=(3,))
    old = DoseOrder.objects.get(pk=order.pk)
    assert [step.dose_mg for step in old.steps.all()] == [50]
    assert [point.after_dose for point in old.review_points.all()] == [2]
    assert is_unaltered(old)
    assert (newer.version, newer.step_count, newer.replaces_id) == (2, 0, order.pk)


def test_rows_refuse_every_change(order):
    for row in (order.steps.get(), order.review_points.get()):
        with pytest.raises(RecordFrozen):
            row.save()
        for act in (lambda rows: rows.update(id=uuid.uuid4()), lambda rows: rows._raw_delete(rows.db)):
            with pytest.raises(DatabaseError), transaction.atomic():
                act(type(row).objects.filter(pk=row.pk))


def test_no_step_and_no_review_is_added_to_a_signed_order(order):
    step = order.steps.get()
    step.pk, step._state.adding, step.from_dose, step.condition = uuid.uuid4(), True, 2, ""
    for row in (step, OrderReviewPoint(order=order, after_dose=4)):
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            row.save(force_insert=True)


def test_altered_step_is_noticed(order):
    table = OrderStep._meta.db_table
    with connection.cursor() as cursor:
        trigger = f"keep_{table}_update"
        drop = f'DROP TRIGGER "{trigger}"' + ("" if connection.vendor == "sqlite" else f' ON "{table}"')
        cursor.execute(drop)
        cursor.execute(f"UPDATE {table} SET dose_mg = 49")
    assert not is_unaltered(DoseOrder.objects.get(pk=order.pk))


def test_sheet_says_what_the_step_says(clinic, order):
    continued_after = dosed(clinic, order, 2)
    assert (continued_after.dose_number, continued_after.ordered_mg) == (2, 35)
    continued(clinic, order)
    third = dosing.dosing_record(clinic, AT + 2 * WEEK, order=order)
    assert (third.dose_number, third.ordered_mg) == (3, 50)


def test_dose_is_judged_by_its_step(clinic, order):
    dosed(clinic, order, 2)
    third = dosing.dosing_record(clinic, AT + 2 * WEEK, order=order)
    with pytest.raises(Blocked) as refusal:
        dosing.given_dose(clinic, third, AT + 2 * WEEK, drawn_mg=Decimal(35))
    assert [blocker.code for blocker in refusal.value.blockers] == ["DOSE_DIFFERS_FROM_ORDER"]
    dosing.given_dose(clinic, third, AT + 2 * WEEK, drawn_mg=Decimal(50), planned_mg=Decimal(50))
    third.refresh_from_db()
    assert (third.given_mg, third.is_above_order) == (50, False)


def test_first_dose_settles_which_dose_a_session_is(clinic, order):
    """A sheet opened early without a dose follows when another session gets there first."""
    early = dosing.dosing_record(clinic, AT, order=order)
    dosed(clinic, order, 2)
    again = actions.open_dosing_record(by=clinic.nurse, at=AT + 2 * WEEK, id=early.pk, order=order)
    assert (again.dose_number, again.ordered_mg) == (3, 50)


def test_working_is_that_of_the_step(order, clinic):
    dosed(clinic, order, 2)
    dose = next_dose(order)
    assert (dose.number, dose.dose_mg, dose.condition) == (3, 50, "If tolerated")
    assert dose.plan.working[:2] == (
        "70.0 kg × 0.75 mg/kg = 52.5 mg",
        "52.5 mg is more than the most of 50 mg, so 50 mg",
    )


def test_next_dose_waits_from_the_point_on(clinic, order, series):
    dosed(clinic, order, 1)
    assert standing(order, series, AT + WEEK) == {}
    dosing.given_dose(clinic, dosing.dosing_record(clinic, AT + WEEK, order=order), AT + WEEK)
    assert standing(order, series, AT + 2 * WEEK) == {"PLAN_REVIEW_DUE": None}


def test_signed_review_frees_the_next_dose(clinic, order, series):
    dosed(clinic, order, 2)
    row = continued(clinic, order)
    assert standing(order, series, AT + 2 * WEEK) == {}
    assert (row.after_dose, row.doses_given, row.recorded_as) == (2, 2, "prescriber")
    assert is_continuation_unaltered(PlanContinuation.objects.get(pk=row.pk))
    event = AuditEvent.objects.get(action="dosing.continue_plan")
    assert (event.object_id, event.patient_id, event.role) == (order.pk, series.patient_id, "prescriber")


def test_review_signed_once_holds_no_later_version(clinic, order, series):
    dosed(clinic, order, 2)
    continued(clinic, order)
    newer = dosing.signed_order(series, clinic.prescriber, AT + 2 * WEEK, replaces=order, review_after=(2, 4))
    assert standing(newer, series, AT + 3 * WEEK) == {}


def test_amending_alone_frees_nothing(clinic, order, series):
    dosed(clinic, order, 2)
    newer = dosing.signed_order(series, clinic.prescriber, AT + 2 * WEEK, replaces=order)
    assert standing(newer, series, AT + 2 * WEEK) == {"PLAN_REVIEW_DUE": None}
    with pytest.raises(StaleState):
        continued(clinic, order)


@pytest.mark.parametrize("role", ["nurse", "therapist", "admin", "compliance"])
def test_only_a_prescriber_goes_on(clinic, order, role):
    dosed(clinic, order, 2)
    with pytest.raises(NotPermitted):
        continued(clinic, order, by=getattr(clinic, role))


@pytest.mark.parametrize("change", [{"password": "not mine"}, {"note": "short"}, {"note": "x" * 1001}])
def test_without_password_or_words_nothing_is_signed(clinic, order, change):
    dosed(clinic, order, 2)
    with pytest.raises(InvalidInput):
        continued(clinic, order, **change)
    assert not PlanContinuation.objects.exists()


def test_what_is_not_due_cannot_be_signed(clinic, order):
    dosed(clinic, order, 1)
    for after in (1, 2, 3):
        with pytest.raises(StaleState):
            continued(clinic, order, AT + WEEK, after_dose=after)


def test_second_signature_is_stale_and_a_retry_is_the_first(clinic, order):
    dosed(clinic, order, 2)
    row = continued(clinic, order, id=uuid.uuid4())
    assert continued(clinic, order, id=row.pk) == row
    with pytest.raises(InvalidInput):
        continued(clinic, order, id=row.pk, note="Something else entirely")
    with pytest.raises(StaleState):
        continued(clinic, order)
    assert PlanContinuation.objects.count() == 1


def test_no_dose_beyond_those_that_were_ordered(clinic):
    course = patients.series(
        patients.patient_with_team(clinic), clinic.prescriber, planned_sessions=1, review_after=None
    )
    order = dosing.signed_order(course, clinic.prescriber)
    assert standing(order, course, AT) == {}
    dosed(clinic, order)
    assert standing(order, course, AT + WEEK) == {"PLAN_USED_UP": None}


@pytest.mark.parametrize(("hours", "held"), [(71, True), (72, False)])
def test_spacing_that_was_signed_stays_when_the_plan_is_loosened(clinic, order, series, hours, held):
    dosed(clinic, order)
    plan = {"planned_sessions": 6, "min_hours_between": 48, "modality": "CBT"}
    change_series_plan(series=series, by=clinic.prescriber, at=AT, version=series.version, **plan)
    found = standing(order, series, AT + timedelta(hours=hours))
    assert ("SPACING_BELOW_PLAN" in found) == held


def panel_of(actor):
    panels = home_panels.collect(actor=actor, at=AT + 2 * WEEK)
    return next((panel for panel in panels if panel.key == "plan-reviews"), None)


def test_home_page_of_the_prescriber_names_what_waits(clinic, order, django_assert_num_queries):
    assert panel_of(clinic.prescriber) is None
    dosed(clinic, order, 2)
    panel = panel_of(clinic.prescriber)
    assert (panel.count, panel.urgent, panel.context["orders"][0].due_after) == (1, True, 2)
    assert panel_of(clinic.nurse) is None
    continued(clinic, order)
    assert panel_of(clinic.prescriber) is None


def test_waiting_plans_are_found_in_one_query(clinic, order, django_assert_num_queries):
    from dosing.plan_reviews import orders_to_review

    other = patients.series(patients.patient_with_team(clinic), clinic.prescriber)
    for one in (order, dosing.signed_order(other, clinic.prescriber)):
        dosed(clinic, one, 2)
    with django_assert_num_queries(1):
        assert len(orders_to_review(DoseOrder.objects.visible_to(clinic.prescriber))) == 2


def test_gate_asks_a_constant_number_of_questions(clinic, order, series, django_assert_max_num_queries):
    dosed(clinic, order, 2)
    with django_assert_max_num_queries(10):
        order_blockers(order, series.patient, series, AT + 2 * WEEK, Decimal(70))
