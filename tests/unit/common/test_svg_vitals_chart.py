from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from common.svg.vitals_chart import Limit, Marker, Reading, build, minute_label


def reading(minute, systolic=120, diastolic=80, pulse=70, oxygen=98, **more):
    values = [None if value is None else D(value) for value in (systolic, diastolic, pulse, oxygen)]
    return Reading(minute, *values, **more)


def series(chart, name):
    return next(item for lane in chart.lanes for item in lane.series if item.measure == name)


def test_minute_label_counts_from_the_first_dose():
    assert [minute_label(m) for m in (-10, 0, 5, 65, 600)] == ["T−0:10", "T+0:00", "T+0:05", "T+1:05", "T+10:00"]


def test_chart_without_readings_still_has_three_lanes():
    chart = build([])
    assert [lane.label for lane in chart.lanes] == ["Blood pressure", "Heart rate", "Oxygen saturation"]
    assert chart.description == "No vital signs are recorded yet."


def test_readings_are_drawn_in_time_order_whatever_order_they_come_in():
    late_first = build([reading(30), reading(0), reading(15)])
    assert late_first == build([reading(0), reading(15), reading(30)])
    assert [r.minute for r in late_first.readings] == [0, 15, 30]


def test_missing_value_is_a_gap_with_a_mark_and_never_a_line_across():
    chart = build([reading(0), reading(10), reading(20, systolic=None), reading(30), reading(40)])
    line = series(chart, "Systolic")
    assert [len(stretch.split()) for stretch in line.lines] == [2, 2]
    assert [dot.words for dot in line.missing] == ["T+0:20: Systolic not taken"]
    assert len(chart.lanes[0].bands) == 2
    assert len(series(chart, "Heart rate").lines) == 1


def test_lone_value_between_gaps_is_a_dot_without_a_line():
    chart = build([reading(0, oxygen=None), reading(10), reading(20, oxygen=None)])
    line = series(chart, "SpO2")
    assert (line.lines, len(line.dots)) == ((), 1)


def test_critical_measure_is_marked_on_its_own_lane_only():
    chart = build([reading(0, oxygen=85, critical=("spo2_pct",))])
    assert [dot.is_critical for dot in series(chart, "SpO2").dots] == [True]
    assert [dot.is_critical for dot in series(chart, "Systolic").dots] == [False]
    assert "1 readings with a critical value" in chart.description


def test_end_label_says_the_last_value_that_was_taken():
    chart = build([reading(0, systolic=140), reading(10, systolic=None)])
    assert series(chart, "Systolic").end_label == "140 sys"


def test_end_labels_of_close_pressures_stand_apart():
    chart = build([reading(0, systolic=100, diastolic=99)])
    assert D(series(chart, "Diastolic").end_y) - D(series(chart, "Systolic").end_y) >= 14


def test_range_widens_for_values_and_limits_beyond_the_usual():
    chart = build([reading(0, systolic=231, oxygen=61)], limits=[Limit("systolic_mmhg", D(250), "250")])
    top_of = [lane.ticks[-1].label for lane in chart.lanes]
    assert top_of[0] in {"240", "260"}
    assert [limit.label for limit in chart.lanes[0].limits] == ["250"]
    assert chart.lanes[2].ticks[0].label in {"60", "70"}


def test_close_marker_labels_take_another_row():
    chart = build([], [Marker(0, "Dose 1, 40 mg", "dose"), Marker(1, "Nausea"), Marker(60, "Dose 2", "dose")])
    first, second, third = chart.markers
    assert first.label_y != second.label_y
    assert first.label_y == third.label_y


def test_marker_at_the_right_edge_turns_its_label_inward_and_a_long_one_is_cut():
    chart = build([], [Marker(0, "Start"), Marker(240, "Transferred to the emergency department", "critical")])
    last = chart.markers[-1]
    assert last.anchor == "end"
    assert last.label.endswith("…")
    assert len(last.label) <= 26


@given(st.lists(st.tuples(st.integers(-60, 600), st.integers(40, 300), st.integers(60, 100)), max_size=30))
def test_every_dot_lies_inside_the_drawing(rows):
    chart = build([reading(minute, systolic=top, oxygen=oxygen) for minute, top, oxygen in rows])
    width, height = (D(part) for part in chart.view_box.split()[2:])
    for lane in chart.lanes:
        for line in lane.series:
            assert all(0 <= D(dot.x) <= width and 0 <= D(dot.y) <= height for dot in line.dots)
