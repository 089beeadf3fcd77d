"""The plan of a series as its pages show it: which doses have which amount, how far it is, and which review is due."""

from dataclasses import dataclass

from dosing.models import DoseOrder, PlanContinuation
from dosing.ordered_dose import OrderedDose, doses_given, every_dose
from dosing.titration import words_of_doses


@dataclass(frozen=True)
class PlanRow:
    """Doses `first` to `last` with the same amount; `is_next` when the next dose is one of them."""

    dose: OrderedDose
    first: int
    last: int
    is_next: bool

    @property
    def words(self) -> str:
        return words_of_doses(self.first, self.last).capitalize()


@dataclass(frozen=True)
class ReviewRow:
    """A point of review; `continued` is the prescriber's act, if there is one yet."""

    after_dose: int
    is_due: bool
    continued: PlanContinuation | None

    @property
    def chip(self) -> tuple[str, str]:
        if self.continued is not None:
            return "done", "went on"
        return ("critical", "review due") if self.is_due else ("neutral", "not reached yet")


@dataclass(frozen=True)
class PlanPage:
    order: DoseOrder
    given: int
    planned: int
    rows: tuple[PlanRow, ...]
    reviews: tuple[ReviewRow, ...]

    @property
    def due(self) -> list[int]:
        """The doses after which a review is due now, the earliest first."""
        return [row.after_dose for row in self.reviews if row.is_due]

    @property
    def next_review(self) -> int | None:
        """The dose after which the next review is, or was, due."""
        return next((row.after_dose for row in self.reviews if row.continued is None), None)


def plan_page(order: DoseOrder) -> PlanPage:
    """For an order read with its plan and its series; two queries."""
    given = doses_given(order.series_id)
    planned = order.planned_doses or order.series.planned_sessions
    return PlanPage(order, given, planned, tuple(_rows(order, given, planned)), tuple(_reviews(order, given)))


def _rows(order, given: int, planned: int):
    doses = every_dose(order)
    ends = [dose.from_dose - 1 for dose in doses[1:]] + [max(planned, doses[-1].from_dose)]
    for dose, last in zip(doses, ends, strict=True):
        yield PlanRow(dose, dose.from_dose, last, is_next=dose.from_dose <= given + 1 <= last)


def _reviews(order, given: int):
    rows = PlanContinuation.objects.filter(series_id=order.series_id).select_related("recorded_by__user")
    continued = {row.after_dose: row for row in rows}
    points = {point.after_dose for point in order.review_points.all()}
    for after in sorted(points | continued.keys()):
        act = continued.get(after)
        yield ReviewRow(after, is_due=act is None and after <= given, continued=act)
