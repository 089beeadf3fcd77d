from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.svg.scale import Scale, bounds, coordinate, number, runs, spread, ticks, widest_step

values = st.decimals(min_value=-1000, max_value=1000, places=2)


@pytest.mark.parametrize(
    ("value", "text"),
    [("12.34", "12.3"), ("12.35", "12.4"), ("12.45", "12.4"), ("10.00", "10"), ("-0.01", "0"), ("1E+2", "100")],
)
def test_coordinate_is_a_tenth_half_to_even(value, text):
    assert coordinate(D(value)) == text


@pytest.mark.parametrize(("value", "text"), [("40.00", "40"), ("0.50", "0.5"), ("1E+2", "100"), ("100", "100")])
def test_number_has_no_trailing_zeros(value, text):
    assert number(D(value)) == text


def test_scale_may_run_upward_on_the_page():
    up = Scale(D(40), D(180), D(200), D(60))
    assert (up.place(40), up.place(180), up.place(110)) == ("200", "60", "130")


def test_scale_without_length_is_refused():
    with pytest.raises(ValueError, match="high end"):
        Scale(D(1), D(1), D(0), D(10))


@given(st.lists(values))
def test_bounds_hold_every_value(found):
    low, high = bounds(found, low=D(40), high=D(180), step=D(20))
    assert low <= D(40)
    assert high >= D(180)
    assert all(low <= value <= high for value in found)


def test_ticks_include_both_ends_only_on_multiples():
    scale = Scale(D(-10), D(30), D(0), D(40))
    assert [tick.label for tick in ticks(scale, D(15))] == ["0", "15", "30"]


@pytest.mark.parametrize(("span", "step"), [(50, 5), (51, 10), (100, 10), (5000, 60)])
def test_widest_step_takes_the_smallest_that_fits(span, step):
    assert widest_step(D(span), (5, 10, 60), 10) == step


def test_runs_break_at_missing_values():
    assert runs([1, 2, None, None, 3]) == [[1, 2], [3]]
    assert runs([]) == []


@given(st.lists(values).map(sorted))
def test_spread_keeps_order_and_distance(places):
    moved = spread(places, apart=D(14))
    assert all(after - before >= 14 for before, after in pairwise(moved))
    assert all(new >= old for new, old in zip(moved, places, strict=True))
