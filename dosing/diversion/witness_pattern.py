"""Signs in who watched the wasting: always the same person for one giver, or nobody."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dosing.diversion.facts import Facts, WasteFact
from dosing.diversion.findings import Finding, Pattern, ReportDay, identity
from dosing.diversion.tails import binomial_tail
from dosing.proposed_dose import show

# All of these are proposals for a practice, to be confirmed by its compliance officer.
WINDOW = timedelta(days=60)  # PROPOSAL KAP-DIV-WITNESS: what is compared, and once per such a stretch it is told
MIN_WASTES = 10  # PROPOSAL KAP-DIV-WITNESS: of one pair
MIN_DAYS = 8  # PROPOSAL KAP-DIV-WITNESS: on which the giver wasted
MIN_OTHERS = 20  # PROPOSAL KAP-DIV-WITNESS: wastes of everybody else, or there is nothing to compare with
MIN_SHARE = 0.5  # PROPOSAL KAP-DIV-WITNESS: of the giver's wastes
MIN_TIMES_EXPECTED = 1.5  # PROPOSAL KAP-DIV-WITNESS
CHANCE = 1e-4  # PROPOSAL KAP-DIV-WITNESS: less likely than this by the day's own staffing
ROUNDING = 1e-9  # sums of thirds that make a whole are one
OVERALL_WEIGHT = 4  # PROPOSAL KAP-DIV-WITNESS: how many wastes of a day the overall share counts for


def witness_pair(facts: Facts, day: ReportDay) -> list[Finding]:
    """Wastes nobody witnessed, each; and a witness whom one giver's wastes choose too often (KAP-DIV-WITNESS)."""
    known = facts.known_by(day.end)
    alone = [_unwitnessed(waste, day) for waste in known.wastes if waste.witness_id is None]
    return alone + list(_pairs(known, day))


def _unwitnessed(waste: WasteFact, day: ReportDay) -> Finding:
    return Finding(
        pattern=Pattern.WITNESS_PAIR,
        day_start=day.start,
        first_id=identity(Pattern.WITNESS_PAIR, "nobody", waste.remainder_id),
        words=f"{show(waste.amount_mg)} mg were wasted without a witness.",
        about_id=waste.giver_id,
        record_id=waste.record_id,
    )


def _pairs(known: Facts, day: ReportDay) -> Iterator[Finding]:
    since = day.end - WINDOW
    by_giver: dict[Hashable, list[WasteFact]] = defaultdict(list)
    for waste in known.wastes:
        if since <= waste.occurred_at < day.end and waste.witness_id is not None:
            by_giver[waste.giver_id].append(waste)
    for giver, wastes in by_giver.items():
        own = DayShares.of(wastes, day)
        if len(own.days) < MIN_DAYS:
            continue
        for witness, number in own.overall.items():
            if number >= max(MIN_WASTES, MIN_SHARE * own.number):
                others = _choices_of_others(by_giver, giver, witness, own, day)
                if others.number >= MIN_OTHERS:
                    yield from _pair(giver, witness, own, others, day)


def _choices_of_others(by_giver, giver, witness, own: "DayShares", day: ReportDay) -> "DayShares":
    """Whom third people asked where both could have been asked: nobody witnesses what one gave or recorded, so in a
    practice of two there is nothing to choose and nothing to compare with."""
    third = [waste for other, wastes in by_giver.items() if other not in (giver, witness) for waste in wastes]
    free = [waste for waste in third if waste.witness_id != giver and waste.recorded_by_id not in (giver, witness)]
    return DayShares.of(free, day).on(own.days)


@dataclass(frozen=True)
class DayShares:
    """How many wastes each person witnessed, overall and by day."""

    overall: Counter
    days: dict[date, Counter]

    @classmethod
    def of(cls, wastes: list[WasteFact], day: ReportDay) -> "DayShares":
        days: dict[date, Counter] = defaultdict(Counter)
        for waste in wastes:
            days[day.date_of(waste.occurred_at)][waste.witness_id] += 1
        return cls(Counter(waste.witness_id for waste in wastes), days)

    @property
    def number(self) -> int:
        return self.overall.total()

    def on(self, dates) -> "DayShares":
        """The same, with the days of `dates` alone."""
        return DayShares(self.overall, {date: self.days.get(date, Counter()) for date in dates})

    def expected(self, witness: Hashable, date: date) -> float:
        """The witness's share of that day's wastes, drawn towards the overall share where the day had few."""
        overall = self.overall[witness] / self.number
        of_day = self.days[date]
        return (of_day[witness] + OVERALL_WEIGHT * overall) / (of_day.total() + OVERALL_WEIGHT)


def _pair(giver, witness, own: DayShares, others: DayShares, day: ReportDay) -> Iterator[Finding]:
    """One day counts once, as two people of one shift witness for each other all day; nobody is blamed for a shift."""
    days = len(own.days)
    expected = sum(others.expected(witness, date) for date in own.days) / days
    seen = sum(of_day[witness] / of_day.total() for of_day in own.days.values())
    wastes, share = own.overall[witness], own.overall[witness] / own.number
    if share < MIN_TIMES_EXPECTED * expected or binomial_tail(int(seen + ROUNDING), days, expected) >= CHANCE:
        return
    yield Finding(
        pattern=Pattern.WITNESS_PAIR,
        day_start=day.start,
        first_id=identity(Pattern.WITNESS_PAIR, giver, witness, day.stretch(WINDOW.days)),
        words=(
            f"In {WINDOW.days} days one person witnessed {wastes} of {own.number} wastes of one giver ({share:.0%}), "
            f"where everybody else's wastes on the same days lead one to expect {expected:.0%}."
        ),
        about_id=giver,
        count=wastes,
    )
