"""Decides how the columns of a set of limits are named and ordered for a reader, with their units."""

ROUTE_COLUMNS = {
    "usual_low": ("Usual dose from", "unit"),
    "usual_high": ("Usual dose to", "unit"),
    "first_max": ("First session, reason needed above", "unit"),
    "first_max_mdsi": ("First session, acute suicidal ideation, reason needed above", "unit"),
    "soft_max_mg_per_kg": ("Reason needed above", "mg/kg"),
    "hard_max_mg_per_kg": ("Refused above", "mg/kg"),
    "soft_max_mg": ("Reason needed above", "mg"),
    "hard_max_mg": ("Refused above", "mg"),
    "soft_min_duration_min": ("Infusion, reason needed below", "min"),
    "hard_min_duration_min": ("Infusion, refused below", "min"),
    "max_step_mg_per_kg": ("Step up, reason needed above", "mg/kg"),
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
    "weight_change_confirm_pct": ("Weight change, unit confirmed above", "%"),
    "soft_min_hours_between": ("Since the last dose, reason needed below", "h"),
    "hard_min_hours_between": ("Since the last dose, refused below", "h"),
    "dilute_iv_from_mg_per_ml": ("IV must be diluted from", "mg/mL"),
    "dilution_min_ratio": ("Final volume at least this many times the drawn volume", "×"),
}
LISTS = ("allowed_doses_mg", "allowed_with_reason_mg")
# What the product itself decides is shown, but no practice changes it.
FIXED = ("device_mg",)


# Columns that only some routes have; the rules of the others never look at them.
ONLY_FOR = {
    **dict.fromkeys(("first_max_mdsi", *LISTS, "device_mg", "device_gap_min", "observe_min"), ("ESK",)),
    **dict.fromkeys(("soft_min_duration_min", "hard_min_duration_min"), ("IV",)),
    "booster_after_min": ("IV", "IM", "SC", "IN_RACEMIC", "SL", "PO"),
    **dict.fromkeys(("usual_low", "usual_high"), ("IV", "IM", "SC", "IN_RACEMIC", "SL", "PO")),
}


def columns_of(route: str) -> dict[str, tuple[str, str]]:
    """The columns that the limits of a route may have, in reading order."""
    if route == "ALL":
        return GENERAL_COLUMNS
    return {name: words for name, words in ROUTE_COLUMNS.items() if route in ONLY_FOR.get(name, (route,))}


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
