"""Plants known cases of diversion in a made-up year: ten kinds, each in several shapes, some large, some small.

A case is one episode. It remembers what a report must name to have found it; the watch itself sees facts only.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from bench.diversion_year import (
    DAYS,
    FIRST_DAY,
    GIVERS,
    MANAGER,
    WITNESSES,
    ZONE,
    Year,
    change_access,
    correct,
    midnight,
    minutes,
    moment_of,
)
from dosing.diversion import AuditFact, Finding, Pattern
from dosing.diversion.facts import (
    ANCHOR_MISSING,
    CHAIN_BROKEN,
    FACTOR_RESET,
    PASSWORD_RESET,
    ROLE_GRANTED,
    ROSTER_CHANGED,
    SIGNATURE_ALTERED,
    TRIGGER_MISSING,
)

MOST_AT_ONCE = 2  # of eight givers waste too much; when half of them do, colleagues are no yardstick
SETTLE_DAYS = 20  # no case before: a habit needs a history to be compared with


@dataclass
class Case:
    """One planted episode, from its first day to the last on which a report of it is still about it.

    A habit is found by a report about the person that names no record.
    """

    pattern: Pattern
    first: date
    last: date
    about: Hashable | None = None
    records: set[Hashable] = field(default_factory=set)
    is_habit: bool = True
    found_on: date | None = None

    def is_found_by(self, finding: Finding) -> bool:
        if finding.pattern != self.pattern or not self.first <= finding.day_start.date() <= self.last:
            return False
        if self.records:
            return finding.record_id in self.records
        is_habit = finding.record_id is None
        return finding.about_id == self.about and is_habit == self.is_habit


@dataclass
class Planting:
    """The year with the doses that are still untouched, so that no dose carries two single-dose cases."""

    year: Year
    number: int
    free: list[dict]
    cases: list[Case] = field(default_factory=list)

    @property
    def chance(self) -> Random:
        return self.year.chance

    def take(self, allowed: Callable[[dict], bool] = lambda dose: True) -> dict:
        place = next(place for place in range(len(self.free) - 1, -1, -1) if allowed(self.free[place]))
        return self.free.pop(place)

    def add(self, pattern: Pattern, first: datetime, *, lasts: int = 1, **more) -> None:
        day = first.astimezone(ZONE).date()
        self.cases.append(Case(pattern, day, day + timedelta(days=lasts), **more))


def plant(year: Year, number: int) -> list[Case]:
    """`number` cases of each kind, in doses drawn by lot."""
    settled = midnight(FIRST_DAY + timedelta(days=SETTLE_DAYS))
    until = midnight(FIRST_DAY + timedelta(days=DAYS - 3))
    free = [dose for dose in year.doses if settled <= dose["occurred_at"] < until]
    year.chance.shuffle(free)
    planting = Planting(year, number, free)
    for kind in (
        _wasted_much,
        _one_witness,
        _written_late,
        _before_withdrawal,
        _off_roster,
        _ledger,
        _no_vitals,
        _lowered,
        _access,
        _audit,
    ):
        kind(planting)
    return planting.cases


def _one_dose(planting: Planting, pattern: Pattern, dose: dict, *, lasts: int = 1) -> None:
    planting.add(pattern, dose["occurred_at"], lasts=lasts, about=dose["giver_id"], records={dose["record_id"]})


def _before_withdrawal(planting: Planting) -> None:
    for _ in range(planting.number):
        dose = planting.take()
        dose["drawn_at"] = dose["occurred_at"] + minutes(planting.chance.uniform(1, 60))
        _one_dose(planting, Pattern.DOSE_BEFORE_WITHDRAWAL, dose)


def _off_roster(planting: Planting) -> None:
    for _ in range(planting.number):
        dose = planting.take(lambda dose: dose["giver_id"] in dose["roster_ids"])
        dose["roster_ids"] -= {dose["giver_id"]}
        _one_dose(planting, Pattern.GIVER_OFF_ROSTER, dose)


def _ledger(planting: Planting) -> None:
    """The ledger gave more than was drawn, less was given than the account needs, or a rest stays open."""
    for place in range(planting.number):
        dose = planting.take(lambda dose: dose["outstanding_mg"] == 0 and dose["given_mg"] > 15)
        amount = Decimal(planting.chance.choice(["0.5", "2", "5", "10"]))
        if place % 3 == 0:
            dose["ledger_drawn_mg"] += amount
        elif place % 3 == 1:
            dose["given_mg"] -= amount
        else:
            dose["given_mg"] -= amount
            dose["outstanding_mg"] += amount
        _one_dose(planting, Pattern.LEDGER_MISMATCH, dose, lasts=2)


def _no_vitals(planting: Planting) -> None:
    for _ in range(planting.number):
        dose = planting.take()
        after = dose["vitals_due_min"] + 5 + planting.chance.uniform(1, 60)
        dose["first_vitals_at"] = planting.chance.choice([None, dose["occurred_at"] + minutes(after)])
        _one_dose(planting, Pattern.NO_VITALS, dose)


def _episodes(planting: Planting, number: int, length: int, people: list, at_once: int = 99) -> list[tuple]:
    """Person and start of stretches of `length` days, drawn by lot, so that none of one person touch each other.

    Not more than `at_once` people in the same stretch.
    """
    starts = range(SETTLE_DAYS + 5, DAYS - length, length)
    slots = [(person, place) for person in people for place in range(len(starts))]
    planting.chance.shuffle(slots)
    chosen: list[tuple] = []
    for person, place in slots:
        is_apart = all(person != other or abs(place - taken) > 1 for other, taken in chosen)
        if is_apart and sum(place == taken for _, taken in chosen) < at_once:
            chosen.append((person, place))
    if len(chosen) < number:
        raise ValueError(f"{DAYS} days hold only {len(chosen)} episodes of {length} days.")
    return [(person, midnight(FIRST_DAY + timedelta(days=starts[place]))) for person, place in chosen[:number]]


def _of(rows: list[dict], person: Hashable, start: datetime, days: int) -> list[dict]:
    until = start + timedelta(days=days)
    return [row for row in rows if row["giver_id"] == person and start <= row["occurred_at"] < until]


def _wasted_much(planting: Planting) -> None:
    """For three to four weeks, 15 to 45 mg more are drawn and "wasted" with three in five doses that leave a rest."""
    left = {(waste["record_id"], waste["amount_mg"]): waste for waste in planting.year.wastes}
    for person, start in _episodes(planting, planting.number, 30, GIVERS, MOST_AT_ONCE):
        for dose in _of(planting.year.doses, person, start, planting.chance.randint(21, 30)):
            waste = left.get((dose["record_id"], dose["wasted_mg"]))
            if waste is not None and planting.chance.random() < 0.6:
                more = Decimal(planting.chance.randint(15, 45))
                waste["amount_mg"] += more
                for name in ("drawn_mg", "ledger_drawn_mg", "wasted_mg"):
                    dose[name] += more
        planting.add(Pattern.WASTE_RATIO, start, lasts=60, about=person)


def _one_witness(planting: Planting) -> None:
    """Three in five: for six to eight weeks nearly every waste has the same witness; the others: no witness at all."""
    chance, pairs = planting.chance, planting.number * 3 // 5
    for person, start in _episodes(planting, pairs, 60, GIVERS):
        witness = chance.choice(WITNESSES)
        for waste in _of(planting.year.wastes, person, start, chance.randint(42, 56)):
            if chance.random() < 0.9:
                waste["witness_id"] = witness
        planting.add(Pattern.WITNESS_PAIR, start, lasts=116, about=person)
    for waste in chance.sample(planting.year.wastes, planting.number - pairs):
        waste["witness_id"] = None
        planting.add(Pattern.WITNESS_PAIR, waste["occurred_at"], about=waste["giver_id"], records={waste["record_id"]})


def _written_late(planting: Planting) -> None:
    """Within one working week, four to seven sessions are written down 16 minutes to four hours late."""
    chance, found = planting.chance, 0
    for person, start in _episodes(planting, planting.number * 2, 7, GIVERS):
        doses = _of(planting.year.doses, person, start, 7)
        records = sorted({dose["record_id"] for dose in doses if dose["recorded_by_id"] == person})
        if len(records) < 7 or found == planting.number:
            continue
        late = set(chance.sample(records, chance.randint(4, 7)))
        for dose in doses:
            if dose["record_id"] in late:
                dose["recorded_at"] = dose["occurred_at"] + minutes(chance.uniform(16, 240))
        planting.add(Pattern.LATE_ENTRIES, start, lasts=14, about=person)
        found += 1


def _lowered(planting: Planting) -> None:
    """One large correction, or two to four small ones by one person within a month."""
    chance = planting.chance
    for place, (person, start) in enumerate(_episodes(planting, planting.number, 30, GIVERS + WITNESSES)):
        first = start + timedelta(hours=10)
        if place % 2:
            correct(planting.year, first, person, -chance.uniform(21, 80))
        else:
            for step in range(chance.randint(2, 4)):
                correct(
                    planting.year, first + timedelta(days=step * chance.randint(1, 9)), person, -chance.uniform(1, 19)
                )
        planting.add(Pattern.DOWNWARD_CORRECTION, start, lasts=30, about=person)


def _access(planting: Planting) -> None:
    """A grant or reset up to a day before a dose, or a roster changed by its giver up to an hour before."""
    chance = planting.chance
    for place in range(planting.number):
        dose = planting.take()
        giver, occurred = dose["giver_id"], dose["occurred_at"]
        if place % 3 == 0:
            at = occurred - minutes(chance.uniform(1, 60))
            change_access(planting.year, at, giver, giver, ROSTER_CHANGED)
        else:
            at = occurred - minutes(chance.uniform(1, 1440))
            what = chance.choice([ROLE_GRANTED, FACTOR_RESET, PASSWORD_RESET])
            change_access(planting.year, at, MANAGER, giver, what)
        # A report names the first dose after the change, which may be another one of the same person.
        planting.add(Pattern.ACCESS_CHANGE, at, lasts=2, about=giver, is_habit=False)


def _audit(planting: Planting) -> None:
    kinds = [CHAIN_BROKEN, TRIGGER_MISSING, SIGNATURE_ALTERED, ANCHOR_MISSING]
    for _ in range(planting.number):
        at = moment_of(planting.chance)
        planting.year.audit.append(AuditFact(at=at, what=planting.chance.choice(kinds)))
        planting.add(Pattern.AUDIT_INTERFERENCE, at, lasts=0)
