from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.monitoring import CLOCKS, DoseSpan, due_times, is_overdue, may_leave_from, missed, next_due

T0 = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)


def t(minutes):
    return T0 + timedelta(minutes=minutes)


def minutes_of(times):
    return [int((moment - T0).total_seconds() // 60) for moment in times]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("IM", [10, 20, 30, 45, 60, 90, 120, 150]),
        ("SC", [10, 20, 30, 45, 60, 90, 120, 150]),
        ("IN_RACEMIC", [20, 40, 60, 90, 120, 150]),
        ("SL", [20, 40, 60, 90, 120, 150]),
        ("PO", [20, 40, 60, 90, 120, 150]),
        ("ESK", [40, 60, 90, 120, 150]),
    ],
)
def test_due_times_of_a_single_dose(route, expected):
    assert minutes_of(due_times(CLOCKS[route], [DoseSpan(t(0), t(0))], t(149))) == expected


def test_due_times_of_a_running_infusion_every_ten_minutes():
    assert minutes_of(due_times(CLOCKS["IV"], [DoseSpan(t(0))], t(35))) == [10, 20, 30, 40]


def test_due_times_after_an_infusion_at_its_end_then_every_fifteen_minutes():
    found = due_times(CLOCKS["IV"], [DoseSpan(t(0), t(38))], t(100))

    assert minutes_of(found) == [10, 20, 30, 38, 53, 68, 83, 98, 113]


def test_due_times_of_a_second_infusion_begin_again():
    found = due_times(CLOCKS["IV"], [DoseSpan(t(0), t(40)), DoseSpan(t(60))], t(75))

    assert minutes_of(found) == [10, 20, 30, 40, 55, 70, 80]


@pytest.mark.parametrize(("gap", "expected"), [(10, [40, 60, 90, 120]), (11, [51, 71, 101, 131])])
def test_further_device_within_ten_minutes_keeps_the_schedule_of_the_first(gap, expected):
    doses = [DoseSpan(t(0), t(0)), DoseSpan(t(gap), t(gap))]

    assert minutes_of(due_times(CLOCKS["ESK"], doses, t(119)))[:4] == expected


def test_a_third_device_after_two_rests_keeps_the_schedule_of_the_first():
    """Ten minutes count from the device before: with rests of five and a half the third comes at T+11."""
    doses = [DoseSpan(t(minutes)) for minutes in (0, 5.5, 11)]
    assert minutes_of(due_times(CLOCKS["ESK"], doses, t(120)))[:4] == [40, 60, 90, 120]


def test_booster_ends_the_first_schedule():
    doses = [DoseSpan(t(0), t(0)), DoseSpan(t(12), t(12))]

    assert minutes_of(due_times(CLOCKS["IM"], doses, t(40)))[:4] == [10, 22, 32, 42]


def test_no_due_time_before_a_dose():
    assert due_times(CLOCKS["IM"], [], t(60)) == []


@pytest.mark.parametrize(("taken", "expected"), [(None, 10), (4, 10), (5, 20), (10, 20), (14, 20), (15, 30)])
def test_reading_covers_due_times_up_to_five_minutes_after_itself(taken, expected):
    due = [t(10), t(20), t(30)]

    found = next_due(CLOCKS["IM"], due, [] if taken is None else [t(taken)])

    assert found == t(expected)


@pytest.mark.parametrize(("minutes", "overdue"), [(40, False), (44, False), (45, True)])
def test_overdue_after_five_minutes(minutes, overdue):
    assert is_overdue(CLOCKS["IM"], t(40), t(minutes)) is overdue


def test_nothing_due_is_not_overdue():
    assert not is_overdue(CLOCKS["IM"], None, t(0))


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], [10, 20]),
        ([10, 20], []),
        ([5, 15], []),
        ([4, 20], [10]),
        ([19, 29], []),
        ([10], [20]),
        ([10, 30], [20]),
    ],
)
def test_missed_readings(taken, expected):
    due = [t(10), t(20), t(30)]

    assert minutes_of(missed(CLOCKS["IM"], due, [t(m) for m in taken], t(31))) == expected


def test_reading_not_yet_overdue_is_not_missed():
    assert missed(CLOCKS["IM"], [t(10)], [], t(14)) == []
    assert missed(CLOCKS["IM"], [t(10)], [], t(15)) == [t(10)]


@pytest.mark.parametrize(
    ("route", "minutes"),
    [("IM", 90), ("SC", 90), ("IN_RACEMIC", 120), ("SL", 120), ("PO", 120), ("ESK", 120)],
)
def test_minimum_observation_counts_from_the_last_dose(route, minutes):
    doses = [DoseSpan(t(0), t(0)), DoseSpan(t(10), t(10))]

    assert may_leave_from(CLOCKS[route], doses) == t(10 + minutes)
    assert CLOCKS[route].observe_min == minutes


def test_minimum_observation_of_an_infusion_counts_from_its_end():
    assert may_leave_from(CLOCKS["IV"], [DoseSpan(t(0), t(40))]) == t(100)


def test_nobody_may_leave_while_an_infusion_runs_or_before_a_dose():
    assert may_leave_from(CLOCKS["IV"], [DoseSpan(t(0))]) is None
    assert may_leave_from(CLOCKS["IV"], []) is None


@pytest.mark.parametrize(
    ("grace", "minutes", "overdue"), [(5, 44, False), (8, 47, False), (8, 48, True), (3, 43, True)]
)
def test_grace_of_the_practice_decides_what_is_overdue(grace, minutes, overdue):
    clock = replace(CLOCKS["IM"], grace_min=grace)

    assert is_overdue(clock, t(40), t(minutes)) is overdue


@pytest.mark.parametrize(("grace", "expected"), [(5, 20), (6, 30)])
def test_grace_of_the_practice_decides_how_early_a_reading_counts(grace, expected):
    clock = replace(CLOCKS["IM"], grace_min=grace)

    assert next_due(clock, [t(10), t(20), t(30)], [t(14)]) == t(expected)


def test_times_and_observation_of_the_practice_hold():
    clock = replace(CLOCKS["SL"], due_after=(15, 30), then_every=20, observe_min=150)

    assert minutes_of(due_times(clock, [DoseSpan(t(0), t(0))], t(60))) == [15, 30, 50, 70]
    assert may_leave_from(clock, [DoseSpan(t(0), t(0))]) == t(150)
