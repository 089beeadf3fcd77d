"""One honest year of a made-up clinic, as facts of the diversion watch: no drug is diverted, people are only human.

What is ordinary here and still looks like a sign is listed at the top; each of these makes false alerts.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from dosing.diversion import AccessFact, AuditFact, CorrectionFact, DoseFact, Facts, WasteFact
from dosing.diversion.facts import (
    FACTOR_RESET,
    PASSWORD_RESET,
    ROLE_GRANTED,
    ROLE_TAKEN,
    ROSTER_CHANGED,
    TRIGGER_MISSING,
)

ZONE = ZoneInfo("America/New_York")
FIRST_DAY, DAYS = date(2025, 1, 1), 365
GIVERS = [f"giver {number}" for number in range(8)]
WITNESSES = [f"witness {number}" for number in range(5)]
ASSISTANT, COORDINATOR, MANAGER = "assistant", "coordinator", "manager"

# Ordinary life that looks like a sign, per dose unless said otherwise.
LATE = 0.03  # sessions; on a busy day of one giver (one in twenty) five times as many
BUSY_DAY, BUSY_TIMES = 0.05, 5
WASTE_LATE_TOO, WASTE_LATE_ALONE = 0.7, 0.01  # wastes of a session that is written late, and of another
WRONG_TIME = 0.0003  # the times of drawing and giving were swapped in typing
NOT_ON_ROSTER = 0.0003  # somebody stepped in and nobody added them
READING_LATE = 0.001  # the first reading was missed or late beyond the grace
LEFT_OPEN = 0.0002  # a remainder nobody settled for days
CORRECTIONS_PER_YEAR = 30  # half of them downwards, one in thirty by more than 20 mg
RESETS_PER_YEAR = 13  # one for each giver and witness
GRANTS_PER_YEAR = 5  # to newcomers
ROSTER_CHANGES_PER_YEAR = 40  # one in eight by a giver
MAINTENANCE_PER_YEAR = 1  # a trigger was missing after work on the database


@dataclass(frozen=True)
class Route:
    """How often, how much, how much is drawn beyond it, and when the first reading is due."""

    weight: int
    doses_mg: tuple[int, ...]
    waste: float
    stopped: float
    vitals_due_min: int
    booster: float = 0.0
    unit_mg: int | None = None


ROUTES = {
    "IV": Route(30, (35, 40, 45, 50, 60), 0.10, 0.05, 10),
    "IM": Route(30, (50, 60, 75, 90, 100), 0.06, 0.0, 10, booster=0.15),
    "SC": Route(6, (40, 50, 60), 0.06, 0.0, 10),
    "IN_RACEMIC": Route(8, (50, 60, 80), 0.12, 0.0, 20),
    "SL": Route(16, (100, 150, 200, 300), 0.0, 0.0, 20, unit_mg=50),
    "ESK": Route(10, (56, 84), 0.0, 0.0, 40, unit_mg=28),
}


@dataclass
class Person:
    """Habits of one giver: days of the week, routes, waste compared with others, whom they like to call over."""

    id: Hashable
    weekdays: set[int]
    routes: list[int]
    waste_times: float
    likes: list[float]


@dataclass
class Year:
    """The facts under construction: doses and wastes as keyword arguments, so that planting can change them."""

    chance: Random
    doses: list[dict] = field(default_factory=list)
    wastes: list[dict] = field(default_factory=list)
    corrections: list[CorrectionFact] = field(default_factory=list)
    access: list[AccessFact] = field(default_factory=list)
    audit: list[AuditFact] = field(default_factory=list)
    rows: int = 0

    def row(self, what: str) -> str:
        self.rows += 1
        return f"{what} {self.rows}"

    def facts(self) -> Facts:
        return Facts(
            doses=[DoseFact(**dose) for dose in self.doses],
            wastes=[WasteFact(**waste) for waste in self.wastes],
            corrections=self.corrections,
            access=self.access,
            audit=self.audit,
        )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=round(number))


def honest_year(seed: int) -> Year:
    """A year from 1 January with about 27 doses on each weekday."""
    year = Year(Random(seed))  # noqa: S311 (decides nothing secret)
    people = [_person(year.chance, giver) for giver in GIVERS]
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        if day.weekday() < 5:
            _work_day(year, people, day)
    _small_changes(year)
    return year


def _person(chance: Random, giver: Hashable) -> Person:
    return Person(
        giver,
        set(chance.sample(range(5), chance.choice([3, 4, 4, 5]))),
        [max(1, round(route.weight * chance.lognormvariate(0, 0.5))) for route in ROUTES.values()],
        chance.lognormvariate(0, 0.15),
        [chance.uniform(1, 1.8) for _ in WITNESSES],
    )


def _work_day(year: Year, people: list[Person], day: date) -> None:
    chance = year.chance
    there = [person for person in people if day.weekday() in person.weekdays and chance.random() > 0.06]
    witnesses = chance.sample(range(len(WITNESSES)), chance.choice([3, 3, 4]))
    for person in there:
        late = LATE * (BUSY_TIMES if chance.random() < BUSY_DAY else 1)
        for _ in range(chance.choice([3, 4, 4, 5, 5, 6])):
            start = midnight(day) + timedelta(hours=8, minutes=chance.randrange(0, 540))
            colleagues = [other.id for other in there if other is not person] or [MANAGER]
            _session(year, person, start, [WITNESSES[place] for place in witnesses], colleagues, late)


def _session(year: Year, person: Person, start: datetime, witnesses: list, colleagues: list, late: float) -> None:
    chance = year.chance
    name = chance.choices(list(ROUTES), person.routes)[0]
    route, record = ROUTES[name], year.row("record")
    roster = {person.id, chance.choice(witnesses), ASSISTANT, f"therapist {chance.randrange(6)}"}
    if chance.random() < NOT_ON_ROSTER:
        roster.discard(person.id)
    base = {
        "record_id": record,
        "session_id": record,
        "giver_id": person.id,
        "verifier_id": chance.choice(colleagues),
        "recorded_by_id": person.id if chance.random() < 0.85 else ASSISTANT,
        "lot_id": f"lot {name} {start.month}",
        "roster_ids": frozenset(roster),
        "vitals_due_min": route.vitals_due_min,
        "route": name,
    }
    is_late = chance.random() < late
    for number in range(2 if chance.random() < route.booster else 1):
        occurred = start + minutes(number * chance.uniform(12, 20))
        dose = (
            base
            | _times(chance, occurred, route, is_late=is_late)
            | _amounts(chance, route, person, is_booster=number > 0)
        )
        year.doses.append(dose)
        if dose["wasted_mg"] > 0:
            year.wastes.append(_waste(year, dose, person, witnesses, is_late=is_late))


def _times(chance: Random, occurred: datetime, route: Route, *, is_late: bool) -> dict:
    drawn = occurred + minutes(2) if chance.random() < WRONG_TIME else occurred - minutes(chance.uniform(2, 25))
    grace = chance.triangular(-4, 5, 0)
    reading = occurred + minutes(route.vitals_due_min + grace)
    if chance.random() < READING_LATE:
        reading = chance.choice([None, reading + minutes(chance.uniform(10, 40))])
    return {
        "occurred_at": occurred,
        "drawn_at": drawn,
        "recorded_at": occurred + _writing(chance, is_late=is_late),
        "first_vitals_at": reading,
    }


def _writing(chance: Random, *, is_late: bool) -> timedelta:
    return minutes(chance.uniform(16, 150) if is_late else chance.triangular(0, 14, 2))


def _amounts(chance: Random, route: Route, person: Person, *, is_booster: bool) -> dict:
    planned = Decimal(chance.choice(route.doses_mg)) / (3 if is_booster else 1)
    planned = planned.quantize(Decimal(1))
    given = planned
    if route.unit_mg:
        extra = route.unit_mg if chance.random() < 0.04 else 0
        is_wasted = chance.random() < 0.3
        wasted, returned = (extra, 0) if is_wasted else (0, extra)
    else:
        share = route.waste * person.waste_times * chance.gammavariate(2, 0.5)
        wasted, returned = (Decimal(str(round(share * float(planned), 1))), 0)
        if chance.random() < route.stopped:
            given = (planned * Decimal(str(round(chance.uniform(0.3, 0.9), 2)))).quantize(Decimal("0.1"))
            wasted += planned - given
    outstanding = Decimal(0)
    if wasted and chance.random() < LEFT_OPEN:
        wasted, outstanding = Decimal(0), Decimal(wasted)
    drawn = given + wasted + returned + outstanding
    return {
        "planned_mg": planned,
        "given_mg": given,
        "drawn_mg": drawn,
        "wasted_mg": Decimal(wasted),
        "returned_mg": Decimal(returned),
        "outstanding_mg": outstanding,
        "ledger_drawn_mg": drawn,
    }


def _waste(year: Year, dose: dict, person: Person, witnesses: list, *, is_late: bool) -> dict:
    chance = year.chance
    is_late = chance.random() < (WASTE_LATE_TOO if is_late else WASTE_LATE_ALONE)
    occurred = dose["occurred_at"] + minutes(chance.uniform(3, 60))
    return {
        "remainder_id": year.row("remainder"),
        "record_id": dose["record_id"],
        "giver_id": person.id,
        "recorded_by_id": person.id,
        "witness_id": chance.choices(witnesses, [person.likes[WITNESSES.index(one)] for one in witnesses])[0],
        "amount_mg": dose["wasted_mg"],
        "occurred_at": occurred,
        "recorded_at": occurred + _writing(chance, is_late=is_late),
    }


def _small_changes(year: Year) -> None:
    """Corrections, forgotten passwords, new colleagues, rosters: spread over the working days."""
    chance = year.chance
    for _ in range(CORRECTIONS_PER_YEAR):
        size = chance.uniform(21, 40) if chance.random() < 1 / 30 else chance.uniform(0.5, 15)
        correct(year, moment_of(chance), chance.choice(GIVERS + WITNESSES), size * chance.choice([1, -1]))
    for _ in range(RESETS_PER_YEAR):
        what = chance.choice([PASSWORD_RESET, PASSWORD_RESET, FACTOR_RESET])
        change_access(year, moment_of(chance), MANAGER, chance.choice(GIVERS + WITNESSES), what)
    for _ in range(GRANTS_PER_YEAR):
        what = chance.choice([ROLE_GRANTED, ROLE_TAKEN])
        change_access(year, moment_of(chance), MANAGER, f"newcomer {chance.randrange(9)}", what)
    for _ in range(ROSTER_CHANGES_PER_YEAR):
        by = chance.choice(GIVERS) if chance.random() < 1 / 8 else COORDINATOR
        change_access(year, moment_of(chance), by, chance.choice(GIVERS), ROSTER_CHANGED)
    for _ in range(MAINTENANCE_PER_YEAR):
        year.audit.append(AuditFact(at=moment_of(chance), what=TRIGGER_MISSING))


def moment_of(chance: Random) -> datetime:
    """Any minute of a working day between eight and five."""
    day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return midnight(max(day, FIRST_DAY)) + timedelta(hours=8, minutes=chance.randrange(540))


def correct(year: Year, at: datetime, by: Hashable, change_mg: float) -> CorrectionFact:
    fact = CorrectionFact(
        row_id=year.row("correction"),
        lot_id=f"lot IM {at.month}",
        by_id=by,
        change_mg=Decimal(str(round(change_mg, 1))),
        occurred_at=at,
        reason_code="count",
    )
    year.corrections.append(fact)
    return fact


def change_access(year: Year, at: datetime, by: Hashable, about: Hashable, what: str) -> AccessFact:
    fact = AccessFact(row_id=year.row("access"), at=at, by_id=by, about_id=about, what=what)
    year.access.append(fact)
    return fact
