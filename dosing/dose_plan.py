"""Decides all an order says about its dose: amounts, volumes, rates, devices, findings and the working.

The order form's live preview and the signing action both call `plan_dose`, so both say the same.
"""

from dataclasses import dataclass, fields
from decimal import Decimal

from dosing import arithmetic
from dosing.arithmetic import DoseInputError
from dosing.limits import (
    DEFAULTS,
    GENERAL,
    Finding,
    GeneralLimits,
    ProposedDose,
    RouteLimits,
    check_dose,
    check_weight,
    is_usable_weight,
    most_severe_first,
    must_dilute,
    show,
)
from dosing.proposed_dose import make_amounts_decimal

INJECTED_ROUTES = ("IV", "IM", "SC")


@dataclass(frozen=True, kw_only=True)
class DoseRequest:
    """The keywords of `plan_dose`. Amounts are Decimal or int; None means not known (yet)."""

    route: str
    first_session: bool
    weight_kg: Decimal | None = None
    weight_age_days: int | None = None
    previous_weight_kg: Decimal | None = None
    mg_per_kg: Decimal | None = None
    fixed_mg: Decimal | None = None
    max_mg: Decimal | None = None
    concentration_mg_per_ml: Decimal | None = None
    final_volume_ml: Decimal | None = None
    duration_min: Decimal | None = None
    booster_mg: Decimal | None = None
    booster_after_min: Decimal | None = None
    previous_mg_per_kg: Decimal | None = None
    hours_since_last_dose: Decimal | None = None
    indication: str | None = None
    unit_dose_mg: Decimal | None = None
    spray_ml: Decimal | None = None
    limits: RouteLimits | None = None
    general_limits: GeneralLimits | None = None

    def __post_init__(self):
        if self.route not in DEFAULTS:
            raise DoseInputError(f"unknown route {self.route!r}; use {', '.join(DEFAULTS)}")
        object.__setattr__(self, "limits", self.limits or DEFAULTS[self.route])
        object.__setattr__(self, "general_limits", self.general_limits or GENERAL)
        if self.limits.route != self.route:
            raise DoseInputError(f"limits are for {self.limits.route}, the order is for {self.route}")
        make_amounts_decimal(self)
        if (self.mg_per_kg is None) == (self.fixed_mg is None):
            raise DoseInputError("give the dose either in mg/kg or in mg")
        if self.mg_per_kg is not None and self.limits.device_mg is not None:
            raise DoseInputError("esketamine spray is ordered in mg, not in mg/kg")
        if self.max_mg is not None and self.mg_per_kg is None:
            raise DoseInputError("a most in mg belongs to a dose in mg/kg only")


@dataclass(frozen=True, kw_only=True)
class DosePlan:
    """A worked-out dose. A number is None when it has no meaning for the route or an input is missing.

    `dose_mg` is what can be given (at most `max_mg`, whole troches or sprays), `raw_mg` what was asked for.
    `mg_per_min`, `mcg_kg_min` and `bag_conc_mg_ml` are of `dose_mg`; `drawn_mg` is what the syringe really holds.
    `earliest_release_min` counts from the first device.
    """

    route: str
    raw_mg: Decimal | None = None
    dose_mg: Decimal | None = None
    draw_ml: Decimal | None = None
    drawn_mg: Decimal | None = None
    pump_ml_h: Decimal | None = None
    mg_per_min: Decimal | None = None
    mcg_kg_min: Decimal | None = None
    bag_conc_mg_ml: Decimal | None = None
    devices: int | None = None
    device_offsets_min: tuple[int, ...] | None = None
    earliest_release_min: int | None = None
    hcl_mg: Decimal | None = None
    units: int | None = None
    sprays: int | None = None
    mg_per_spray: Decimal | None = None
    cumulative_mg: Decimal | None = None
    cumulative_mg_per_kg: Decimal | None = None
    must_dilute: bool = False
    findings: tuple[Finding, ...] = ()
    working: tuple[str, ...] = ()

    @property
    def is_blocked(self):
        return any(finding.severity == "hard" for finding in self.findings)

    @property
    def needs_reason(self):
        return any(finding.severity == "soft" for finding in self.findings)


