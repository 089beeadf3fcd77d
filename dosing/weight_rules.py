"""Decides whether a weight may be dosed on, and what about it needs a second look."""

from decimal import Decimal

from dosing.limit_defaults import GENERAL
from dosing.proposed_dose import HARD, SOFT, finding, show


def is_usable_weight(weight_kg, general=GENERAL):
    """True when a dose may be computed from this weight in kg (30-300 by default). KAP-LIM-ALL."""
    return weight_kg is not None and general.min_weight_kg <= weight_kg <= general.max_weight_kg


def check_weight(*, weight_kg, weight_age_days=None, previous_weight_kg=None, general=GENERAL):
    """Findings about the weight alone, most severe first; kg and whole days. KAP-LIM-ALL."""
    if weight_kg is None:
        return (finding("WEIGHT_MISSING", HARD, "Enter a weight measured today", general.source),)
    if not is_usable_weight(weight_kg, general):
        span = f"{show(general.min_weight_kg)}-{show(general.max_weight_kg)} kg"
        sentence = f"{show(weight_kg)} kg is outside {span}; no dose was computed. Check the weight and its unit"
        return (finding("WEIGHT_OUT_OF_RANGE", HARD, sentence, general.source),)
    return (
        *_weight_age(weight_age_days, general),
        *_weight_change(weight_kg, previous_weight_kg, general),
    )


def _weight_age(age_days, general):
    if age_days is not None and age_days > general.weight_max_age_days:
        oldest = general.weight_max_age_days
        sentence = f"The weight is {age_days} days old, more than {oldest}; weigh the patient today"
        yield finding("WEIGHT_OLD", SOFT, sentence, general.source)


def _weight_change(weight_kg, previous_kg, general):
    if not previous_kg:
        return
    change = abs(weight_kg - previous_kg)
    if change * 100 <= general.weight_change_confirm_pct * previous_kg:
        return
    ratio = weight_kg / previous_kg
    sentence = (
        f"{show(weight_kg)} kg is {ratio:.2f} times the previous {show(previous_kg)} kg, a change of "
        f"{change * 100 / previous_kg:.1f}% (more than {show(general.weight_change_confirm_pct)}%). "
        f"Confirm the unit{_unit_hint(ratio)}"
    )
    yield finding("WEIGHT_CHANGED", SOFT, sentence, general.source)


def _unit_hint(ratio):
    if Decimal("1.9") <= ratio <= Decimal("2.5"):
        return ": this looks like pounds entered as kilograms (1 kg = 2.2 lb)"
    if Decimal("0.4") <= ratio <= Decimal("0.53"):
        return ": the previous weight may have been pounds, or this one converted twice (1 kg = 2.2 lb)"
    return ""
