"""What the pages of limits show: the newest version of each route, and how versions differ."""

from common.clinical import Route
from dosing.limit_labels import changed_rows, rows_of

ROUTE_LABELS = {"ALL": "All routes", **dict(Route.choices)}


def newest_by_route(rows) -> list[dict]:
    """One entry per route in reading order; `rows` come newest first."""
    newest = {}
    for row in rows:
        newest.setdefault(row.route, row)
    return [
        {"route": route, "label": label, "row": newest[route], "limits": rows_of(route, newest[route].values)}
        for route, label in ROUTE_LABELS.items()
        if route in newest
    ]


def versions_of(route: str, rows: list) -> list[dict]:
    """Each version, newest first, with its limits and what it changed."""
    found = []
    for position, row in enumerate(rows):
        previous = rows[position + 1].values if position + 1 < len(rows) else None
        changes = changed_rows(route, row.values, previous) if previous is not None else []
        found.append({"row": row, "limits": rows_of(route, row.values), "changes": changes})
    return found
