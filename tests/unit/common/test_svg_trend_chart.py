"""The drawing of scores over days: what it shows, and that no text lies on a mark or on another text."""

from datetime import date, timedelta
from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.svg import sparkline
from common.svg.labels import along, spot, thinned, width_of
from common.svg.trend_chart import Band, Dose, Score, build


def chart(scores, doses=(), **more):
    return build(scores, doses, lowest=D(0), highest=D(27), **more)


def test_trend_without_scores_says_so():
    drawn = chart([])
    assert drawn.description == "No scores yet."
    assert (drawn.lines, drawn.dots, drawn.end_label, drawn.baseline_y) == ((), (), "", "")


def test_trend_orders_by_day_and_breaks_at_an_unanswered_questionnaire():
    days = [(20, 9), (1, 21), (8, 15), (14, None), (27, 8)]
    drawn = chart([Score(date(2026, 1, day), None if value is None else D(value)) for day, value in days])
    assert [len(line.split()) for line in drawn.lines] == [2, 2]
    assert [dot.words for dot in drawn.missing] == ["14 Jan 2026: not answered"]
    assert drawn.end_label == "8"
    assert "4 answered, 1 not answered, 0 doses" in drawn.description


def test_trend_draws_the_baseline_and_its_value():
    drawn = chart([Score(date(2026, 1, 1), D("21.0"), is_baseline=True), Score(date(2026, 2, 1), D(9))])
    assert drawn.baseline_label == "Baseline 21"
    assert drawn.dots[0].y == drawn.baseline_y


def test_unanswered_baseline_is_not_drawn():
    drawn = chart([Score(date(2026, 1, 1), None, is_baseline=True), Score(date(2026, 2, 1), D(9))])
    assert drawn.baseline_y == ""
    assert drawn.description.startswith("No baseline.")


def test_bands_cover_the_whole_range_without_gaps():
    bands = [Band(D(0), D(4), "Minimal"), Band(D(5), D(9), "Mild"), Band(D(10), D(27), "More")]
    areas = chart([], bands=bands).bands
    assert [area.label for area in areas] == ["Minimal", "Mild", "More"]
    assert sum(D(area.height) for area in areas) == D(chart([]).bottom) - D(chart([]).top)


def test_doses_before_the_first_score_are_inside_the_plot():
    drawn = chart([Score(date(2026, 3, 1), D(9))], [Dose(date(2026, 1, 5), "1")])
    assert D(drawn.left) <= D(drawn.doses[0].x) < D(drawn.dots[0].x) <= D(drawn.right)
    assert drawn.doses[0].words == "5 Jan 2026: dose 1"


def test_long_course_labels_months_with_the_year():
    drawn = chart([Score(date(2024, 1, 1), D(9)), Score(date(2026, 1, 1), D(3))])
    assert drawn.date_ticks[0].label == "Jan 2024"
    assert len(drawn.date_ticks) <= 8


def test_sparkline_says_first_last_and_count():
    drawn = sparkline.build([D(21), None, D("8.0")], lowest=D(0), highest=D(27))
    assert drawn.words == "From 21 to 8 over 2 values"
    assert drawn.lines == ()
    assert len(drawn.lone_dots) == 2


def test_sparkline_of_nothing_and_of_one_value():
    assert sparkline.build([], lowest=D(0), highest=D(1)).words == "No values"
    one = sparkline.build([D(1)], lowest=D(0), highest=D(1))
    assert (one.words, one.last_y) == ("One value: 1", "4")


def test_places_in_an_order_have_names_instead_of_days():
    first, dose, then = date(2000, 1, 1), date(2000, 1, 2), date(2000, 1, 3)
    drawn = chart(
        [Score(first, D(20), is_baseline=True, place="Before"), Score(then, D(8), place="After 1")],
        [Dose(dose, "1", place="Dose of session 1")],
        axis=[(first, "Before"), (then, "After 1")],
    )
    assert [tick.label for tick in drawn.date_ticks] == ["Before", "After 1"]
    assert [tick.place for tick in drawn.date_ticks] == [dot.x for dot in drawn.dots]
    assert [dot.words for dot in drawn.dots] == ["Before: 20", "After 1: 8"]
    assert drawn.doses[0].words == "Dose of session 1"
    assert "on After 1" in drawn.description
    assert drawn.place_label == "When"


