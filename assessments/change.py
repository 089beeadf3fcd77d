"""How far a person has come since baseline: response, remission, reliable change, worsening."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from assessments.catalogue import get_instrument
from assessments.definitions import Instrument

Score = int | Decimal

RELIABLE_Z = Decimal("1.96")
LOWER_IS_BETTER = {"higher_worse": True, "higher_better": False}


class ChangeNotDefined(ValueError):
    """The instrument's result has no better and no worse end (a triage, a one-off experience)."""


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """The yardsticks of one instrument, in its points; None where no source gives one.

    A practice that sets its own uses `dataclasses.replace`. `response_points` is a fall in points that counts
    as response where the source does not use percent (PCL-5).
    """

    code: str
    low: int
    high: int
    lower_is_better: bool
    response_pct: int | None = None
    response_points: int | None = None
    remission_max: int | None = None
    reliable_change: Score | None = None
    meaningful_change: Score | None = None
    meaningful_pct: Decimal | None = None
    caseness_min: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """From baseline to a later score. None: no yardstick applies, so the pair leaves that denominator.

    `difference` is later minus baseline, as measured. `improvement` and `percent_improved` are positive when
    the person is better, whichever way the scale runs; the percent has two decimals, half up.
    """

    difference: Score
    improvement: Score
    percent_improved: Decimal | None
    is_response: bool | None
    is_remission: bool | None
    is_meaningful_improvement: bool | None
    is_reliable_improvement: bool | None
    is_reliable_deterioration: bool | None
    is_any_deterioration: bool
    is_recovery: bool | None


def change_rule(code: str) -> ChangeRule:
    """The rule for an instrument, sources AS-<code>-CUTOFFS.

    Raises UnknownInstrument, and ChangeNotDefined for instruments without a better and a worse end.
    """
    return rule_of(get_instrument(code))


def rule_of(instrument: Instrument) -> ChangeRule:
    """`change_rule` for an instrument at hand. Raises ChangeNotDefined."""
    if instrument.direction not in LOWER_IS_BETTER or instrument.scoring.low is None:
        raise ChangeNotDefined(f"Change over time is not defined for {instrument.code}.")
    names = (
        "response_pct",
        "response_points",
        "remission_max",
        "reliable_change",
        "meaningful_change",
        "meaningful_pct",
        "caseness_min",
    )
    return ChangeRule(
        code=instrument.code,
        low=instrument.scoring.low,
        high=instrument.scoring.high,
        lower_is_better=LOWER_IS_BETTER[instrument.direction],
        **{name: instrument.thresholds.get(name) for name in names},
    )


def measure_change(rule: ChangeRule, baseline: Score | None, later: Score | None) -> Change | None:
    """The change between two totals of one instrument, None when either is missing (not counted in change).

    Response: at least `response_pct` of a baseline above 0, judged before rounding. Remission: later total at
    or below `remission_max`. Reliable: at least `reliable_change` points. Recovery: reliable, and from a case
    to below `caseness_min`. Raises ValueError for a score outside the instrument's range or not a number.
    """
    if baseline is None or later is None:
        return None
    for total in (baseline, later):
        _refuse_out_of_range(rule, total)
    difference = later - baseline
    better = -difference if rule.lower_is_better else difference
    reliably_better = _reached(better, rule.reliable_change)
    return Change(
        difference=difference,
        improvement=better,
        percent_improved=_percent_half_up(better, baseline) if baseline > 0 else None,
        is_response=_is_response(rule, better, baseline),
        is_remission=None if rule.remission_max is None else later <= rule.remission_max,
        is_meaningful_improvement=_is_meaningful(rule, better, baseline),
        is_reliable_improvement=reliably_better,
        is_reliable_deterioration=_reached(-better, rule.reliable_change),
        is_any_deterioration=better < 0,
        is_recovery=_is_recovery(rule, baseline, later, reliably_better),
    )


def standard_error_of_difference(sd: Decimal, reliability: Decimal) -> Decimal:
    """SD x sqrt 2 x sqrt(1 - reliability), unrounded (Jacobson and Truax 1991, AS-RCI).

    `sd` is the baseline standard deviation in points, above 0; `reliability` is from 0 to below 1.
    Raises ValueError.
    """
    if not (sd > 0 and 0 <= reliability < 1):
        raise ValueError("Give a standard deviation above 0 and a reliability from 0 to below 1.")
    return sd * Decimal(2).sqrt() * (1 - reliability).sqrt()


def reliable_change_threshold(sd: Decimal, reliability: Decimal) -> Decimal:
    """The points a change must reach to be more than measurement error (1.96 standard errors), unrounded."""
    return RELIABLE_Z * standard_error_of_difference(sd, reliability)


def reliable_change_index(baseline: Score, later: Score, sd: Decimal, reliability: Decimal) -> Decimal:
    """(later - baseline) / standard error of the difference, unrounded; 1.96 or beyond is reliable."""
    return (later - baseline) / standard_error_of_difference(sd, reliability)


def _refuse_out_of_range(rule: ChangeRule, total: Score) -> None:
    is_number = type(total) is int or (type(total) is Decimal and total.is_finite())
    if not is_number or not rule.low <= total <= rule.high:
        raise ValueError(f"A {rule.code} total is a number from {rule.low} to {rule.high}.")


def _percent_half_up(better: Score, baseline: Score) -> Decimal:
    return (100 * Decimal(better) / Decimal(baseline)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _reached(points: Score, limit: Score | None) -> bool | None:
    return None if limit is None else points >= limit


def _is_response(rule: ChangeRule, better: Score, baseline: Score) -> bool | None:
    if baseline <= 0:
        return None
    if rule.response_pct is not None:
        return 100 * better >= rule.response_pct * baseline
    return _reached(better, rule.response_points)


def _is_meaningful(rule: ChangeRule, better: Score, baseline: Score) -> bool | None:
    if rule.meaningful_pct is not None:
        return 100 * better >= rule.meaningful_pct * baseline if baseline > 0 else None
    return _reached(better, rule.meaningful_change)


def _is_recovery(rule: ChangeRule, baseline: Score, later: Score, reliably_better: bool | None) -> bool | None:
    if rule.caseness_min is None or reliably_better is None or baseline < rule.caseness_min:
        return None
    return reliably_better and later < rule.caseness_min
