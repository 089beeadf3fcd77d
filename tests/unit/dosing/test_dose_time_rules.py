"""Which times a dose cannot have had, both sides of each neighbour, and what a corrected one breaks (KAP-DOSE-TIME)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from dosing.dose_time_rules import DoseTimes, broken_limits, wrong_time
from dosing.limits import DEFAULTS, GENERAL

WAS = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALONE = DoseTimes(was_at=WAS, first_order_at=WAS - 2 * HOUR)
NEIGHBOURS = {
    "before": (-30 * MINUTE, -1, "given first in this session"),
    "after": (30 * MINUTE, 1, "next dose of this session"),
    "goes_on_until": (20 * MINUTE, 1, "cannot have begun later"),
    "earlier": (-72 * MINUTE, -1, "earlier session"),
    "later": (72 * MINUTE, 1, "later session"),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_neighbour_may_be_reached_but_not_passed(name):
    distance, side, words = NEIGHBOURS[name]
    times = replace(ALONE, **{name: WAS + distance})
    assert wrong_time(WAS + distance, WAS + 9 * HOUR, times) == ""
    assert words in wrong_time(WAS + distance + side * MINUTE, WAS + 9 * HOUR, times)


def test_now_the_first_order_and_the_time_itself_are_the_bounds():
    now = WAS + 26 * HOUR
    assert wrong_time(now, now, ALONE) == ""
    assert "in the future" in wrong_time(now + MINUTE, now, ALONE)
    assert wrong_time(ALONE.first_order_at, now, ALONE) == ""
    assert "No order was signed" in wrong_time(ALONE.first_order_at - MINUTE, now, ALONE)
    assert "recorded now" in wrong_time(WAS, now, ALONE)


def broken(given_at=WAS, order_until=date(2026, 6, 2), lot_until=date(2026, 6, 2), **times):
    order = SimpleNamespace(
        expires_on=order_until,
        min_hours_between=72,
        booster_after_min=None,
        series=SimpleNamespace(min_hours_between=96),
    )
    lot = SimpleNamespace(lot_number="L1", expires_on=lot_until)
    limits = {"limits": DEFAULTS["IM"], "general": GENERAL}
    found = broken_limits(given_at, given_at.date(), replace(ALONE, **times), order=order, lot=lot, **limits)
    return [one.code for one in found]


def test_spacing_of_the_plan_the_longest_that_is_broken():
    assert broken(earlier=WAS - 96 * HOUR) == []
    assert broken(earlier=WAS - 96 * HOUR + MINUTE) == ["SPACING_BELOW_PLAN"]
    assert broken(later=WAS + 96 * HOUR - MINUTE) == ["SPACING_BELOW_PLAN"]


def test_the_gap_to_the_dose_before_and_after_in_the_session():
    gap = timedelta(minutes=float(DEFAULTS["IM"].booster_after_min))
    assert broken(before=WAS - gap, after=WAS + gap) == []
    assert broken(before=WAS - gap + MINUTE, after=WAS + gap - MINUTE) == ["BOOSTER_TOO_SOON"] * 2


def test_order_and_lot_may_have_ended_by_then():
    day = WAS + timedelta(days=1)
    assert broken(day) == ["ORDER_EXPIRED", "LOT_EXPIRED"]
    assert broken(day, order_until=day.date(), lot_until=day.date()) == []
