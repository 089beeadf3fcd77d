"""Counts response, remission and reliable change over pairs of scores, and who is missing and why. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.change import Change, ChangeRule, measure_change
from outcomes.arithmetic import Effect, Sample, effect

# Name → what the change from baseline has to say to be counted.
MEASURES = {
    "response": lambda change: change.is_response,
    "remission": lambda change: change.is_remission,
    "reliable_better": lambda change: change.is_reliable_improvement,
    "reliable_worse": lambda change: change.is_reliable_deterioration,
    "any_worse": lambda change: change.is_any_deterioration,
    "recovery": lambda change: change.is_recovery,
}


@dataclass(frozen=True)
class Pairs:
    """`count` sessions of one route and number with the same scores; None is a score that is missing.

    `is_last` marks the last counted session of its series, `is_waiting` that its score may still come.
    """

    route: str
    number: int
    is_last: bool
    before: Decimal | None
    after: Decimal | None
    is_waiting: bool
    count: int


@dataclass(frozen=True)
class Share:
    """`k` of `n`; n is 0 where no yardstick applies."""

    k: int
    n: int

    @property
    def percent(self) -> Decimal | None:
        return 100 * Decimal(self.k) / self.n if self.n else None


@dataclass(frozen=True)
class Result:
    """One group: how many there were, why some are not counted, and what the others show."""

    total: int
    no_before: int
    no_after: int
    waiting: int
    shares: dict[str, Share]
    before: Sample
    after: Sample
    change: Sample

    @property
    def counted(self) -> int:
        return self.total - self.no_before - self.no_after - self.waiting

    @property
    def effect(self) -> Effect:
        return effect(self.before, self.after, self.change)


def result_of(rows: Iterable[Pairs], rule: ChangeRule) -> Result:
    """Everything of one group. A pair leaves the denominator of a measure that does not apply to it, such as response
    from a baseline of 0."""
    missing, met, asked = Counter(), Counter(), Counter()
    before, after, change = Counter(), Counter(), Counter()
    total = 0
    for row in rows:
        total += row.count
        if why := _why_not(row):
            missing[why] += row.count
            continue
        before[row.before] += row.count
        after[row.after] += row.count
        change[row.after - row.before] += row.count
        found = measure_change(rule, row.before, row.after)
        for name, is_met in _answers(found).items():
            asked[name] += row.count
            met[name] += row.count if is_met else 0
    return Result(
        total=total,
        no_before=missing["no_before"],
        no_after=missing["no_after"],
        waiting=missing["waiting"],
        shares={name: Share(met[name], asked[name]) for name in MEASURES},
        before=Sample(before),
        after=Sample(after),
        change=Sample(change),
    )


def _why_not(row: Pairs) -> str:
    if row.before is None:
        return "no_before"
    if row.after is None:
        return "waiting" if row.is_waiting else "no_after"
    return ""


def _answers(change: Change) -> dict[str, bool]:
    told = {name: ask(change) for name, ask in MEASURES.items()}
    return {name: answer for name, answer in told.items() if answer is not None}
