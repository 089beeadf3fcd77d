"""Decides when a reading is due and how long a patient is watched, by the route's clock of the practice.

The defaults are proposals (sources_monitoring.md); a practice sets its own as rows (`monitoring_settings`). The
pre-dose baseline stands for the reading at T+0. Times are aware datetimes; nothing here reads the time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A further dose no later than this after the one before belongs to the same schedule (esketamine devices).
SAME_DOSE = timedelta(minutes=10)
# The pre-dose reading is not older than this when the dose is given (KAP-MON-BASELINE).
BASELINE_MAX_AGE = timedelta(minutes=60)
# The last reading is not older than this when the patient leaves (KAP-DIS-LAST).
LAST_READING_MAX_AGE = timedelta(minutes=30)


@dataclass(frozen=True)
class RouteClock:
    """How one route is watched, in minutes.

    `due_after` counts from each dose, then every `then_every`. An infusion is read every `while_running` instead and
    `due_after` counts from its end. `observe_min` counts from the end of the infusion or else from the last dose.
    A reading counts for a due time from `grace_min` before it; that much after it, it is overdue (KAP-MON-GRACE).
    """

    observe_min: int
    due_after: tuple[int, ...]
    then_every: int
    source: str
    observe_source: str
    while_running: int | None = None
    grace_min: int = 5

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_min)

    @property
    def last_minute_in_grace(self) -> int:
        """For the running countdown, which counts whole minutes begun."""
        return self.grace_min - 1

    @property
    def is_infusion(self) -> bool:
        return self.while_running is not None


_INJECTED = (10, 20, 30, 45, 60, 90, 120)
_ABSORBED = (20, 40, 60, 90, 120)

CLOCKS: dict[str, RouteClock] = {
    "IV": RouteClock(60, (0,), 15, "KAP-MON-IV", "KAP-DIS-OBS-IV", while_running=10),
    "IM": RouteClock(90, _INJECTED, 30, "KAP-MON-IM", "KAP-DIS-OBS-IM"),
    "SC": RouteClock(90, _INJECTED, 30, "KAP-MON-IM", "KAP-DIS-OBS-SC"),
    "IN_RACEMIC": RouteClock(120, _ABSORBED, 30, "KAP-MON-SL", "KAP-DIS-OBS-SL"),
    "SL": RouteClock(120, _ABSORBED, 30, "KAP-MON-SL", "KAP-DIS-OBS-SL"),
    "PO": RouteClock(120, _ABSORBED, 30, "KAP-MON-SL", "KAP-DIS-OBS-SL"),
    "ESK": RouteClock(120, (40, 60, 90, 120), 30, "KAP-MON-ESK", "KAP-DIS-OBS-ESK"),
}


@dataclass(frozen=True)
class DoseSpan:
    """One dose: when it began and, for an infusion, when it ended (None while it runs)."""

    began_at: datetime
    ended_at: datetime | None = None


def due_times(clock: RouteClock, doses: Sequence[DoseSpan], until: datetime) -> list[datetime]:
    """Every time a reading was due up to `until`, and the first one after it. Empty before the first dose.

    A further dose begins a new schedule and ends the one before, unless it came within 10 minutes.
    """
    starts = _schedule_starts(clock, doses)
    times: list[datetime] = []
    for position, span in enumerate(starts):
        end = starts[position + 1].began_at if position + 1 < len(starts) else None
        for moment in _of_one(clock, span):
            if end is not None and moment >= end:
                break
            times.append(moment)
            if moment > until:
                break
    return times


def _schedule_starts(clock: RouteClock, doses: Sequence[DoseSpan]) -> list[DoseSpan]:
    starts: list[DoseSpan] = []
    before: DoseSpan | None = None
    for span in sorted(doses, key=lambda dose: dose.began_at):
        if clock.is_infusion or before is None or span.began_at - before.began_at > SAME_DOSE:
            starts.append(span)
        before = span
    return starts


def _of_one(clock: RouteClock, span: DoseSpan) -> Iterable[datetime]:
    """The due times of one dose, without end."""
    start = span.began_at
    if clock.is_infusion:
        step = timedelta(minutes=clock.while_running)
        moment = span.began_at + step
        while span.ended_at is None or moment < span.ended_at:
            yield moment
            moment += step
        start = span.ended_at
    last = 0
    for last in clock.due_after:
        yield start + timedelta(minutes=last)
    moment = start + timedelta(minutes=last)
    while True:
        moment += timedelta(minutes=clock.then_every)
        yield moment


def next_due(clock: RouteClock, due: Sequence[datetime], taken: Iterable[datetime]) -> datetime | None:
    """The first due time that no reading covers: a reading covers all up to the grace after itself."""
    last = max(taken, default=None)
    return next((moment for moment in due if last is None or moment > last + clock.grace), None)


def is_overdue(clock: RouteClock, due_at: datetime | None, at: datetime) -> bool:
    """Past the due time by the grace or more (KAP-MON-GRACE)."""
    return due_at is not None and at - due_at >= clock.grace


def missed(clock: RouteClock, due: Sequence[datetime], taken: Sequence[datetime], until: datetime) -> list[datetime]:
    """Due times (overdue at `until`) without any reading from the grace before until the next one was due."""
    gaps = []
    for position, moment in enumerate(due):
        if not is_overdue(clock, moment, until):
            continue
        following = due[position + 1] if position + 1 < len(due) else until
        if not any(moment - clock.grace <= reading < max(following, moment + clock.grace) for reading in taken):
            gaps.append(moment)
    return gaps


def may_leave_from(clock: RouteClock, doses: Sequence[DoseSpan]) -> datetime | None:
    """When the minimum observation is over: from the last infusion's end, else from the last dose.

    None while an infusion runs and before any dose.
    """
    if not doses:
        return None
    if not clock.is_infusion:
        return max(span.began_at for span in doses) + timedelta(minutes=clock.observe_min)
    if any(span.ended_at is None for span in doses):
        return None
    return max(span.ended_at for span in doses) + timedelta(minutes=clock.observe_min)
