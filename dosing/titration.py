"""Decides whether the steps and points of review of a titration plan can be, and which of them one dose falls under."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST_STEPS = 4


@dataclass(frozen=True, kw_only=True)
class StepTerms:
    """A later step as the prescriber typed it: from dose number `from_dose` on, mg/kg or mg, `max_mg` at most (mg).

    `condition` says in words when the step is taken, such as "if tolerated". None where nothing was typed (yet).
    """

    from_dose: int | None = None
    mg_per_kg: Decimal | None = None
    fixed_mg: Decimal | None = None
    max_mg: Decimal | None = None
    condition: str = ""


def plan_problems(steps: Sequence[StepTerms], review_after: Sequence[int], planned_doses: int) -> dict[str, str]:
    """Field → sentence for each thing that cannot be; the fields of step n are `step_n_from` and `step_n_dose`.

    Steps follow each other from dose 2 to the last planned one; a review stands after a dose that another follows.
    """
    found = {}
    if len(steps) > MOST_STEPS:
        found["steps"] = f"A plan has at most {MOST_STEPS} later steps."
    before = 1
    for number, step in enumerate(steps, start=1):
        if step.from_dose is None or not before < step.from_dose <= planned_doses:
            found[f"step_{number}_from"] = f"Enter a dose number above {before} and up to the {planned_doses} planned."
        before = max(before, step.from_dose or 0)
        if (step.mg_per_kg is None) == (step.fixed_mg is None):
            found[f"step_{number}_dose"] = "Enter the dose of this step."
    wrong = [after for after in review_after if not 1 <= after < planned_doses]
    if wrong or len(set(review_after)) != len(review_after):
        found["review_after"] = f"Enter each dose number once, below the {planned_doses} planned doses."
    return found


def step_of(steps: Iterable, number: int):
    """The step that dose `number` falls under, by `from_dose`; None while the order's own dose holds."""
    begun = [step for step in steps if step.from_dose <= number]
    return max(begun, key=lambda step: step.from_dose, default=None)


def words_of_doses(first: int, last: int) -> str:
    """'dose 1', 'doses 1-2'."""
    return f"dose {first}" if last <= first else f"doses {first}-{last}"
