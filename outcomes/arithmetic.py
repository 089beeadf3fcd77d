"""Decides the statistics of pairs of scores and of how long a response lasts. No Django, no clock, no database.

Sources: KAP-OUT-EFFECT, KAP-OUT-CI, KAP-OUT-KEPT in docs/clinical/sources_outcomes.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

# Student's t, two-sided 95 %, by degrees of freedom; between two of them the smaller one is taken, which is wider.
T_95 = {
    **dict(enumerate(("12.706", "4.303", "3.182", "2.776", "2.571", "2.447", "2.365", "2.306", "2.262", "2.228"), 1)),
    **dict(enumerate(("2.201", "2.179", "2.160", "2.145", "2.131", "2.120", "2.110", "2.101", "2.093", "2.086"), 11)),
    **dict(enumerate(("2.080", "2.074", "2.069", "2.064", "2.060", "2.056", "2.052", "2.048", "2.045", "2.042"), 21)),
    **{40: "2.021", 60: "2.000", 80: "1.990", 100: "1.984", 1000: "1.962"},
}


def t_95(degrees_of_freedom: int) -> Decimal:
    """The factor of a 95 % interval; raises ValueError below 1."""
    if degrees_of_freedom < 1:
        raise ValueError("An interval needs at least two values.")
    return Decimal(T_95[max(known for known in T_95 if known <= degrees_of_freedom)])


@dataclass(frozen=True)
class Sample:
    """Values by how often each came; what is asked of fewer than two has no spread."""

    counts: Mapping[Decimal, int]

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def mean(self) -> Decimal | None:
        """Unrounded; None of nothing."""
        return sum(value * n for value, n in self.counts.items()) / Decimal(self.n) if self.n else None

    @property
    def sd(self) -> Decimal | None:
        """Of the sample (n - 1), unrounded."""
        mean = self.mean
        if mean is None or self.n < 2:
            return None
        squares = sum((value - mean) ** 2 * n for value, n in self.counts.items())
        return (squares / (self.n - 1)).sqrt()

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """95 % interval of the mean by Student's t."""
        if self.mean is None or self.sd is None:
            return None
        half = t_95(self.n - 1) * self.sd / Decimal(self.n).sqrt()
        return self.mean - half, self.mean + half


@dataclass(frozen=True)
class Effect:
    """Cohen's d three ways, since they differ by a third on one set of data; None where a spread is 0 or unknown."""

    by_average_sd: Decimal | None
    by_baseline_sd: Decimal | None
    by_change_sd: Decimal | None


def effect(before: Sample, after: Sample, change: Sample) -> Effect:
    """Mean change over the mean of both spreads, over the baseline's, over the change's; unrounded."""
    if before.sd is None or after.sd is None or change.sd is None or change.mean is None:
        return Effect(None, None, None)
    return Effect(
        _over(change.mean, (before.sd + after.sd) / 2), _over(change.mean, before.sd), _over(change.mean, change.sd)
    )


def _over(change: Decimal, spread: Decimal) -> Decimal | None:
    return change / spread if spread else None


@dataclass(frozen=True)
class Step:
    """One week in which somebody lost the response, or was seen last: `survival` is the share that still has it."""

    week: int
    at_risk: int
    events: int
    survival: Decimal

    @property
    def percent(self) -> Decimal:
        return 100 * self.survival


def kaplan_meier(followed: Iterable[tuple[int, bool]]) -> list[Step]:
    """Share still in response by week: (week, True) lost it then, (week, False) still had it when seen last.

    Who is seen last in a week counts as at risk in it. Unrounded, in the order of weeks.
    """
    weeks: dict[int, list[int]] = {}
    for week, is_event in followed:
        weeks.setdefault(week, [0, 0])[0 if is_event else 1] += 1
    at_risk, survival, steps = sum(map(sum, weeks.values())), Decimal(1), []
    for week in sorted(weeks):
        events, seen_last = weeks[week]
        if events:
            survival = survival * (at_risk - events) / at_risk
        steps.append(Step(week, at_risk, events, survival))
        at_risk -= events + seen_last
    return steps
