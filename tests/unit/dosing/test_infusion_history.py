"""How much of an infusion ran (KAP-FORM-STOP)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

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


# A rate of 0 is a pause; the rest are rates a pump can be set to, in steps of 0.1 mL/h, exactly as they are stored.
RATES = st.one_of(st.just(Decimal(0)), st.integers(1, 9999).map(lambda tenths: Decimal(tenths) / 10))
SECONDS = st.integers(0, 3600)


@given(
    planned=st.integers(1, 200_000).map(lambda thousandths: Decimal(thousandths) / 1000),
    duration=st.integers(1, 240),
    start=st.integers(1, 9999).map(lambda tenths: Decimal(tenths) / 10),
    pieces=st.lists(st.tuples(SECONDS, RATES), max_size=8),
    last=SECONDS,
)
def test_partial_dose_is_the_sum_of_its_pieces_and_never_more_than_planned(planned, duration, start, pieces, last):
    """Piecewise constant rates with pauses: what ran is each rate times its own time, worked out here in fractions."""
    moment, rate, ran, changes = START, start, Fraction(0), []
    for seconds, new in pieces:
        moment += timedelta(seconds=seconds)
        ran += Fraction(rate) * seconds
        changes.append(Change(moment, new))
        rate = new
    until = moment + timedelta(seconds=last)
    ran += Fraction(rate) * last
    whole = Fraction(start) * duration * 60

    given_mg = given_until(planned, duration, minutes_at_start_rate(START, start, changes, until))

    expected = Fraction(planned) * min(Fraction(1), ran / whole)
    assert 0 <= given_mg <= planned
    assert abs(Fraction(given_mg) - expected) <= Fraction(1, 200) + Fraction(1, 10**9)


@given(st.lists(st.tuples(st.integers(0, 1800), st.sampled_from([0, 75, 150])), max_size=5), st.integers(1, 3600))
def test_time_in_a_pause_adds_nothing(pieces, pause):
    moment, changes = START, []
    for seconds, rate in pieces:
        moment += timedelta(seconds=seconds)
        changes.append(Change(moment, Decimal(rate)))
    paused = [*changes, Change(moment, Decimal(0))]

    assert minutes_at_start_rate(START, RATE, paused, moment + timedelta(seconds=pause)) == minutes_at_start_rate(
        START, RATE, changes, moment
    )
