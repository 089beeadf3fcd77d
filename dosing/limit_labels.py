"""Decides how the columns of a set of limits are named and ordered for a reader, with their units."""

ROUTE_COLUMNS = {
    "usual_low": ("Usual dose from", "unit"),
    "usual_high": ("Usual dose to", "unit"),
    "first_max": ("First session at most (soft)", "unit"),
    "first_max_mdsi": ("First session at most for acute suicidal ideation (soft)", "unit"),
    "soft_max_mg_per_kg": ("Dose with boosters above: reason needed", "mg/kg"),
    "hard_max_mg_per_kg": ("Dose with boosters above: refused", "mg/kg"),
    "soft_max_mg": ("Dose with boosters above: reason needed", "mg"),
    "hard_max_mg": ("Dose with boosters above: refused", "mg"),
    "soft_min_duration_min": ("Infusion shorter than: reason needed", "min"),
    "hard_min_duration_min": ("Infusion shorter than: refused", "min"),
    "max_step_mg_per_kg": ("Step up from the previous dose above: reason needed", "mg/kg"),
    "booster_after_min": ("Booster no sooner than", "min"),
    "allowed_doses_mg": ("Allowed doses", "mg"),
    "allowed_with_reason_mg": ("Allowed with a reason", "mg"),
    "device_mg": ("One device holds", "mg"),
    "device_gap_min": ("Rest between devices", "min"),
    "observe_min": ("Observation after the last device", "min"),
    "anaesthetic_low_mg_per_kg": ("General anaesthesia from (information)", "mg/kg"),
    "anaesthetic_high_mg_per_kg": ("General anaesthesia to (information)", "mg/kg"),
}
GENERAL_COLUMNS = {
    "min_weight_kg": ("Weight at least", "kg"),
    "max_weight_kg": ("Weight at most", "kg"),
    "weight_max_age_days": ("Weight no older than", "days"),
    "weight_change_confirm_pct": ("Weight changed by more than: confirm the unit", "%"),
    "soft_min_hours_between": ("Since the last dose less than: reason needed", "h"),
    "hard_min_hours_between": ("Since the last dose less than: refused", "h"),
    "dilute_iv_from_mg_per_ml": ("IV must be diluted from", "mg/mL"),
    "dilution_min_ratio": ("Final volume at least this many times the drawn volume", "×"),
}
LISTS = ("allowed_doses_mg", "allowed_with_reason_mg")
# What the product itself decides is shown, but no practice changes it.
FIXED = ("device_mg",)


def columns_of(route: str) -> dict[str, tuple[str, str]]:
    return GENERAL_COLUMNS if route == "ALL" else ROUTE_COLUMNS


def rows_of(route: str, values: dict) -> list[tuple[str, str]]:
    """(label, value with unit) of each limit that is set, in reading order."""
    unit = values.get("unit", "")
    found = []
    for name, (label, measure) in columns_of(route).items():
        value = values.get(name)
        if value not in (None, "", []):
            text = ", ".join(value) if isinstance(value, list) else str(value)
            found.append((label, f"{text} {unit if measure == 'unit' else measure}"))
    return found


def changed_rows(route: str, values: dict, previous: dict) -> list[tuple[str, str, str]]:
    """(label, before, after) of each limit that differs between two versions."""
    found = []
    for name, (label, _) in columns_of(route).items():
        before, after = previous.get(name), values.get(name)
        if before != after:
            found.append((label, _text(before), _text(after)))
    return found


def _text(value) -> str:
    if value in (None, "", []):
        return "none"
    return ", ".join(value) if isinstance(value, list) else str(value)
