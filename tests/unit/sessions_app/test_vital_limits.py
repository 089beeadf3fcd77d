from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.vital_limits import (
    Severity,
    is_caution,
    is_hold,
    judge,
    judge_repeat,
    judge_with_earlier,
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
        (90, 60, N),
        (89, 60, W),
    ],
)
def test_pressure_on_both_sides_of_each_limit(systolic, diastolic, expected):
    assert worst(judge(pressure(systolic, diastolic))) is expected


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        ("heart_rate_bpm", 50, N),
        ("heart_rate_bpm", 49, W),
        ("heart_rate_bpm", 120, N),
        ("heart_rate_bpm", 121, W),
        ("spo2_pct", 94, N),
        ("spo2_pct", 93, W),
        ("spo2_pct", 90, W),
        ("spo2_pct", 89, X),
        ("spo2_pct", 85, X),
        ("respiratory_rate", 10, N),
        ("respiratory_rate", 9, W),
        ("respiratory_rate", 8, W),
        ("respiratory_rate", 7, X),
        ("respiratory_rate", 24, N),
        ("respiratory_rate", 25, W),
        ("moaas", 5, N),
        ("moaas", 4, N),
        ("moaas", 3, W),
        ("moaas", 2, W),
        ("moaas", 1, X),
        ("moaas", 0, X),
    ],
)
def test_each_measure_on_both_sides_of_its_limits(measure, value, expected):
    findings = judge(Reading(**{measure: value}))

    assert worst(findings) is expected
    assert all(finding.source.startswith("KAP-MON-") for finding in findings)


def test_the_most_severe_finding_comes_first():
    findings = judge(Reading(systolic_mmhg=150, diastolic_mmhg=95, heart_rate_bpm=130, spo2_pct=85))

    assert [finding.severity for finding in findings] == [X, W, C]
    assert findings[0].sentence.startswith("SpO2 85 %")


def test_a_value_not_taken_is_not_judged():
    assert judge(Reading()) == ()
    assert judge(Reading(systolic_mmhg=210)) == ()


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
    found = judge_repeat(pressure(*second, minutes=minutes), pressure(*first))

    assert bool(found) is is_critical


def test_fast_heart_twice_is_critical_and_told_once():
    earlier = Reading(heart_rate_bpm=121)
    later = Reading(heart_rate_bpm=125, occurred_at=T0 + timedelta(minutes=5))

    findings = judge_with_earlier(later, earlier)

    assert [(finding.severity, finding.measure) for finding in findings] == [(X, "heart_rate_bpm")]
    assert judge_repeat(later, None) == ()


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
    assert is_hold(pressure(*value)) is hold
    assert is_caution(pressure(*value)) is caution


def test_words_name_value_and_unit():
    assert words_of(pressure(142, 88), "pressure") == "142/88 mmHg"
    assert words_of(Reading(spo2_pct=97), "spo2_pct") == "97 %"
