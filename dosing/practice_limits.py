"""Reads a practice's own limits: the newest version of each route, with the defaults where none is stored."""

from dosing.limit_values import as_values, general_limits_from, route_limits_from
from dosing.limits import DEFAULTS, GENERAL
from dosing.models import RouteLimit

ALL_ROUTES = "ALL"


class LimitsInForce:
    """The limits for one route now, ready for `plan_dose`, and the snapshot an order keeps of them."""

    def __init__(self, route: str, stored: dict[str, RouteLimit]):
        self.route = route
        self.row, self.general_row = stored.get(route), stored.get(ALL_ROUTES)
        self.limits = route_limits_from(self.row.values) if self.row else DEFAULTS[route]
        self.general = general_limits_from(self.general_row.values) if self.general_row else GENERAL

    def snapshot(self) -> dict:
        return {
            "route": {"version": self.row.version if self.row else 0, "values": as_values(self.limits)},
            "general": {
                "version": self.general_row.version if self.general_row else 0,
                "values": as_values(self.general),
            },
        }


def limits_in_force(practice_id, route: str) -> LimitsInForce:
    """One query: the newest version for the route and for all routes."""
    rows = RouteLimit.objects.filter(practice_id=practice_id, route__in=[route, ALL_ROUTES]).order_by("version")
    return LimitsInForce(route, {row.route: row for row in rows})


def limits_of_order(order) -> tuple:
    """(RouteLimits, GeneralLimits) that the order was signed under."""
    if not order.limits:
        return DEFAULTS[order.route], GENERAL
    return (
        route_limits_from(order.limits["route"]["values"]),
        general_limits_from(order.limits["general"]["values"]),
    )
