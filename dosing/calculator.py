"""Decides which dosing calculation a set of named numbers asks for, and answers it in plain JSON values.

`plan_dose`, for orders, lives in dosing.dose_plan and is offered here too.
"""

from decimal import Decimal

from dosing import arithmetic
from dosing.arithmetic import DoseInputError
from dosing.dose_plan import INJECTED_ROUTES, DosePlan, DoseRequest, plan_dose
from dosing.limits import DEFAULTS, GENERAL, check_weight
from dosing.named_numbers import (
    checked_number,
    number,
    one_of,
    optional_number,
    weight_kg,
    yes_or_no,
)

__all__ = ["DosePlan", "DoseRequest", "calculate", "plan_dose"]

INDICATIONS = ("TRD", "MDSI")
INFORMATIONAL_ROUTES = (*DEFAULTS, "IN")

# Findings about an order that is not complete (DURATION_MISSING and the like) have no code on purpose.
LIMIT_CODES = {
    "NOT_A_DEVICE_DOSE": "HARD_NOT_A_PRODUCT_DOSE",
    "DOSE_ABOVE_HARD_MG_PER_KG": "HARD",
    "DOSE_ABOVE_HARD_MG": "HARD",
    "DEVICE_DOSE_NOT_ALLOWED": "HARD",
    "DURATION_BELOW_HARD": "HARD_RATE",
    "MUST_DILUTE": "HARD_MUST_DILUTE",
    "FINAL_VOLUME_TOO_SMALL": "HARD_VOLUME",
    "DRAW_TOO_SMALL": "HARD_VOLUME",
    "BOOSTER_TOO_EARLY": "HARD_BOOSTER",
    "INTERVAL_BELOW_HARD": "HARD_INTERVAL",
    "DOSE_ABOVE_SOFT_MG_PER_KG": "SOFT",
    "DOSE_ABOVE_SOFT_MG": "SOFT",
    "DEVICE_DOSE_NEEDS_REASON": "SOFT",
    "DOSE_ABOVE_FIRST_SESSION": "SOFT_FIRST",
    "DURATION_BELOW_SOFT": "SOFT_RATE",
    "STEP_TOO_LARGE": "SOFT_STEP",
    "INTERVAL_BELOW_SOFT": "SOFT_INTERVAL",
    "WEIGHT_OLD": "SOFT_WEIGHT_AGE",
    "WEIGHT_CHANGED": "SOFT_WEIGHT_CHANGE",
}


def calculate(data):
    """Answer one object of named numbers, or a list of them, with JSON values; never raises for bad input.

    The keys present choose the calculation (tests/data/dosing_vectors.json shows each). Rounding is that of
    dosing.arithmetic, limits are the defaults. Input that cannot be used gives {"error": sentence}.
    """
    if isinstance(data, list):
        return [_answer(item) for item in data]
    return _answer(data)


def _answer(data):
    if not isinstance(data, dict):
        return {"error": "give an object of named numbers"}
    try:
        return _as_json(_choose(data)(data))
    except DoseInputError as error:
        return {"error": str(error)}
    except ArithmeticError:
        return {"error": "these numbers cannot be calculated; check for one that is far too large or small"}


def _choose(data):
    for keys, calculation in CALCULATIONS:
        if any(key in data for key in keys):
            return calculation
    if not {"weight_kg", "weight_lb", "mg_per_kg"} & data.keys():
        raise DoseInputError("cannot tell what to calculate; give a route, or a weight_kg with mg_per_kg")
    if "previous_weight_kg" in data and "mg_per_kg" not in data:
        return _weight_change
    return _dose_by_weight


def _route_information(data):
    one_of(data, "route", INFORMATIONAL_ROUTES)
    return {"dose_mg": arithmetic.informational_route_amount_mg(number(data, "iv_mg"), number(data, "F"))}


def _early_stop(data):
    drawn = number(data, "dose_mg" if data.get("drawn_mg") is None else "drawn_mg")
    given = arithmetic.delivered_mg(drawn, number(data, "planned_min"), number(data, "actual_min"))
    return {"delivered_mg": given, "waste_mg": arithmetic.waste_mg(drawn, given)}


def _ledger(data):
    moves = data.get("moves_ml")
    if not isinstance(moves, list):
        raise DoseInputError("moves_ml must be a list of numbers")
    signed = [checked_number("moves_ml", move) for move in moves]
    expected = arithmetic.expected_balance_ml(number(data, "open_ml"), signed)
    if "measured_ml" not in data:
        return {"expected_ml": expected}
    numbers = (number(data, key) for key in ("measured_ml", "conc_mg_ml", "tolerance_ml"))
    variance_ml, variance_mg, is_discrepancy = arithmetic.ledger_variance(expected, *numbers)
    return {
        "expected_ml": expected,
        "variance_ml": variance_ml,
        "variance_mg": variance_mg,
        "discrepancy": is_discrepancy,
    }


def _dosing_weights(data):
    weight, per_kg, height = weight_kg(data), number(data, "mg_per_kg"), number(data, "height_cm")
    ideal = arithmetic.ideal_body_weight_kg(one_of(data, "sex", tuple(arithmetic.IBW_BASE_KG)), height)
    adjusted = arithmetic.adjusted_body_weight_kg(ideal, weight)
    return {
        "bmi": arithmetic.bmi(weight, height),
        "ibw_kg": arithmetic.round_half_up(ideal, Decimal("0.1")),
        "adjbw_kg": arithmetic.round_half_up(adjusted, Decimal("0.1")),
        "dose_tbw_mg": arithmetic.dose_mg(weight, per_kg),
        "dose_ibw_mg": arithmetic.dose_mg(ideal, per_kg),
        "dose_adjbw_mg": arithmetic.dose_mg(adjusted, per_kg),
    }


