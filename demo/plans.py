"""Made-up titration plans, the prescriber's look at them after dose 2, and what was tried before."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.roles import Role
from common.clinical import Indication, Route
from demo.clinic import PASSWORD
from demo.visit import Patient
from dosing.actions import continue_plan
from dosing.ordered_dose import doses_given
from dosing.plan_reviews import reviews_due
from dosing.titration import StepTerms
from patients.actions import add_trial

# From dose 3 on, when a plan goes up: in the unit of the first dose, inside every soft limit.
STEPS = {
    Route.IV: {"mg_per_kg": Decimal("0.6")},
    Route.IM: {"mg_per_kg": Decimal("0.9"), "max_mg": Decimal(90)},
    Route.SC: {"mg_per_kg": Decimal("0.6")},
    Route.ESK: {"fixed_mg": Decimal(84)},
}


def plan_terms(series, number: int) -> dict:
    """Two plans of three go up after dose 2; all are looked at then."""
    route = Route(series.route)
    if number % 3 == 0 or route not in STEPS:
        return {"review_after": (2,)}
    step = StepTerms(from_dose=3, condition="tolerated, and less than half better", **STEPS[route])
    return {"steps": (step,), "review_after": (2,)}


def look_at_plan(who: Patient, order, at: datetime) -> None:
    """The prescriber goes on with the plan where it waits."""
    for after in reviews_due(order, doses_given(order.series_id)):
        continue_plan(
            order=order,
            by=who.team[Role.PRESCRIBER],
            at=at,
            password=PASSWORD,
            after_dose=after,
            note="Tolerated well, scores falling; go on as planned",
        )


def earlier_treatments(person, by, at: datetime, indication: str, number: int) -> None:
    """What was tried before: two antidepressants without success for resistant depression, else what there was."""
    tried = [("Sertraline", "antidepressant", "150 mg", "none"), ("Venlafaxine", "antidepressant", "225 mg", "partial")]
    if Indication(indication) is not Indication.TRD:
        tried = [("Trauma-focused CBT", "psychotherapy", "14 sessions", "partial"), *tried][: number % 3]
    for place, (treatment, what, dose, outcome) in enumerate(tried):
        began = at.date() - timedelta(days=700 - 220 * place)
        add_trial(
            patient=person,
            by=by,
            at=at,
            treatment=treatment,
            what=what,
            dose_text=dose,
            started_on=began,
            stopped_on=began + timedelta(days=150),
            was_adequate=True,
            outcome=outcome,
            source="records" if place else "patient",
        )
