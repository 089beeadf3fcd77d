"""Sign of a person who within a week writes down more sessions late than the practice's own rate explains."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from common.occurrence import LATE_AFTER, is_late
from dosing.diversion.facts import Facts
from dosing.diversion.findings import Finding, Pattern, ReportDay, identity, stretch_of
from dosing.diversion.tails import poisson_tail

# All of these are proposals for a practice, to be confirmed by its compliance officer.
WINDOW = timedelta(days=7)  # PROPOSAL KAP-DIV-LATE: what is counted, and once per calendar week it is told
MIN_LATE = 4  # PROPOSAL KAP-DIV-LATE: sessions of one person with a late entry
CHANCE = 0.01  # PROPOSAL KAP-DIV-LATE: less likely than this at the rate of everybody else
DISTURBED = 0.01  # PROPOSAL KAP-DIV-LATE: a week is disturbed when even all others together are late as seldom as this
USUAL_RATE = 0.03  # PROPOSAL KAP-DIV-LATE: where others wrote little, this rate stands in …
USUAL_WEIGHT = 30  # PROPOSAL KAP-DIV-LATE: … with so many sessions


@dataclass
class Written:
    """What one person wrote about one session: when last late, if ever."""

    late_at: datetime | None = None


People = dict[Hashable, dict[Hashable, Written]]


def late_entries(facts: Facts, day: ReportDay) -> list[Finding]:
    """A cluster of sessions written down more than 15 minutes late by one person within 7 days (KAP-DIV-LATE).

    A session counts once. The rate to expect is that of everybody else over the history. When they too were late more
    often than usual in the same 7 days, it is at least that of the median colleague: a power cut or a day without
    network, which holds up most, blames nobody, while a few who write late together do not excuse one another.
    """
    since = day.end - WINDOW
    history = _by_person(facts.known_by(day.end), None)
    week = _by_person(facts.known_by(day.end), since)
    found = []
    for person, written in week.items():
        late = [session.late_at for session in written.values() if session.late_at is not None]
        is_of_this_week = late and stretch_of(day.date_of(max(late)), WINDOW.days) == day.stretch(WINDOW.days)
        if len(late) < MIN_LATE or not is_of_this_week:
            continue
        rate = _rate_to_expect(history, week, person)
        if poisson_tail(len(late), rate * len(written)) < CHANCE:
            found.append(_finding(person, len(late), len(written), rate, day))
    return found


def _entries(facts: Facts) -> Iterator:
    yield from facts.doses
    yield from facts.wastes


def _by_person(facts: Facts, since: datetime | None) -> People:
    people: People = {}
    for entry in _entries(facts):
        if since is not None and entry.recorded_at < since:
            continue
        session = people.setdefault(entry.recorded_by_id, {}).setdefault(entry.record_id, Written())
        if is_late(entry.occurred_at, entry.recorded_at):
            session.late_at = max(session.late_at or entry.recorded_at, entry.recorded_at)
    return people


def _rate_to_expect(history: People, week: People, person: Hashable) -> float:
    rate = _rate(*_of_others(history, person))
    late, sessions = _of_others(week, person)
    if poisson_tail(late, rate * sessions) >= DISTURBED:
        return rate
    return max(rate, median(_late(written) / len(written) for other, written in week.items() if other != person))


def _rate(late: int, sessions: int) -> float:
    return (late + USUAL_RATE * USUAL_WEIGHT) / (sessions + USUAL_WEIGHT)


def _of_others(people: People, person: Hashable) -> tuple[int, int]:
    others = [written for other, written in people.items() if other != person]
    return sum(_late(written) for written in others), sum(len(written) for written in others)


def _late(written: dict[Hashable, Written]) -> int:
    return sum(session.late_at is not None for session in written.values())


def _finding(person: Hashable, late: int, of: int, rate: float, day: ReportDay) -> Finding:
    return Finding(
        pattern=Pattern.LATE_ENTRIES,
        day_start=day.start,
        first_id=identity(Pattern.LATE_ENTRIES, person, day.stretch(WINDOW.days)),
        words=(
            f"Within {WINDOW.days} days one person wrote down {late} of {of} sessions more than "
            f"{int(LATE_AFTER.total_seconds()) // 60} minutes late, where others are late in {rate:.0%}."
        ),
        about_id=person,
        count=late,
    )
