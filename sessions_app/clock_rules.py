"""Decides how a route's clock is stored and read back, and whether a practice may use it."""

from collections.abc import Mapping
from itertools import pairwise

from sessions_app.monitoring import CLOCKS, RouteClock

# column → (label, unit); bounds are ours (KAP-MON-BOUNDS).
COLUMNS = {
    "while_running": ("While the infusion runs, every", "min"),
    "due_after": ("Due after the dose, for an infusion after its end", "min"),
    "then_every": ("Then every", "min"),
    "grace_min": ("Counts this much early, overdue this much late", "min"),
    "observe_min": ("Observed for at least", "min"),
}
ONLY_FOR = {"while_running": "IV"}
BOUNDS = {"while_running": (5, 15), "then_every": (5, 60), "grace_min": (1, 15), "observe_min": (30, 480)}
# Esketamine: observed for 2 hours or more, pressure at about 40 minutes (KAP-MON-ESK, KAP-DIS-OBS-ESK).
OBSERVE_LEAST = {"ESK": 120}
ESKETAMINE_READ_FROM, ESKETAMINE_READ_TO = 35, 45
LATEST, LARGEST_GAP, MOST_TIMES = 240, 60, 20


def columns_of(route: str) -> dict[str, tuple[str, str]]:
    """The columns that a route's clock has, in reading order."""
    return {name: words for name, words in COLUMNS.items() if ONLY_FOR.get(name, route) == route}


def as_values(clock: RouteClock, route: str) -> dict:
    """A clock as plain JSON: whole minutes, `due_after` a list of them."""
    values = {name: getattr(clock, name) for name in columns_of(route)}
    return {**values, "due_after": list(clock.due_after)}


def clock_from(route: str, values: Mapping, source: str = "") -> RouteClock:
    """The clock stored as `as_values`; what the practice changed names `source`, the rest keeps its own."""
    usual = CLOCKS[route]
    found = {**as_values(usual, route), **values}
    own = source or usual.source
    is_observed_as_usual = found["observe_min"] == usual.observe_min
    return RouteClock(
        observe_min=found["observe_min"],
        due_after=tuple(found["due_after"]),
        then_every=found["then_every"],
        source=own,
        observe_source=usual.observe_source if is_observed_as_usual else own,
        while_running=found.get("while_running"),
        grace_min=found["grace_min"],
    )


def unusable(route: str, values: Mapping) -> dict[str, str]:
    """Column → sentence for each number that is missing or that no practice may set; empty when all can be used."""
    wrong = {}
    for name in columns_of(route):
        if name == "due_after":
            continue
        least, most = BOUNDS[name]
        least = OBSERVE_LEAST.get(route, least) if name == "observe_min" else least
        if not isinstance(values.get(name), int) or not least <= values[name] <= most:
            wrong[name] = f"Enter a whole number of minutes from {least} to {most}."
    due = values.get("due_after") or []
    if sentence := _unusable_times(route, due):
        wrong["due_after"] = sentence
    elif "grace_min" not in wrong and values["grace_min"] >= min(_steps(route, values, due)):
        wrong["grace_min"] = "The grace has to be shorter than the time between two readings."
    return wrong


def _unusable_times(route: str, due: list) -> str:
    if not due or len(due) > MOST_TIMES:
        return f"Enter 1 to {MOST_TIMES} times in minutes, such as 10, 20, 30."
    if any(later <= earlier for earlier, later in pairwise(due)):
        return "Enter the times in order, each later than the one before."
    first = 0 if route == "IV" else 1
    if due[0] < first or due[-1] > LATEST:
        return f"Enter times from {first} to {LATEST} minutes."
    if max(later - earlier for earlier, later in pairwise([0, *due])) > LARGEST_GAP:
        return f"No more than {LARGEST_GAP} minutes may pass without a reading."
    if route == "ESK" and not any(ESKETAMINE_READ_FROM <= one <= ESKETAMINE_READ_TO for one in due):
        return "Esketamine needs a reading at about 40 minutes (35 to 45)."
    return ""


def _steps(route: str, values: Mapping, due: list) -> list[int]:
    """The minutes between neighbouring readings, as far as they are whole numbers."""
    steps = [values.get("then_every"), values.get("while_running") if route == "IV" else None]
    steps += [later - earlier for earlier, later in pairwise([0, *due])]
    return [step for step in steps if isinstance(step, int) and step > 0] or [LATEST]
