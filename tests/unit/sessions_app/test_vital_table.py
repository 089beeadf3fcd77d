"""What a practice may set: within bounds and in order. Whatever it sets, no worse reading ever grades milder."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sessions_app.severity import Severity
from sessions_app.vital_limits import DEFAULT_LADDER, Ladder, judge, worst
from sessions_app.vital_table import LIMITS, MEASURES, default_values, limits_of, out_of_order
from tests.unit.sessions_app.test_vital_limits import T0, Reading

FIELDS = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_bpm", "spo2_pct", "respiratory_rate", "moaas")
RANGES = {
    "systolic_mmhg": (40, 300),
    "diastolic_mmhg": (20, 200),
    "heart_rate_bpm": (20, 250),
    "spo2_pct": (40, 100),
    "respiratory_rate": (0, 60),
    "moaas": (0, 5),
}
# Where the two sides of a measure meet: nothing grades at all. Beyond it, further out is worse.
MIDDLE = {"systolic_mmhg": 115, "diastolic_mmhg": 50, "heart_rate_bpm": 80, "spo2_pct": 100, "moaas": 5}
MIDDLE["respiratory_rate"] = 16


@st.composite
def ladders(draw) -> Ladder:
    """A set of limits that a practice may store, measure by measure."""
    kept = {}
    for measure in MEASURES:
        values = {}
        for limit in limits_of(measure):
            number = st.integers(limit.least, limit.most)
            values[limit.name] = draw(number if limit.is_required else st.none() | number)
        if out_of_order(measure, values):
            values = default_values(measure)
        kept |= {name: number for name, number in values.items() if number is not None}
    return Ladder(kept)


@st.composite
def readings(draw, minutes: int = 0) -> Reading:
    values = {name: draw(st.none() | st.integers(*RANGES[name])) for name in FIELDS}
    return Reading(**values, occurred_at=T0 + timedelta(minutes=minutes))


def worse(draw, reading: Reading, field: str) -> Reading | None:
    """The same reading with one number further from its middle, or None where that cannot be."""
    value, middle = getattr(reading, field), MIDDLE[field]
    if value is None or value == middle:
        return None
    low, high = RANGES[field]
    place = draw(st.integers(value, high) if value > middle else st.integers(low, value))
    return replace(reading, **{field: place})


def comes_back_to(baseline: Reading | None, reading: Reading, further: Reading, field: str) -> bool:
    """A low pressure that had risen above a still lower baseline falls towards it: that is no worse reading."""
    start = getattr(baseline, field) if baseline is not None else None
    return start is not None and getattr(further, field) < getattr(reading, field) and start < getattr(reading, field)


@given(st.data())
def test_no_worse_reading_ever_grades_milder(data):
    ladder = data.draw(ladders())
    baseline = data.draw(st.none() | readings(minutes=-20))
    earlier = [data.draw(readings(minutes=step)) for step in (0, 4, 9)]
    reading = data.draw(readings(minutes=12))
    field = data.draw(st.sampled_from(FIELDS))
    further = worse(data.draw, reading, field)
    assume(further is not None)
    assume(not comes_back_to(baseline, reading, further, field))

    mild = judge(reading, ladder, baseline=baseline, earlier=earlier)
    severe = judge(further, ladder, baseline=baseline, earlier=earlier)

    assert worst(severe).rank >= worst(mild).rank


@given(st.data())
def test_a_worse_earlier_reading_never_makes_this_one_milder(data):
    ladder, reading = data.draw(ladders()), data.draw(readings(minutes=8))
    earlier = data.draw(readings())
    further = worse(data.draw, earlier, data.draw(st.sampled_from(FIELDS)))
    assume(further is not None)

    assert (
        worst(judge(reading, ladder, earlier=[further])).rank >= worst(judge(reading, ladder, earlier=[earlier])).rank
    )


@pytest.mark.parametrize(
    "values",
    [
        {"spo2_pct": 85},
        {"systolic_mmhg": 200, "diastolic_mmhg": 80},
        {"heart_rate_bpm": 150},
        {"respiratory_rate": 6},
        {"systolic_mmhg": 150, "diastolic_mmhg": 125},
    ],
)
@given(ladder=ladders())
def test_whatever_a_practice_sets_these_stay_critical(ladder, values):
    assert worst(judge(Reading(**values), ladder)) is Severity.CRITICAL


@pytest.mark.parametrize("measure", MEASURES)
def test_the_defaults_are_in_bounds_and_in_order(measure):
    assert out_of_order(measure, default_values(measure)) == {}


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_number_out_of_bounds_is_refused_beside_it(limit):
    for number in (limit.least - 1, limit.most + 1):
        wrong = out_of_order(limit.measure, {**default_values(limit.measure), limit.name: number})

        assert str(limit.least) in wrong[limit.name]


@pytest.mark.parametrize("limit", [one for one in LIMITS if one.is_required], ids=lambda limit: limit.name)
def test_a_number_that_is_needed_cannot_be_left_out(limit):
    values = {name: number for name, number in default_values(limit.measure).items() if name != limit.name}

    assert set(out_of_order(limit.measure, values)) == {limit.name}


@pytest.mark.parametrize(
    ("measure", "changed", "beside"),
    [
        ("pressure", {"systolic_critical_from": 170}, {"systolic_critical_from"}),
        ("pressure", {"systolic_critical_from": 180}, set()),
        ("pressure", {"systolic_critical_from": 179}, {"systolic_critical_from"}),
        ("pressure", {"diastolic_critical_from": 109}, {"diastolic_critical_from"}),
        ("pressure", {"systolic_warning_from": 159}, {"systolic_warning_from"}),
        ("pressure", {"systolic_hold_from": 140}, {"systolic_hold_from"}),
        ("pressure", {"systolic_hold_from": 141}, set()),
        ("pressure", {"systolic_critical_below": 90, "systolic_warning_below": 89}, {"systolic_critical_below"}),
        ("pressure", {"systolic_critical_below": 90, "systolic_warning_below": 90}, set()),
        ("pressure", {"systolic_warning_rise": 39}, {"systolic_warning_rise"}),
        ("pressure", {"systolic_warning_rise": 40, "systolic_critical_rise": 40}, set()),
        ("heart_rate_bpm", {"heart_rate_critical_from": 120}, {"heart_rate_critical_from"}),
        ("heart_rate_bpm", {"heart_rate_critical_from": 121}, set()),
        (
            "heart_rate_bpm",
            {"heart_rate_critical_below": 50, "heart_rate_warning_below": 49},
            {"heart_rate_critical_below"},
        ),
        ("spo2_pct", {"spo2_critical_below": 94, "spo2_warning_below": 93}, {"spo2_critical_below"}),
        ("spo2_pct", {"spo2_caution_fall": 6, "spo2_warning_fall": 5}, {"spo2_warning_fall"}),
        (
            "respiratory_rate",
            {"respiratory_rate_critical_above": 24, "respiratory_rate_warning_above": 25},
            {"respiratory_rate_critical_above"},
        ),
        ("moaas", {"moaas_critical_to": 3, "moaas_warning_to": 2}, {"moaas_critical_to"}),
        ("moaas", {"moaas_caution_to": 3}, set()),
    ],
)
def test_a_step_that_begins_before_a_milder_one_is_refused_beside_it(measure, changed, beside):
    assert set(out_of_order(measure, {**default_values(measure), **changed})) == beside


def test_the_refusal_says_what_is_milder():
    wrong = out_of_order("pressure", {**default_values("pressure"), "systolic_critical_from": 170})

    assert wrong["systolic_critical_from"] == "Critical would begin before the warning (from 180). Move one of them."


def test_every_default_is_in_the_ladder():
    assert DEFAULT_LADDER.values == {one.name: one.default for one in LIMITS if one.default is not None}