BEGIN = date(2026, 1, 1)
SEVERITIES = [
    Band(D(0), D(4), "minimal"),
    Band(D(5), D(9), "mild"),
    Band(D(10), D(14), "moderate"),
    Band(D(15), D(19), "moderately severe"),
    Band(D(20), D(27), "severe"),
]


def inside_texts(drawn) -> dict:
    """The boxes of the texts that are placed by what is around them."""
    found = {}
    if drawn.end_label:
        found["value"] = spot(drawn.end_label, D(drawn.end_x), D(drawn.end_y)).box
    if drawn.baseline_label:
        found["baseline"] = spot(drawn.baseline_label, D(drawn.baseline_label_x), D(drawn.baseline_label_y)).box
    return found


def assert_nothing_overlaps(drawn) -> None:
    texts, slack = inside_texts(drawn), D("0.1")
    for name, box in texts.items():
        for dose in drawn.doses:
            is_beside = box.right <= D(dose.x) + slack or D(dose.x) - slack <= box.left
            assert is_beside or box.bottom <= D(drawn.top) - 7, (name, dose)
        for dot in drawn.dots:
            x, y = D(dot.x), D(dot.y)
            assert not (box.left + 1 < x < box.right - 1 and box.top + 1 < y < box.bottom - 1), (name, dot)
        for area in drawn.bands:
            assert not box.touches(spot(area.label, D(drawn.band_label_x), D(area.label_y)).box), (name, area)
        assert box.right <= D(drawn.view_box.split()[2])
        for line in drawn.lines:
            points = [tuple(map(D, point.split(","))) for point in line.split()]
            for begin, end in pairwise(points):
                assert not any(box.touches(piece) for piece in along(begin, end)), (name, line)
    if len(texts) == 2:
        assert not texts["value"].touches(texts["baseline"])
    shown = [(D(dose.x), width_of(dose.label) / 2) for dose in drawn.doses if dose.label]
    for (x, half), (next_x, next_half) in pairwise(shown):
        assert x + half <= next_x - next_half + slack


values = st.none() | st.integers(0, 27)
scores = st.dictionaries(st.integers(0, 200), values, max_size=12)
doses = st.lists(st.integers(0, 200), max_size=60, unique=True)


@settings(max_examples=300, deadline=None)
@given(scores=scores, doses=doses, bands=st.sampled_from([[], SEVERITIES]))
def test_no_text_lies_on_a_mark_or_on_another_text(scores, doses, bands):
    told = [
        Score(BEGIN + timedelta(days=day), None if value is None else D(value), is_baseline=place == 0)
        for place, (day, value) in enumerate(sorted(scores.items()))
    ]
    marks = [Dose(BEGIN + timedelta(days=day), str(number)) for number, day in enumerate(sorted(doses), start=1)]
    assert_nothing_overlaps(chart(told, marks, bands=bands))


@pytest.mark.parametrize("until", [8, 9, 10, 11, 14])
def test_the_newest_value_keeps_off_the_line_of_the_next_dose(until):
    """Nine sessions in nine weeks, and the newest score just before one more."""
    told = [Score(BEGIN + timedelta(weeks=week), D(20 - week), is_baseline=week == 0) for week in range(until)]
    marks = [Dose(BEGIN + timedelta(weeks=week, days=1), str(week + 1)) for week in range(until)]
    drawn = chart(told, marks, bands=SEVERITIES)
    assert_nothing_overlaps(drawn)
    assert drawn.end_label == str(20 - until + 1)
    assert [dose.label for dose in drawn.doses] == [str(week + 1) for week in range(until)]


def test_labels_of_doses_that_stand_close_leave_each_other_room():
    assert thinned([(D(0), "1"), (D(4), "2"), (D(12), "3"), (D(14), "4"), (D(40), "5")]) == ["1", "", "3", "", "5"]
    close = chart([Score(BEGIN, D(9))], [Dose(BEGIN + timedelta(days=day), str(day)) for day in range(0, 100, 2)])
    assert_nothing_overlaps(close)
    assert len(close.doses) == 50
    assert all(dose.words for dose in close.doses)


def test_what_is_left_out_of_an_order_is_not_called_unanswered():
    first, later = date(2026, 1, 1), date(2026, 1, 5)
    drawn = chart([Score(first, None, place="Before"), Score(later, D(9), place="After session 1")])
    assert [dot.words for dot in drawn.missing] == ["Before: not shown"]
    assert "1 shown, 1 not shown" in drawn.description
