from datetime import date
from decimal import Decimal as D

from common.svg import sparkline
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
