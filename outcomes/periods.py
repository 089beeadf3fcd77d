"""Which periods the outcomes may be asked for: whole quarters and years, so that no day can be told apart."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

EVERYTHING = "all"
QUARTERS_BACK = 8


@dataclass(frozen=True)
class Period:
    """From the first day to before the day after the last, both None for all there is."""

    code: str
    label: str
    first: date | None = None
    after: date | None = None

    def bounds(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """The moments it begins and is over, by the practice's clock."""
        here = ZoneInfo(zone)
        return tuple(None if day is None else datetime.combine(day, time(), here) for day in (self.first, self.after))


def periods(today: date, since: date) -> dict[str, Period]:
    """Everything, each year back to `since`, and the last eight quarters; the newest first."""
    years = [
        Period(str(year), str(year), date(year, 1, 1), date(year + 1, 1, 1))
        for year in range(today.year, since.year - 1, -1)
    ]
    quarters = [_quarter(today.year * 4 + (today.month - 1) // 3 - back) for back in range(QUARTERS_BACK)]
    found = [Period(EVERYTHING, "Everything"), *years, *(one for one in quarters if one.after > since)]
    return {one.code: one for one in found}


def _quarter(number: int) -> Period:
    year, quarter = divmod(number, 4)
    first = date(year, quarter * 3 + 1, 1)
    after = date(year, quarter * 3 + 4, 1) if quarter < 3 else date(year + 1, 1, 1)
    months = f"{first:%b} to {date(year, quarter * 3 + 3, 1):%b} {year}"
    return Period(f"{year}-Q{quarter + 1}", months, first, after)
