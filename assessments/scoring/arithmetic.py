"""Sums, means and percents with exact halves: no float ever touches a score."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

Number = int | Decimal

CENTI = Decimal("0.01")


def mean_filled_total_half_up(answered: Sequence[int], item_count: int) -> int:
    """The total when blanks take the mean of the answered items; a half rounds up. Needs one answer."""
    exact = Decimal(sum(answered)) * item_count / len(answered)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def ratio_half_up(part: Number, whole: Number) -> Decimal:
    """part / whole to two decimals, a half rounds away from zero. `whole` is not zero."""
    return (Decimal(part) / Decimal(whole)).quantize(CENTI, ROUND_HALF_UP)


def percent_half_up(part: Number, whole: Number) -> Decimal:
    """100 x part / whole to two decimals, a half rounds away from zero. `whole` is not zero."""
    return (100 * Decimal(part) / Decimal(whole)).quantize(CENTI, ROUND_HALF_UP)