def plan_dose(**request):
    """Work out and check one dose; the keywords are the fields of DoseRequest.

    Rounds as dosing.arithmetic says. A weight outside the allowed range, or none for a dose in mg/kg, gives a
    plan without numbers and a hard finding. Raises DoseInputError for an unknown route or an impossible
    number, TypeError for a float. Limits: KAP-LIM-*; formulas: KAP-FORM-*.
    """
    asked = DoseRequest(**request)
    if _has_no_usable_weight(asked):
        return _plan_refused_for_weight(asked)
    working = []
    amounts = _amounts(asked, working)
    amounts |= _volumes(asked, amounts["dose_mg"], working)
    amounts |= _cumulative(asked, amounts["dose_mg"], working)
    findings = (*_findings(asked, amounts), *_rounding_note(asked, amounts))
    amounts |= _devices(asked, amounts["dose_mg"], working)
    return DosePlan(
        route=asked.route,
        must_dilute=must_dilute(asked.route, asked.concentration_mg_per_ml, asked.general_limits),
        findings=most_severe_first(findings),
        working=tuple(working),
        **amounts,
    )


def _has_no_usable_weight(asked):
    if asked.weight_kg is None:
        return asked.mg_per_kg is not None
    return not is_usable_weight(asked.weight_kg, asked.general_limits)


def _plan_refused_for_weight(asked):
    findings = check_weight(weight_kg=asked.weight_kg, general=asked.general_limits)
    return DosePlan(route=asked.route, findings=findings)


def _amounts(asked, working):
    raw = _raw_mg(asked, working)
    step, wanted = _step_mg(asked), raw
    if _is_above_most(asked, raw):
        wanted = asked.max_mg
        working.append(f"{show(raw)} mg is more than the most of {show(wanted)} mg, so {show(wanted)} mg")
    if step is None:
        return {"raw_mg": raw, "dose_mg": wanted}
    dose = arithmetic.round_to_step_half_up(wanted, step)
    if dose == 0:
        raise DoseInputError(f"{show(wanted)} mg is less than half of one unit of {show(step)} mg")
    if _is_above_most(asked, dose):
        dose -= step
    if dose == 0:
        raise DoseInputError(f"the most of {show(wanted)} mg is less than one unit of {show(step)} mg")
    count = int(dose / step)
    kind = "spray" if asked.spray_ml else "unit"
    relation = "is" if dose == wanted else "is nearest to"
    working.append(f"{show(wanted)} mg {relation} {count} × {show(step)} mg per {kind} = {show(dose)} mg")
    if asked.spray_ml:
        return {"raw_mg": raw, "dose_mg": dose, "sprays": count, "mg_per_spray": step}
    return {"raw_mg": raw, "dose_mg": dose, "units": count}


def _is_above_most(asked, mg):
    return asked.max_mg is not None and mg > asked.max_mg


def _raw_mg(asked, working):
    if asked.limits.device_mg is not None:
        # A device dose is not rounded: 84.04 mg is a typing error, not 84 mg.
        working.append(f"ordered {show(asked.fixed_mg)} mg")
        return asked.fixed_mg
    if asked.mg_per_kg is None:
        exact, left_side = asked.fixed_mg, "ordered"
    else:
        exact = asked.weight_kg * asked.mg_per_kg
        left_side = f"{_at_least_one_place(asked.weight_kg)} kg × {show(asked.mg_per_kg)} mg/kg ="
    dose = arithmetic.round_half_up(exact, arithmetic.DOSE_STEP_MG)
    if dose == 0:
        raise DoseInputError("the dose rounds to 0.0 mg; check the decimal point")
    rounded = "" if exact == dose else f"{show(exact)} mg, rounded to "
    working.append(f"{left_side} {rounded}{dose} mg")
    return dose


def _at_least_one_place(value):
    return show(value) if "." in show(value) else f"{show(value)}.0"


def _step_mg(asked):
    if asked.limits.device_mg is not None or asked.route in INJECTED_ROUTES:
        return None
    if asked.spray_ml is not None:
        if asked.concentration_mg_per_ml is None:
            raise DoseInputError("enter the concentration to count sprays")
        return arithmetic.mg_per_spray(asked.concentration_mg_per_ml, asked.spray_ml)
    return asked.unit_dose_mg


