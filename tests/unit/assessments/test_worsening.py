"""When an answer is so much worse that a person has to look (KAP-RISK-WORSE)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from assessments.catalogue import get_instrument
from assessments.worsening import leaves_room, may_be_worse, watched_rule, worsening

FIRST = datetime(2026, 6, 1, tzinfo=UTC)


def scored(*totals: int) -> list:
    return [(FIRST + timedelta(days=7 * number), Decimal(total)) for number, total in enumerate(totals)]


@pytest.mark.parametrize(
    ("code", "earlier", "dose_after", "total", "expected"),
    [
        ("PHQ9", [10], None, 15, ""),
        ("PHQ9", [10], None, 16, "16 after 10, 6 points worse than the baseline"),
        ("PHQ9", [18, 4], None, 9, ""),
        ("PHQ9", [18, 4], None, 10, "10 after 4, 6 points worse than the time before"),
        ("PHQ9", [20, 8, 9], 3, 15, "15 after 9, 6 points worse than the time before"),
        ("PHQ9", [20, 8, 12], 10, 14, "14 after 8, 6 points worse than the baseline"),
        ("PHQ9", [], None, 27, ""),
    ],
)
def test_compared_with_the_baseline_and_with_the_time_before(code, earlier, dose_after, total, expected):
    """AS-PHQ9-CUTOFFS: 6 points."""
    rule, rows = watched_rule(get_instrument(code)), scored(*earlier)
    dose_at = FIRST + timedelta(days=dose_after) if dose_after else None
    said = worsening(rule, "Form", rows, dose_at, Decimal(total))
    assert (expected in said) if expected else said == ""
    assert not said or may_be_worse(rule, rows, Decimal(total))


def test_scales_without_a_reliable_change_are_not_watched():
    assert watched_rule(get_instrument("ASQ")) is None  # no better and no worse end
    assert watched_rule(get_instrument("VASMOOD")) is None  # no source gives a reliable change


def test_near_the_best_end_nothing_is_asked():
    rule = watched_rule(get_instrument("PHQ9"))
    assert not leaves_room(rule, Decimal(5))
    assert leaves_room(rule, Decimal(6))
    assert not may_be_worse(rule, scored(0, 3), Decimal(5))
