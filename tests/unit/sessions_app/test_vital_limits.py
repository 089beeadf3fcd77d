"""The default ladder on both sides of each limit and in each overlap; changes from the baseline; two in a row."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.vital_limits import (
    DEFAULT_LADDER,
    Ladder,
    Severity,
    is_caution,
    is_hold,
    judge,
    words_of,
    worst,
)

T0 = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
N, C, W, X = Severity.NORMAL, Severity.CAUTION, Severity.WARNING, Severity.CRITICAL


@dataclass
class Reading:
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    heart_rate_bpm: int | None = None
    spo2_pct: int | None = None
    respiratory_rate: int | None = None
    moaas: int | None = None
    occurred_at: datetime = T0


def pressure(systolic, diastolic, minutes=0):
    return Reading(systolic, diastolic, occurred_at=T0 + timedelta(minutes=minutes))


def with_limits(**values) -> Ladder:
    kept = {name: value for name, value in {**DEFAULT_LADDER.values, **values}.items() if value is not None}
    return Ladder(kept, {"pressure": "Dr Vale (version 2)", "spo2_pct": "Dr Vale (version 2)"})


@pytest.mark.parametrize(
    ("systolic", "diastolic", "expected"),
    [
        (120, 80, N),
        (140, 90, N),
        (141, 90, C),
        (140, 91, C),
        (179, 109, C),
        (180, 100, W),
        (170, 110, W),
        (199, 119, W),
        (200, 100, X),
        (150, 120, X),
        (150, 125, X),
        (90, 60, N),
        (89, 60, W),
        (80, 50, W),
        (79, 50, X),
        # one number mild, the other not: the worse one decides
        (141, 110, W),
        (180, 91, W),
        (180, 120, X),
        (200, 91, X),
        (89, 88, W),
        (95, 91, C),
    ],
)
def test_pressure_on_both_sides_of_each_limit(systolic, diastolic, expected):
    assert worst(judge(pressure(systolic, diastolic), DEFAULT_LADDER)) is expected


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        ("heart_rate_bpm", 39, X),
        ("heart_rate_bpm", 40, W),
        ("heart_rate_bpm", 49, W),
        ("heart_rate_bpm", 50, N),
        ("heart_rate_bpm", 120, N),
        ("heart_rate_bpm", 121, W),
        ("heart_rate_bpm", 149, W),
        ("heart_rate_bpm", 150, X),
        ("spo2_pct", 94, N),
        ("spo2_pct", 93, W),
        ("spo2_pct", 90, W),
        ("spo2_pct", 89, X),
        ("spo2_pct", 85, X),
        ("respiratory_rate", 6, X),
        ("respiratory_rate", 7, X),
        ("respiratory_rate", 8, W),
        ("respiratory_rate", 9, W),
        ("respiratory_rate", 10, N),
        ("respiratory_rate", 24, N),
        ("respiratory_rate", 25, W),
        ("respiratory_rate", 35, W),
        ("respiratory_rate", 36, X),
        ("moaas", 5, N),
        ("moaas", 4, N),
        ("moaas", 3, W),
        ("moaas", 2, W),
        ("moaas", 1, X),
        ("moaas", 0, X),
    ],
)
def test_each_measure_on_both_sides_of_its_limits(measure, value, expected):
    findings = judge(Reading(**{measure: value}), DEFAULT_LADDER)

    assert worst(findings) is expected
    assert all(finding.source.startswith("KAP-MON-") for finding in findings)


@pytest.mark.parametrize(
    "reading",
    [
        Reading(spo2_pct=85),
        Reading(systolic_mmhg=200, diastolic_mmhg=80),
        Reading(heart_rate_bpm=150),
        Reading(respiratory_rate=6),
        Reading(systolic_mmhg=150, diastolic_mmhg=125),
    ],
)
def test_the_five_values_that_are_always_critical(reading):
    assert worst(judge(reading, DEFAULT_LADDER)) is X


def test_the_most_severe_finding_comes_first():
    reading = Reading(systolic_mmhg=150, diastolic_mmhg=95, heart_rate_bpm=130, spo2_pct=85)

    findings = judge(reading, DEFAULT_LADDER)

    assert [finding.severity for finding in findings] == [X, W, C]
    assert findings[0].sentence == "SpO2 85 % is below 90 %: open the airway, give oxygen, call."


def test_the_sentence_of_a_pressure_says_which_number():
    [high] = judge(pressure(205, 118), DEFAULT_LADDER)
    [low] = judge(pressure(150, 121), DEFAULT_LADDER)

    assert high.sentence == "Blood pressure 205/118 mmHg, systolic at or above 200: treat or stop now."
    assert low.sentence == "Blood pressure 150/121 mmHg, diastolic at or above 120: treat or stop now."


def test_a_value_not_taken_is_not_judged():
    assert judge(Reading(), DEFAULT_LADDER) == ()
    assert judge(Reading(systolic_mmhg=210), DEFAULT_LADDER) == ()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((100, 60), (139, 84), N),
        ((100, 60), (140, 60), C),
        ((100, 60), (100, 84), N),
        ((100, 60), (100, 85), C),
        ((130, 80), (170, 90), C),
    ],
)
def test_rise_above_the_baseline(first, second, expected):
    findings = judge(pressure(*second, minutes=40), DEFAULT_LADDER, baseline=pressure(*first))

    assert worst(findings) is expected


def test_rise_names_the_baseline_and_a_worse_absolute_value_wins():
    [rise] = judge(pressure(139, 86), DEFAULT_LADDER, baseline=pressure(98, 60))
    [absolute] = judge(pressure(181, 86), DEFAULT_LADDER, baseline=pressure(98, 60))

    assert rise.sentence == "Blood pressure 139/86 mmHg, systolic 41 above the baseline of 98: watch and repeat."
    assert (rise.severity, rise.source) == (C, "KAP-MON-BP-RISE")
    assert (absolute.severity, absolute.source) == (W, "KAP-MON-BP-WARNING")


@pytest.mark.parametrize(
    ("limits", "value", "expected"),
    [
        ({"spo2_caution_fall": 3}, 96, N),
        ({"spo2_caution_fall": 3}, 95, C),
        ({"spo2_warning_fall": 4}, 94, W),
        ({"spo2_warning_fall": 4}, 95, N),
    ],
)
def test_fall_below_the_baseline_when_a_practice_sets_one(limits, value, expected):
    findings = judge(Reading(spo2_pct=value), with_limits(**limits), baseline=Reading(spo2_pct=98))

    assert worst(findings) is expected
    assert all(finding.source == "Dr Vale (version 2)" for finding in findings)


@pytest.mark.parametrize(
    ("first", "second", "minutes", "is_critical"),
    [
        ((180, 100), (182, 100), 5, True),
        ((180, 100), (150, 110), 5, True),
        ((180, 100), (182, 100), 4, False),
        ((179, 109), (182, 100), 5, False),
        ((180, 100), (179, 109), 5, False),
    ],
)
def test_high_pressure_twice_five_minutes_apart_is_critical(first, second, minutes, is_critical):
    found = judge(pressure(*second, minutes=minutes), DEFAULT_LADDER, earlier=[pressure(*first)])

    assert (worst(found) is X) is is_critical


@pytest.mark.parametrize(
    ("between", "is_critical"),
    [
        ([pressure(182, 100, 2), pressure(181, 100, 4)], True),
        ([pressure(150, 100, 3)], False),
        ([Reading(spo2_pct=97, occurred_at=T0 + timedelta(minutes=3))], True),
    ],
)
def test_readings_close_together_do_not_hide_a_lasting_high_pressure(between, is_critical):
    earlier = [pressure(185, 100), *between]

    found = judge(pressure(184, 100, minutes=6), DEFAULT_LADDER, earlier=earlier)

    assert (worst(found) is X) is is_critical


def test_fast_heart_twice_is_critical_and_told_once():
    earlier = Reading(heart_rate_bpm=121)
    later = Reading(heart_rate_bpm=125, occurred_at=T0 + timedelta(minutes=5))

    [finding] = judge(later, DEFAULT_LADDER, earlier=[earlier])

    assert (finding.severity, finding.measure) == (X, "heart_rate_bpm")
    assert finding.sentence == "Heart rate above 120 twice, 5 minutes or more apart: treat or stop."
    assert worst(judge(later, DEFAULT_LADDER)) is W


def test_low_oxygen_twice_is_critical_only_where_a_practice_says_so():
    earlier, later = Reading(spo2_pct=93), Reading(spo2_pct=92, occurred_at=T0 + timedelta(minutes=4))

    assert worst(judge(later, DEFAULT_LADDER, earlier=[earlier])) is W
    assert worst(judge(later, with_limits(spo2_again_min=4), earlier=[earlier])) is X


@pytest.mark.parametrize(
    ("value", "hold", "caution"),
    [
        ((140, 90), False, False),
        ((141, 90), False, True),
        ((140, 91), False, True),
        ((159, 99), False, True),
        ((160, 80), True, True),
        ((120, 100), True, True),
    ],
)
def test_hold_and_caution_before_a_dose(value, hold, caution):
    assert is_hold(pressure(*value), DEFAULT_LADDER) is hold
    assert is_caution(pressure(*value), DEFAULT_LADDER) is caution


def test_the_practices_own_numbers_judge():
    ladder = with_limits(systolic_critical_from=190, systolic_hold_from=150)

    [finding] = judge(pressure(190, 80), ladder)

    assert (finding.severity, finding.source) == (X, "Dr Vale (version 2)")
    assert is_hold(pressure(150, 80), ladder)
    assert judge(pressure(185, 80), ladder)[0].source == "KAP-MON-BP-WARNING"


def test_words_name_value_and_unit():
    assert words_of(pressure(142, 88), "pressure") == "142/88 mmHg"
    assert words_of(Reading(spo2_pct=97), "spo2_pct") == "97 %"
