"""Decides what a signed order says for one dose of its series: which dose it is, the step, the amounts, the working."""

from dataclasses import dataclass
from functools import cached_property

from dosing.calculator import DosePlan, plan_dose
from dosing.models import DoseOrder, DosingRecord, OrderStep
from dosing.practice_limits import limits_of_order
from dosing.titration import step_of

AMOUNTS = frozenset(
    {"mg_per_kg", "max_mg", "dose_mg", "draw_ml", "drawn_mg", "pump_ml_per_h", "mcg_per_kg_per_min", "max_total_mg"}
)


@dataclass(frozen=True)
class OrderedDose:
    """Dose `number` of a series under its order; read like an order whose amounts (base mg, mL) are the step's.

    `review_due_after` are the doses after which a review holds this one, where somebody asked.
    """

    order: DoseOrder
    number: int
    step: OrderStep | None = None
    review_due_after: tuple[int, ...] = ()

    def __getattr__(self, name):
        """The amounts of the step; everything else is the order's own, for every dose."""
        if name.startswith("_"):
            raise AttributeError(name)
        source = self.step if self.step is not None and name in AMOUNTS else self.order
        return getattr(source, name)

    @property
    def from_dose(self) -> int:
        return self.step.from_dose if self.step else 1

    @property
    def condition(self) -> str:
        return self.step.condition if self.step else ""

    @property
    def has_plan(self) -> bool:
        """Whether the order names more than one dose or a review, so that the number of the dose matters."""
        return bool(self.order.step_count or self.order.review_count)

    @cached_property
    def plan(self) -> DosePlan:
        """The arithmetic again, from what was signed and under the limits of then."""
        order, product = self.order, self.order.product
        limits, general = limits_of_order(order)
        return plan_dose(
            route=order.route,
            first_session=False,
            limits=limits,
            general_limits=general,
            weight_kg=order.weight_kg,
            mg_per_kg=self.mg_per_kg,
            fixed_mg=None if self.mg_per_kg is not None else self.dose_mg,
            max_mg=self.max_mg,
            concentration_mg_per_ml=order.concentration_mg_per_ml,
            final_volume_ml=order.final_volume_ml,
            duration_min=order.duration_min,
            booster_mg=order.booster_mg,
            booster_after_min=order.booster_after_min,
            unit_dose_mg=None if product.is_esketamine else product.unit_mg,
        )


def steps_of(order: DoseOrder) -> list[OrderStep]:
    """The later steps, lowest dose first; no query for an order without any."""
    return sorted(order.steps.all(), key=lambda step: step.from_dose) if order.step_count else []


def doses_given(series_id, *, without=None) -> int:
    """In how many sessions of the series a dose was given; `without` leaves out one session."""
    return DosingRecord.objects.filter(order__series_id=series_id).dosed().exclude(pk=without).count()


def dose_of(order: DoseOrder, number: int) -> OrderedDose:
    return OrderedDose(order, number, step_of(steps_of(order), number))


def next_dose(order: DoseOrder, *, session_id=None) -> OrderedDose:
    """The dose that this session, or else the next one, gives under the order."""
    return dose_of(order, doses_given(order.series_id, without=session_id) + 1)


def dose_of_record(record: DosingRecord) -> OrderedDose:
    """What the order of a sheet says for its dose; a sheet from before there were plans is under the order itself."""
    return dose_of(record.order, record.dose_number or 1)


def every_dose(order: DoseOrder) -> list[OrderedDose]:
    """One for each step, the order's own first."""
    return [OrderedDose(order, 1), *(OrderedDose(order, step.from_dose, step) for step in steps_of(order))]
