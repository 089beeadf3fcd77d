"""Which titration plans can be, which step a dose falls under, and the most in mg of a dose by weight."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from dosing.arithmetic import DoseInputError
from dosing.calculator import plan_dose
from dosing.titration import MOST_STEPS, StepTerms, plan_problems, step_of, words_of_doses


def step(from_dose=3, mg_per_kg="0.75", **more):
    return StepTerms(from_dose=from_dose, mg_per_kg=Decimal(mg_per_kg) if mg_per_kg else None, **more)


@pytest.mark.parametrize(
    ("steps", "review_after", "wrong"),
    [
        ([], [], []),
        ([step(2)], [1], []),
        ([step(6)], [5], []),
        ([step(2), step(3), step(4), step(6)], [1, 3, 5], []),
        ([step(1)], [], ["step_1_from"]),
        ([step(7)], [], ["step_1_from"]),
        ([step(None)], [], ["step_1_from"]),
        ([step(3), step(3)], [], ["step_2_from"]),
        ([step(4), step(3)], [], ["step_2_from"]),
        ([step(3, None)], [], ["step_1_dose"]),
        ([step(3, "0.5", fixed_mg=Decimal(40))], [], ["step_1_dose"]),
        ([step(number) for number in range(2, MOST_STEPS + 3)], [], ["steps"]),
        ([], [0], ["review_after"]),
        ([], [6], ["review_after"]),
        ([], [2, 2], ["review_after"]),
    ],
)
def test_plan_for_six_doses(steps, review_after, wrong):
    assert list(plan_problems(steps, review_after, 6)) == wrong


@pytest.mark.parametrize(("number", "from_dose"), [(1, None), (2, None), (3, 3), (4, 3), (5, 5), (60, 5)])
def test_step_a_dose_falls_under(number, from_dose):
    steps = [SimpleNamespace(from_dose=5), SimpleNamespace(from_dose=3)]
    found = step_of(steps, number)
    assert (found and found.from_dose) == from_dose


def test_words_of_doses():
    assert [words_of_doses(1, 2), words_of_doses(3, 3)] == ["doses 1-2", "dose 3"]


def by_weight(route="IM", **more):
    given = {"weight_kg": Decimal(80), "mg_per_kg": Decimal("0.75"), "concentration_mg_per_ml": Decimal(50)} | more
    return plan_dose(route=route, first_session=False, **given)


@pytest.mark.parametrize(
    ("most", "dose_mg", "codes"),
    [
        (None, "60.0", []),
        ("60.1", "60.0", []),
        ("60", "60.0", []),
        ("59.9", "59.9", ["DOSE_HELD_TO_MOST"]),
        ("40", "40", ["DOSE_HELD_TO_MOST"]),
    ],
)
def test_dose_by_weight_is_held_to_its_most(most, dose_mg, codes):
    plan = by_weight(max_mg=Decimal(most) if most else None)
    assert plan.dose_mg == Decimal(dose_mg)
    assert [finding.code for finding in plan.findings] == codes
    assert plan.working[0] == "80.0 kg × 0.75 mg/kg = 60.0 mg"
    assert (f"60 mg is more than the most of {most} mg, so {most} mg" in plan.working) == bool(codes)


def test_held_dose_is_judged_by_what_is_given():
    """3 mg/kg would be above every limit; 60 mg for 80 kg is 0.75 mg/kg."""
    plan = by_weight(mg_per_kg=Decimal(3), max_mg=Decimal(60))
    assert [finding.code for finding in plan.findings] == ["DOSE_HELD_TO_MOST"]
    assert plan.cumulative_mg_per_kg == Decimal("0.75")


def test_units_never_round_above_the_most():
    """340 mg in steps of 50 mg would round to 350 mg."""
    free = by_weight("SL", weight_kg=Decimal(68), mg_per_kg=Decimal(5), unit_dose_mg=Decimal(50))
    held = by_weight("SL", weight_kg=Decimal(68), mg_per_kg=Decimal(5), unit_dose_mg=Decimal(50), max_mg=Decimal("345"))
    assert (free.dose_mg, held.dose_mg) == (350, 300)


@pytest.mark.parametrize(
    "wrong",
    [{"max_mg": Decimal(0)}, {"mg_per_kg": None, "fixed_mg": Decimal(50), "max_mg": Decimal(60)}],
)
def test_most_that_cannot_be_is_refused(wrong):
    with pytest.raises(DoseInputError):
        by_weight(**wrong)


def test_most_below_one_unit_is_refused():
    with pytest.raises(DoseInputError, match="less than one unit"):
        by_weight("SL", mg_per_kg=Decimal(5), unit_dose_mg=Decimal(50), max_mg=Decimal(30))
