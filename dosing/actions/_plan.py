"""The titration plan inside the signing of an order: terms checked, rows made, all of it under one signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.errors import InvalidInput
from dosing.amounts import MOST_GIVEN_MG, exact
from dosing.models import DoseOrder, OrderReviewPoint, OrderStep
from dosing.order_content import fingerprint
from dosing.order_request import WorkedOrder, WorkedStep
from dosing.titration import StepTerms, plan_problems

LONGEST_CONDITION = 200


@dataclass(frozen=True)
class PlanTerms:
    steps: tuple[StepTerms, ...]
    review_after: tuple[int, ...]


def plan_terms(series, steps: Sequence[StepTerms], review_after: Sequence[int] | None) -> PlanTerms:
    """The plan as it can be signed; without points of review the one that the series was opened with."""
    if review_after is None:
        review_after = _point_of_the_series(series)
    problems = plan_problems(steps, review_after, series.planned_sessions)
    if problems:
        raise InvalidInput(problems)
    return PlanTerms(
        tuple(_exact(number, step) for number, step in enumerate(steps, start=1)), tuple(sorted(review_after))
    )


def _point_of_the_series(series) -> tuple[int, ...]:
    """None when no dose follows it."""
    point = series.review_after
    return (point,) if point and point < series.planned_sessions else ()


def _exact(number: int, step: StepTerms) -> StepTerms:
    dose, most = f"step_{number}_dose", f"step_{number}_most"
    if len(step.condition) > LONGEST_CONDITION:
        raise InvalidInput({f"step_{number}_condition": f"Use at most {LONGEST_CONDITION} characters."})
    return StepTerms(
        from_dose=step.from_dose,
        mg_per_kg=_amount(dose, step.mg_per_kg, 3, Decimal(20), "mg/kg"),
        fixed_mg=_amount(dose, step.fixed_mg, 3, MOST_GIVEN_MG, "mg"),
        max_mg=_amount(most, step.max_mg, 1, MOST_GIVEN_MG, "mg"),
        condition=" ".join(step.condition.split()),
    )


def _amount(field: str, value, places: int, most: Decimal, unit: str) -> Decimal | None:
    return None if value is None else exact(field, value, places=places, most=most, unit=unit)


def refuse_step_problems(worked: WorkedOrder) -> None:
    """Numbers of a step that cannot be given, beside the step."""
    found = {f"step_{number}_dose": step.problem for number, step in enumerate(worked.steps, start=1) if step.problem}
    if found:
        raise InvalidInput(found)


def seal_plan(order: DoseOrder, worked: WorkedOrder, review_after: Sequence[int]) -> tuple[list, list]:
    """The rows of the plan for an order about to be stored; its fingerprint covers them."""
    steps = [_step(order, step) for step in worked.steps]
    points = [OrderReviewPoint(order=order, after_dose=after) for after in review_after]
    order.step_count, order.review_count = len(steps), len(points)
    order.content_sha256 = fingerprint(order, steps, points)
    return steps, points


def _step(order: DoseOrder, worked: WorkedStep) -> OrderStep:
    plan, terms = worked.plan, worked.terms
    return OrderStep(
        order=order,
        from_dose=terms.from_dose,
        mg_per_kg=terms.mg_per_kg,
        max_mg=terms.max_mg,
        dose_mg=plan.dose_mg,
        draw_ml=plan.draw_ml,
        drawn_mg=plan.drawn_mg or plan.dose_mg,
        pump_ml_per_h=plan.pump_ml_h,
        mcg_per_kg_per_min=plan.mcg_kg_min,
        max_total_mg=plan.cumulative_mg,
        condition=terms.condition,
    )
