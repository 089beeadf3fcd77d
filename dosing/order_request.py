"""Gathers what `plan_dose` needs for one order: the practice's limits, the product, and the patient's earlier doses.

The live preview and the signing action both go through here, so the page never promises what signing refuses.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.blockers import Blocker
from dosing.arithmetic import DoseInputError, mg_per_kg_of
from dosing.calculator import DosePlan, plan_dose
from dosing.models import DoseOrder, DosingRecord, Product
from dosing.practice_limits import LimitsInForce, limits_in_force

OVERRIDE = "override_limit"


@dataclass(frozen=True, kw_only=True)
class OrderTerms:
    """What the prescriber typed. kg, mg/kg, mg, mL, minutes; None where it is not given (yet)."""

    weight_kg: Decimal | None = None
    weighed_on: date | None = None
    mg_per_kg: Decimal | None = None
    fixed_mg: Decimal | None = None
    final_volume_ml: Decimal | None = None
    duration_min: int | None = None
    booster_mg: Decimal | None = None
    booster_after_min: int | None = None


@dataclass(frozen=True)
class WorkedOrder:
    """A plan with the limits it was made under. `problem` replaces the plan when a number cannot be used."""

    terms: OrderTerms
    limits: LimitsInForce
    plan: DosePlan | None = None
    problem: str = ""

    @property
    def blockers(self) -> list[Blocker]:
        """Hard findings as blockers nobody passes, soft ones as blockers passed with a reason."""
        findings = self.plan.findings if self.plan else ()
        return [as_blocker(finding) for finding in findings if finding.severity != "info"]


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
) -> WorkedOrder:
    """The plan for a series' order on `day` (the clinic's date); never raises for numbers that cannot be.

    `session_id` names the session it is worked out for, whose own doses are not earlier ones.
    """
    limits = limits_in_force(series.patient.practice_id, series.route)
    request = _request(series, product, terms, day, limits)
    request |= earlier_doses(series.patient_id, series.route, session_id)
    try:
        plan = plan_dose(**request)
    except DoseInputError as error:
        sentence = str(error)
        return WorkedOrder(terms, limits, problem=sentence[:1].upper() + sentence[1:].rstrip(".") + ".")
    return WorkedOrder(terms, limits, plan)


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


def terms_of(order: DoseOrder) -> OrderTerms:
    """The terms an order was signed with."""
    return OrderTerms(
        weight_kg=order.weight_kg,
        weighed_on=order.weighed_on,
        mg_per_kg=order.mg_per_kg,
        fixed_mg=None if order.mg_per_kg is not None else order.dose_mg,
        final_volume_ml=order.final_volume_ml,
        duration_min=order.duration_min,
        booster_mg=order.booster_mg,
        booster_after_min=order.booster_after_min,
    )


def _given_mg_per_kg(record: DosingRecord) -> Decimal | None:
    """Mg/kg of an earlier session: as ordered when the ordered dose was given, otherwise what was given."""
    order = record.order
    if record.given_mg >= min(order.dose_mg, order.drawn_mg) and not order.booster_mg and order.mg_per_kg:
        return max(order.mg_per_kg, Decimal(0))
    if not record.given_mg:
        return None
    return mg_per_kg_of(record.given_mg, order.weight_kg)
