"""What one sign of diversion is, on which day it is reported, and how a later report knows it again."""

import enum
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple


class Pattern(enum.StrEnum):
    """The ten signs, the gravest first."""

    AUDIT_INTERFERENCE = "AUDIT_INTERFERENCE"
    LEDGER_MISMATCH = "LEDGER_MISMATCH"
    DOSE_BEFORE_WITHDRAWAL = "DOSE_BEFORE_WITHDRAWAL"
    GIVER_OFF_ROSTER = "GIVER_OFF_ROSTER"
    ACCESS_CHANGE = "ACCESS_CHANGE"
    WASTE_RATIO = "WASTE_RATIO"
    WITNESS_PAIR = "WITNESS_PAIR"
    DOWNWARD_CORRECTION = "DOWNWARD_CORRECTION"
    LATE_ENTRIES = "LATE_ENTRIES"
    NO_VITALS = "NO_VITALS"


GRAVITY = {pattern: place for place, pattern in enumerate(Pattern)}


class ReportDay(NamedTuple):
    """One day of the practice, from its midnight (included) to the next (excluded), in the practice's zone."""

    start: datetime
    end: datetime

    def date_of(self, moment: datetime) -> date:
        """The practice's calendar day of `moment`."""
        return moment.astimezone(self.start.tzinfo).date()

    def stretch(self, days: int) -> int:
        """The number of the calendar stretch of `days` that holds this day; stretches of 7 begin on Mondays."""
        return stretch_of(self.start.date(), days)


def stretch_of(day: date, days: int) -> int:
    return (day.toordinal() - 1) // days


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sign. `first_id` is the same in every report that sees the same sign, so that it is told once.

    `words` names nobody: the page shows who `about_id` is, and which record or lot, to whoever may see it.
    """

    pattern: str
    day_start: datetime
    first_id: str
    words: str
    about_id: Hashable | None = None
    record_id: Hashable | None = None
    lot_id: Hashable | None = None
    count: int = 1


def identity(pattern: Pattern, *parts: object) -> str:
    """The stable identity of a finding from what it is about; times are said in UTC."""
    said = [part.astimezone(UTC).isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    return ":".join([pattern.value, *said])