def _weight_change(data):
    weight, previous = weight_kg(data), number(data, "previous_weight_kg")
    arithmetic.require_positive("previous_weight_kg", previous)
    percent = arithmetic.round_half_up(abs(weight - previous) * 100 / previous, Decimal("0.1"))
    is_changed = check_weight(weight_kg=weight, previous_weight_kg=previous)
    warning = f"weight changed by {percent}% (>{GENERAL.weight_change_confirm_pct}%): confirm unit"
    ratio = arithmetic.round_half_up(weight / previous, Decimal("0.01"))
    return {"warning": warning if is_changed else None, "ratio": ratio}


def _dose_by_weight(data):
    weight = weight_kg(data)
    answer = {"weight_kg": weight} if "weight_lb" in data else {}
    answer["dose_mg"] = arithmetic.dose_mg(weight, number(data, "mg_per_kg"))
    if answer["dose_mg"] == 0:
        raise DoseInputError("the dose rounds to 0.0 mg; check the decimal point")
    if "conc_mg_ml" in data:
        answer["draw_ml"] = arithmetic.draw_ml(answer["dose_mg"], number(data, "conc_mg_ml"))
    return answer


def _order(data):
    plan = plan_dose(**_order_keywords(data))
    answers = {
        "raw_mg": plan.raw_mg,
        "cumulative_mg_kg": plan.cumulative_mg_per_kg,
        "earliest_release_min_from_first_device": plan.earliest_release_min,
        "limits": _limit_codes(plan.findings),
    }
    keys = _answer_keys(data)
    return {key: answers[key] if key in answers else getattr(plan, key) for key in keys}


def _order_keywords(data):
    route = one_of(data, "route", tuple(DEFAULTS))
    if route is None:
        raise DoseInputError("route is missing")
    needs_weight = {"weight_kg", "weight_lb", "mg_per_kg"} & data.keys() or DEFAULTS[route].unit == "mg/kg"
    return {
        "route": route,
        "first_session": yes_or_no(data, "first_session"),
        "weight_kg": weight_kg(data) if needs_weight else None,
        "mg_per_kg": optional_number(data, "mg_per_kg"),
        "fixed_mg": optional_number(data, "dose_mg"),
        "concentration_mg_per_ml": optional_number(data, "conc_mg_ml"),
        "unit_dose_mg": optional_number(data, "round_to_mg"),
        "indication": one_of(data, "indication", INDICATIONS),
        **{key: optional_number(data, key) for key in SAME_NAME},
    }


SAME_NAME = (
    "final_volume_ml",
    "duration_min",
    "booster_mg",
    "booster_after_min",
    "previous_mg_per_kg",
    "hours_since_last_dose",
    "weight_age_days",
    "previous_weight_kg",
    "spray_ml",
)


def _answer_keys(data):
    keys = ANSWERS_BY_ROUTE[data["route"]]
    if data["route"] in INJECTED_ROUTES or data["route"] == "ESK":
        return keys
    if data.get("spray_ml") is not None:
        return ("sprays", "mg_per_spray", *keys)
    if data.get("round_to_mg") is not None:
        return ("raw_mg", "dose_mg", *keys)
    return keys if "dose_mg" in data else ("dose_mg", *keys)


_INJECTION_ANSWERS = ("dose_mg", "draw_ml", "cumulative_mg", "cumulative_mg_kg", "limits")
ANSWERS_BY_ROUTE = {
    "IV": (
        *("dose_mg", "draw_ml", "drawn_mg", "pump_ml_h", "mg_per_min", "mcg_kg_min"),
        *("bag_conc_mg_ml", "limits", "must_dilute"),
    ),
    "IM": _INJECTION_ANSWERS,
    "SC": _INJECTION_ANSWERS,
    "IN_RACEMIC": ("limits",),
    "ESK": (
        *("devices", "device_offsets_min", "hcl_mg"),
        *("earliest_release_min_from_first_device", "limits"),
    ),
    "SL": ("limits",),
    "PO": ("limits",),
}

CALCULATIONS = (
    (("iv_mg", "F"), _route_information),
    (("planned_min", "actual_min"), _early_stop),
    (("open_ml", "moves_ml", "measured_ml"), _ledger),
    (("sex", "height_cm"), _dosing_weights),
    (("route",), _order),
)


def _limit_codes(findings):
    """Codes in the order of severity, the dose itself first; a hard dose limit hides the soft one."""
    found = {LIMIT_CODES[finding.code] for finding in findings if finding.code in LIMIT_CODES}
    if "HARD_NOT_A_PRODUCT_DOSE" in found:
        found.discard("HARD")
    if found & {"HARD", "HARD_NOT_A_PRODUCT_DOSE"}:
        found.discard("SOFT")
    return [code for code in dict.fromkeys(LIMIT_CODES.values()) if code in found]


def _as_json(value):
    """JSON has no decimal type; the values are rounded, so the shortest float prints the same digits."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    return value
