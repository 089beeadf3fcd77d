"""A practice's measuring protocol: which questionnaires and scales belong to a session, per route (KAP-ASM-PROTOCOL).

What is asked at the follow-up points stands with those points.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from common.clinical import Route

EVERY_ROUTE = "ALL"
# What a version may be about, in reading order.
ABOUT = {EVERY_ROUTE: "Every route", **dict(Route.choices)}
MOST_DAYS_BEFORE = 3
LATEST_SCALE_MIN = 480
# Rated in the room at set times; MOAA/S comes with each reading, Aldrete with leaving.
TIMED_SCALES = ("RASS", "CADSS6")


@dataclass(frozen=True)
class Protocol:
    """`before` and `after` are codes in the order they are asked; `during` is (scale, minutes after the first dose).

    `days_before` says how many days before the session its link goes out by itself; 0 sends none.
    """

    before: tuple[str, ...] = ()
    asks_day_before: bool = True
    days_before: int = 1
    during: tuple[tuple[str, int], ...] = ()
    after: tuple[str, ...] = ()

    @classmethod
    def from_values(cls, values: Mapping) -> "Protocol":
        return cls(
            before=tuple(values["before"]),
            asks_day_before=values["asks_day_before"],
            days_before=values["days_before"],
            during=tuple((scale, minutes) for scale, minutes in values["during"]),
            after=tuple(values["after"]),
        )

    def as_values(self) -> dict:
        return {
            "before": list(self.before),
            "asks_day_before": self.asks_day_before,
            "days_before": self.days_before,
            "during": [list(one) for one in self.during],
            "after": list(self.after),
        }

    def minutes_of(self, scale: str) -> list[int]:
        """When a scale is rated, in minutes after the first dose."""
        return [minutes for code, minutes in self.during if code == scale]


# Before a practice sets its own (tag P; the 24-hour point is what asks first after a session).
DEFAULT = Protocol(before=("PHQ9", "GAD7", "PCL5", "ASQ", "VASMOOD"))


def protocol_for(route: str, versions: Iterable) -> Protocol:
    """What holds now for a route; `versions` have `about`, `version` and `values`.

    A route whose newest version is empty follows that of every route again.
    """
    newest: dict[str, tuple[int, Mapping]] = {}
    for row in versions:
        if row.about not in newest or row.version > newest[row.about][0]:
            newest[row.about] = (row.version, row.values)
    for about in (route, EVERY_ROUTE):
        if about in newest and newest[about][1]:
            return Protocol.from_values(newest[about][1])
    return DEFAULT
