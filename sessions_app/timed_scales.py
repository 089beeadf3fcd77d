"""Scales that the practice's protocol wants rated at set times after the first dose: due, taken, or overdue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions_app.measuring import Protocol
from sessions_app.scales import SCALES

EARLY_COUNTS, LATE_AFTER = timedelta(minutes=10), timedelta(minutes=10)  # KAP-ASM-DURING


@dataclass(frozen=True)
class TimedScale:
    """One rating that is due `minutes` after the first dose; `taken_at` is None while nobody rated it."""

    code: str
    minutes: int
    due_at: datetime
    taken_at: datetime | None

    @property
    def name(self) -> str:
        return SCALES[self.code].name

    def is_overdue(self, at: datetime) -> bool:
        return self.taken_at is None and at > self.due_at + LATE_AFTER


def timed_scales(
    protocol: Protocol, first_dose_at: datetime | None, ratings: Iterable[tuple[str, datetime]]
) -> list[TimedScale]:
    """In the order they are due; empty before a dose. `ratings` are (scale, when) of those that stand.

    A rating counts for the latest due time that is not more than 10 minutes ahead of it.
    """
    if first_dose_at is None:
        return []
    dues = [(code, minutes, first_dose_at + timedelta(minutes=minutes)) for code, minutes in protocol.during]
    taken: dict[tuple[str, datetime], datetime] = {}
    for code, moment in sorted(ratings, key=lambda rating: rating[1]):
        counted = [due for scale, _, due in dues if scale == code and due - EARLY_COUNTS <= moment]
        if counted:
            taken.setdefault((code, max(counted)), moment)
    return [TimedScale(code, minutes, due, taken.get((code, due))) for code, minutes, due in dues]
