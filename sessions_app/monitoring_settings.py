"""Which limits and which route's clock were in force at a moment, from every version a practice ever set."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from common.clinical import Route
from sessions_app.clock_rules import clock_from
from sessions_app.monitoring import CLOCKS, RouteClock
from sessions_app.vital_limits import DEFAULT_LADDER, Ladder
from sessions_app.vital_table import MEASURES, default_values

# What a row may be about, in reading order: the limits of one measure, or the clock of one route.
ABOUT = {
    **{measure: f"{label}: limits" for measure, (label, _) in MEASURES.items()},
    **{route: f"{label}: readings due" for route, label in Route.choices},
}


def is_clock(about: str) -> bool:
    return about in CLOCKS


@dataclass(frozen=True)
class SettingVersion:
    """One stored version of one setting; `values` as `default_values` or `clock_rules.as_values` give them."""

    about: str
    version: int
    set_at: datetime
    values: Mapping
    source: str


@dataclass(frozen=True)
class MonitoringSettings:
    """Every version of a practice. Before the first version the defaults of the software held."""

    versions: tuple[SettingVersion, ...] = ()
    _ladders: dict = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, rows: Iterable[SettingVersion]) -> "MonitoringSettings":
        return cls(tuple(rows))

    @cached_property
    def _by_about(self) -> dict[str, list[SettingVersion]]:
        found = defaultdict(list)
        for row in sorted(self.versions, key=lambda one: one.version):
            found[row.about].append(row)
        return found

    @property
    def stamp(self) -> int:
        """Counts up with each version that is set."""
        return len(self.versions)

    def in_force(self, about: str, moment: datetime | None) -> SettingVersion | None:
        """The version that held at `moment` (None: the newest), or None where the defaults held."""
        rows = self._by_about.get(about, [])
        return next((row for row in reversed(rows) if moment is None or row.set_at <= moment), None)

    def ladder_at(self, moment: datetime | None = None) -> Ladder:
        """The limits that held when a reading was taken; None: those of now."""
        rows = [row for measure in MEASURES if (row := self.in_force(measure, moment)) is not None]
        key = tuple((row.about, row.version) for row in rows)
        if key not in self._ladders:
            self._ladders[key] = _ladder(rows)
        return self._ladders[key]

    def clock_at(self, route: str, moment: datetime | None) -> RouteClock:
        """The route's clock that held at the first dose; None, before a dose: that of now."""
        row = self.in_force(route, moment)
        if row is None:
            return CLOCKS[route]
        return clock_from(route, row.values, _told(row) if row.version > 1 else "")


def _ladder(rows: list[SettingVersion]) -> Ladder:
    if not rows:
        return DEFAULT_LADDER
    values = dict(DEFAULT_LADDER.values)
    for row in rows:
        for name in default_values(row.about):
            values.pop(name, None)
        values |= {name: number for name, number in row.values.items() if number is not None}
    return Ladder(values, {row.about: _told(row) for row in rows if row.version > 1})


def _told(row: SettingVersion) -> str:
    return f"{row.source} (version {row.version})"
