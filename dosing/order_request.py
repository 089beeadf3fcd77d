"""Gathers what `plan_dose` needs for one order: the practice's limits, the product, and the patient's earlier doses.

The live preview and the signing action both go through here, so the page never promises what signing refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from common.blockers import Blocker
from dosing.arithmetic import DoseInputError, mg_per_kg_of
from dosing.calculator import DosePlan, plan_dose
from dosing.limits import Finding
from dosing.models import DoseOrder, DosingRecord, Product
from dosing.ordered_dose import OrderedDose, dose_of_record
from dosing.practice_limits import LimitsInForce, limits_in_force
from dosing.titration import StepTerms

OVERRIDE = "override_limit"


@dataclass(frozen=True, kw_only=True)
class OrderTerms:
    """What the prescriber typed. kg, mg/kg, mg, mL, minutes; None where it is not given (yet)."""

    weight_kg: Decimal | None = None
    weighed_on: date | None = None
    mg_per_kg: Decimal | None = None
    fixed_mg: Decimal | None = None
    max_mg: Decimal | None = None
    final_volume_ml: Decimal | None = None
    duration_min: int | None = None
    booster_mg: Decimal | None = None
    booster_after_min: int | None = None


@dataclass(frozen=True)
class WorkedStep:
    """A later step worked out like the order's own dose; its findings name the dose from which they count."""

    terms: StepTerms
    plan: DosePlan | None = None
    problem: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Each under a code of its own, so that a reason for one step passes no other."""
        number = self.terms.from_dose
        found = self.plan.findings if self.plan else ()
        return tuple(
            replace(one, code=step_code(one.code, number), sentence=f"From dose {number}: {one.sentence}")
            for one in found
        )


def step_code(code: str, from_dose: int) -> str:
    return f"{code}_DOSE_{from_dose}" if from_dose > 1 else code


@dataclass(frozen=True)
class WorkedOrder:
    """A plan with the limits it was made under. `problem` replaces the plan when a number cannot be used."""

    terms: OrderTerms
    limits: LimitsInForce
    plan: DosePlan | None = None
    problem: str = ""
    steps: tuple[WorkedStep, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of the dose and of every later step."""
        own = self.plan.findings if self.plan else ()
        return (*own, *(finding for step in self.steps for finding in step.findings))

    @property
    def blockers(self) -> list[Blocker]:
        """Hard findings as blockers nobody passes, soft ones as blockers passed with a reason."""
        return [as_blocker(finding) for finding in self.findings if finding.severity != "info"]


def as_blocker(finding) -> Blocker:
    soft = finding.severity == "soft"
    return Blocker(
        finding.code,
        finding.sentence,
        finding.source,
        override=OVERRIDE if soft else None,
        override_label="a prescriber of the care team" if soft else "",
    )


def work_out(
    *,
    series,
    product: Product | None,
    terms: OrderTerms,
    day: date,
    session_id=None,
    steps: Sequence[StepTerms] = (),
) -> WorkedOrder:
    """The plan for a series' order on `day` (the clinic's date); never raises for numbers that cannot be.

    `session_id` names the session it is worked out for, whose own doses are not earlier ones. Each of the later
    `steps` is checked like the dose itself, and against the step before it.
    """
    limits = limits_in_force(series.patient.practice_id, series.route)
    request = _request(series, product, terms, day, limits)
    request |= earlier_doses(series.patient_id, series.route, session_id)
    try:
        plan = plan_dose(**request)
    except DoseInputError as error:
        return WorkedOrder(terms, limits, problem=_as_sentence(error))
    return WorkedOrder(terms, limits, plan, steps=_worked_steps(request, terms, plan, steps))


def _as_sentence(error: DoseInputError) -> str:
    words = str(error)
    return words[:1].upper() + words[1:].rstrip(".") + "."


