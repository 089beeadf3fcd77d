"""Decides whether a set of limits contradicts itself, such as a soft limit above the hard one."""

from decimal import Decimal

SMALLER_FIRST = (
    ("usual_low", "usual_high", "The usual range starts above its end."),
    ("soft_max_mg_per_kg", "hard_max_mg_per_kg", "The soft limit in mg/kg is above the hard one."),
    ("soft_max_mg", "hard_max_mg", "The soft limit in mg is above the hard one."),
    ("hard_min_duration_min", "soft_min_duration_min", "The hard minimum time is longer than the soft one."),
    ("hard_min_hours_between", "soft_min_hours_between", "The hard minimum of hours is longer than the soft one."),
    ("min_weight_kg", "max_weight_kg", "The least weight is above the largest."),
    ("anaesthetic_low_mg_per_kg", "anaesthetic_high_mg_per_kg", "The anaesthetic range starts above its end."),
)
# The database holds these whatever a practice sets (order_weight_30_300, administration_amount).
OUTER = {
    "min_weight_kg": (Decimal(30), Decimal(300)),
    "max_weight_kg": (Decimal(30), Decimal(300)),
    "hard_max_mg": (Decimal(0), Decimal(1000)),
    "hard_max_mg_per_kg": (Decimal(0), Decimal(15)),
    "dilute_iv_from_mg_per_ml": (Decimal(0), Decimal(100)),
    "dilution_min_ratio": (Decimal(2), Decimal(1000)),
}
REQUIRED_HARD = ("hard_max_mg",)


def out_of_order(limits) -> dict[str, str]:
    """Column → sentence for each contradiction; empty when the limits can be used."""
    wrong = {}
    for lower, upper, sentence in SMALLER_FIRST:
        low, high = getattr(limits, lower, None), getattr(limits, upper, None)
        if low is not None and high is not None and low > high:
            wrong[lower] = sentence
    for name, (least, most) in OUTER.items():
        value = getattr(limits, name, None)
        if value is not None and not least <= value <= most:
            wrong[name] = f"Enter a number from {least} to {most}."
    for name in REQUIRED_HARD:
        if hasattr(limits, name) and getattr(limits, name) is None:
            wrong[name] = "A hard limit in mg is needed for every route."
    return wrong
