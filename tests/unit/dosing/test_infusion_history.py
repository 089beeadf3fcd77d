"""How much of an infusion ran (KAP-FORM-STOP)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.arithmetic import DoseInputError
from dosing.infusion_history import Change, given_until, minutes_at_start_rate, rate_before_pause, rate_now

START = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
RATE = Decimal("150.0")


def at(minutes):
    return START + timedelta(minutes=minutes)


def given_after(minutes, changes=(), planned="35", duration=40):
    ran = minutes_at_start_rate(START, RATE, list(changes), at(minutes))
    return given_until(Decimal(planned), duration, ran)


@pytest.mark.parametrize(
    ("minutes", "mg"), [(0, "0.00"), (22, "19.25"), (39, "34.13"), (40, "35"), (41, "35"), (300, "35")]
)
def test_steady_rate(minutes, mg):
    assert given_after(minutes) == Decimal(mg)


def test_pause_counts_nothing():
    changes = [Change(at(10), Decimal(0)), Change(at(25), RATE)]
    assert given_after(35, changes) == given_after(20)


def test_half_rate_gives_half():
    assert given_after(30, [Change(at(10), Decimal(75))]) == given_after(20)


def test_stopped_while_paused():
    assert given_after(60, [Change(at(10), Decimal(0))]) == given_after(10)


def test_times_that_run_backwards_are_refused():
    with pytest.raises(DoseInputError):
        minutes_at_start_rate(START, RATE, [Change(at(10), Decimal(0)), Change(at(5), RATE)], at(20))


def test_rates_now_and_before_the_pause():
    changes = [Change(at(5), Decimal(100)), Change(at(10), Decimal(0))]
    assert rate_now(RATE, []) == RATE
    assert rate_now(RATE, changes) == 0
    assert rate_before_pause(RATE, changes) == 100
    assert rate_before_pause(RATE, changes[1:]) == RATE


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0, 50, 100, 150, 300])), max_size=6), st.integers(0, 240)
)
def test_never_negative_never_more_than_planned_and_never_falling(steps, last):
    moment, changes = 0, []
    for minutes, rate in steps:
        moment += minutes
        changes.append(Change(at(moment), Decimal(rate)))
    now, later = given_after(moment + last, changes), given_after(moment + last + 1, changes)
    assert 0 <= now <= later <= 35