def _worked_steps(request: dict, terms: OrderTerms, plan: DosePlan, steps) -> tuple[WorkedStep, ...]:
    """What was said of the weight with the first dose is not said again."""
    if plan.dose_mg is None:
        return ()
    found = []
    same = {"first_session": False, "previous_weight_kg": None, "weight_age_days": None}
    for step in steps:
        amounts = {"mg_per_kg": step.mg_per_kg, "fixed_mg": step.fixed_mg, "max_mg": step.max_mg}
        try:
            plan = plan_dose(**request | same | amounts | {"previous_mg_per_kg": _planned_mg_per_kg(terms, plan)})
        except DoseInputError as error:
            found.append(WorkedStep(step, problem=_as_sentence(error)))
            continue
        terms = replace(terms, mg_per_kg=step.mg_per_kg)
        found.append(WorkedStep(step, plan))
    return tuple(found)


def _planned_mg_per_kg(terms: OrderTerms, plan: DosePlan) -> Decimal | None:
    """Mg/kg of the step before: as typed while nothing changed it, otherwise of what would be given."""
    if terms.mg_per_kg is not None and plan.dose_mg == plan.raw_mg and not terms.booster_mg:
        return terms.mg_per_kg
    return plan.cumulative_mg_per_kg


def _request(series, product, terms, day, limits) -> dict:
    return {
        "route": series.route,
        "indication": series.indication if series.indication in ("TRD", "MDSI") else None,
        "limits": limits.limits,
        "general_limits": limits.general,
        "weight_kg": terms.weight_kg,
        "weight_age_days": max(0, (day - terms.weighed_on).days) if terms.weighed_on else None,
        "mg_per_kg": terms.mg_per_kg,
        "fixed_mg": terms.fixed_mg,
        "max_mg": terms.max_mg,
        "final_volume_ml": terms.final_volume_ml,
        "duration_min": terms.duration_min,
        "booster_mg": terms.booster_mg,
        "booster_after_min": terms.booster_after_min,
        "concentration_mg_per_ml": product.concentration_mg_per_ml if product else None,
        "unit_dose_mg": product.unit_mg if product and not product.is_esketamine else None,
    }


def earlier_doses(patient_id, route: str, session_id=None) -> dict:
    """first_session, previous_mg_per_kg and previous_weight_kg, as `plan_dose` takes them."""
    dosed = DosingRecord.objects.filter(patient_id=patient_id, route=route).dosed().exclude(pk=session_id)
    record = dosed.select_related("order").order_by("-first_dose_at").first()
    signed = DoseOrder.objects.filter(patient_id=patient_id, signed_at__isnull=False).order_by("-signed_at")
    return {
        "first_session": record is None,
        "previous_mg_per_kg": _given_mg_per_kg(record) if record else None,
        "previous_weight_kg": signed.values_list("weight_kg", flat=True).first(),
    }


def terms_of(order: DoseOrder | OrderedDose) -> OrderTerms:
    """The terms an order was signed with: of dose 1, or of the dose that is given."""
    return OrderTerms(
        weight_kg=order.weight_kg,
        weighed_on=order.weighed_on,
        mg_per_kg=order.mg_per_kg,
        fixed_mg=None if order.mg_per_kg is not None else order.dose_mg,
        max_mg=order.max_mg,
        final_volume_ml=order.final_volume_ml,
        duration_min=order.duration_min,
        booster_mg=order.booster_mg,
        booster_after_min=order.booster_after_min,
    )


def _given_mg_per_kg(record: DosingRecord) -> Decimal | None:
    """Mg/kg of an earlier session: as ordered when the ordered dose was given, otherwise what was given."""
    order = dose_of_record(record)
    if record.given_mg >= min(order.dose_mg, order.drawn_mg) and not order.booster_mg and order.mg_per_kg:
        return max(order.mg_per_kg, Decimal(0))
    if not record.given_mg:
        return None
    return mg_per_kg_of(record.given_mg, order.weight_kg)