def _volumes(asked, dose, working):
    found = {}
    concentration, minutes, volume = asked.concentration_mg_per_ml, asked.duration_min, asked.final_volume_ml
    if concentration and asked.spray_ml is None and asked.route in (*INJECTED_ROUTES, "IN_RACEMIC"):
        found["draw_ml"] = arithmetic.draw_ml(dose, concentration)
        found["drawn_mg"] = arithmetic.drawn_mg(found["draw_ml"], concentration)
        working.append(
            f"{dose} mg ÷ {show(concentration)} mg/mL = {found['draw_ml']} mL (holds {show(found['drawn_mg'])} mg)"
        )
    if not asked.limits.is_infusion:
        return found
    if volume:
        found["bag_conc_mg_ml"] = arithmetic.bag_concentration_mg_per_ml(dose, volume)
        working.append(f"{dose} mg ÷ {show(volume)} mL = {show(found['bag_conc_mg_ml'])} mg/mL in the bag")
    if volume and minutes:
        found["pump_ml_h"] = arithmetic.pump_ml_per_h(volume, minutes)
        working.append(f"{show(volume)} mL × 60 ÷ {show(minutes)} min = {found['pump_ml_h']} mL/h")
    if minutes:
        found |= _rates(asked, dose, working)
    return found


def _rates(asked, dose, working):
    minutes = asked.duration_min
    found = {"mg_per_min": arithmetic.mg_per_min(dose, minutes)}
    working.append(f"{dose} mg ÷ {show(minutes)} min = {show(found['mg_per_min'])} mg/min")
    if asked.weight_kg:
        rate = arithmetic.mcg_per_kg_per_min(dose, asked.weight_kg, minutes)
        kg = _at_least_one_place(asked.weight_kg)
        working.append(f"{dose} mg × 1000 ÷ {kg} kg ÷ {show(minutes)} min = {show(rate)} mcg/kg/min")
        found["mcg_kg_min"] = rate
    return found


def _cumulative(asked, dose, working):
    total = dose + (asked.booster_mg or 0)
    per_kg = arithmetic.mg_per_kg_of(total, asked.weight_kg) if asked.weight_kg else None
    if asked.booster_mg:
        tail = f" ({show(per_kg)} mg/kg)" if per_kg is not None else ""
        working.append(f"{dose} mg + {show(asked.booster_mg)} mg booster = {show(total)} mg{tail}")
    return {"cumulative_mg": total, "cumulative_mg_per_kg": per_kg}


def _findings(asked, amounts):
    shared = {field.name for field in fields(ProposedDose)} & {field.name for field in fields(DoseRequest)}
    values = {name: getattr(asked, name) for name in shared}
    if amounts["dose_mg"] != amounts["raw_mg"] or _step_mg(asked) is not None:
        values["mg_per_kg"] = None
    proposed = ProposedDose(**values, dose_mg=amounts["dose_mg"], draw_ml=amounts.get("draw_ml"))
    return check_dose(proposed, asked.limits, asked.general_limits)


def _rounding_note(asked, amounts):
    step, raw, dose = _step_mg(asked), amounts["raw_mg"], amounts["dose_mg"]
    if _is_above_most(asked, raw):
        sentence = f"{show(raw)} mg by weight is held to the ordered most of {show(asked.max_mg)} mg."
        yield Finding("DOSE_HELD_TO_MOST", "info", sentence, "KAP-FORM-DOSE")
        raw = asked.max_mg
    if dose == raw:
        return
    sentence = f"{show(raw)} mg was rounded to {show(dose)} mg, the nearest whole number of {show(step)} mg units."
    yield Finding("DOSE_ROUNDED_TO_UNIT", "info", sentence, asked.general_limits.unit_source)


def _devices(asked, dose, working):
    limits = asked.limits
    if limits.device_mg is None:
        return {}
    count = arithmetic.esketamine_devices(dose, limits.device_mg)
    if count is None:
        return {}
    offsets = arithmetic.device_offsets_min(count, limits.device_gap_min)
    hcl = arithmetic.esketamine_hcl_mg(dose)
    working.append(f"{show(dose)} mg ÷ {show(limits.device_mg)} mg = {count} devices ({hcl} mg hydrochloride)")
    release = None
    if limits.hard_max_mg is None or dose <= limits.hard_max_mg:
        release = arithmetic.earliest_release_min(offsets, limits.observe_min)
        working.append(f"last device at {offsets[-1]} min + {show(limits.observe_min)} min = {release} min")
    return {"devices": count, "device_offsets_min": offsets, "earliest_release_min": release, "hcl_mg": hcl}
