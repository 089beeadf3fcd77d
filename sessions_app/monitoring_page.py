"""What the pages of alarm limits and reading schedules show: the newest version of each, and how versions differ."""

from sessions_app.clock_rules import columns_of
from sessions_app.monitoring_settings import ABOUT, is_clock
from sessions_app.vital_table import limits_of


def columns(about: str) -> dict[str, tuple[str, str]]:
    """Name → (label, unit) of each number that a setting has, the most severe first."""
    if is_clock(about):
        return columns_of(about)
    return {limit.name: (limit.label, limit.unit) for limit in limits_of(about)}


def sources(about: str) -> dict[str, str]:
    """Name → the id of its source, for the limits of a measure."""
    return {} if is_clock(about) else {limit.name: limit.source for limit in limits_of(about)}


def rows_of(about: str, values: dict) -> list[tuple[str, str, str]]:
    """(label, value with unit, source id) of each number that is set."""
    named = sources(about)
    return [
        (label, f"{_text(values[name])} {unit}".strip(), named.get(name, ""))
        for name, (label, unit) in columns(about).items()
        if values.get(name) is not None
    ]


def newest_of(rows) -> list[dict]:
    """One entry per setting in reading order; `rows` come newest first."""
    newest = {}
    for row in rows:
        newest.setdefault(row.about, row)
    return [
        {
            "about": about,
            "label": label,
            "row": newest[about],
            "numbers": rows_of(about, newest[about].values),
            "is_clock": is_clock(about),
        }
        for about, label in ABOUT.items()
        if about in newest
    ]


def versions_of(about: str, rows: list) -> list[dict]:
    """Each version, newest first, with its numbers and what it changed."""
    found = []
    for position, row in enumerate(rows):
        previous = rows[position + 1].values if position + 1 < len(rows) else None
        changes = changed_rows(about, row.values, previous) if previous is not None else []
        found.append({"row": row, "numbers": rows_of(about, row.values), "changes": changes})
    return found


def changed_rows(about: str, values: dict, previous: dict) -> list[tuple[str, str, str]]:
    """(label, before, after) of each number that differs between two versions."""
    return [
        (label, _text(previous.get(name)), _text(values.get(name)))
        for name, (label, _) in columns(about).items()
        if previous.get(name) != values.get(name)
    ]


def _text(value) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
