"""Which score is the baseline, and how far each later one is from it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from assessments import trend
from assessments.actions import cancel_set
from assessments.questionnaires_page import course_of
from assessments.trend import Mark, trend_of, trends_of
from tests.builders import accounts
from tests.builders import assessments as build


def phq9(patient, clinic, at, points):
    """A submitted PHQ-9 with this many points on the first eight questions, 3 each at most."""
    shares = {f"q{n + 1}": max(0, min(3, points - 3 * n)) for n in range(8)}
    return build.answered_set(patient, clinic.nurse, at, {"PHQ9": shares})


@pytest.fixture
def dose(monkeypatch):
    def at_times(*times):
        told = [Mark(time, str(number)) for number, time in enumerate(times, 1)]
        monkeypatch.setattr(trend.marks, "_answers", {"test": lambda patient_id, actor: told})

    return at_times


def test_without_a_dose_the_first_score_is_the_baseline(clinic, patient, at):
    for day, points in enumerate((20, 18, 8)):
        phq9(patient, clinic, at + timedelta(days=day), points)
    course = trend_of(patient.pk, "PHQ9", actor=clinic.nurse)
    assert [point.total for point in course.points] == [20, 18, 8]
    assert [point.is_baseline for point in course.points] == [True, False, False]
    assert course.points[0].change is None
    assert course.points[1].change.difference == -2
    assert course.latest.change.percent_improved == Decimal("60.00")
    assert course.latest.change.is_response is True


def test_the_last_score_before_the_first_dose_is_the_baseline(clinic, patient, at, dose):
    dose(at + timedelta(days=1, hours=1), at + timedelta(days=8))
    for day, points in enumerate((20, 18, 8)):
        phq9(patient, clinic, at + timedelta(days=day), points)
    course = trend_of(patient.pk, "PHQ9", actor=clinic.nurse)
    assert [point.is_baseline for point in course.points] == [False, True, False]
    assert [point.change and point.change.difference for point in course.points] == [None, None, -10]
    assert [mark.label for mark in course.marks] == ["1", "2"]


def test_scores_only_after_the_dose_start_from_the_first(clinic, patient, at, dose):
    dose(at - timedelta(days=1))
    phq9(patient, clinic, at, 10)
    assert trend_of(patient.pk, "PHQ9", actor=clinic.nurse).baseline.total == 10


def test_a_form_without_a_score_is_shown_and_never_compared(clinic, patient, at):
    phq9(patient, clinic, at, 12)
    blank = {f"q{n}": None for n in range(1, 10)}
    build.answered_set(patient, clinic.nurse, at + timedelta(days=1), {"PHQ9": blank})
    course = trend_of(patient.pk, "PHQ9", actor=clinic.nurse)
    assert course.latest.total is None
    assert course.latest.change is None


def test_a_triage_has_no_change(clinic, patient, at):
    for day in range(2):
        build.answered_set(patient, clinic.nurse, at + timedelta(days=day), {"ASQ": {}})
    course = trend_of(patient.pk, "ASQ", actor=clinic.nurse)
    assert [point.severity for point in course.points] == ["negative", "negative"]
    assert course.latest.change is None


def test_drafts_are_not_in_the_course(clinic, patient, at):
    build.given_set(patient, clinic.nurse, at)
    assert trends_of(patient.pk, actor=clinic.nurse) == {}
    assert trend_of(patient.pk, "PHQ9", actor=clinic.nurse).points == ()


def test_the_day_is_the_patients_own(clinic, patient, at):
    late = at.replace(hour=3)  # 23:00 of the day before in New York
    phq9(patient, clinic, late, 5)
    assert trend_of(patient.pk, "PHQ9", actor=clinic.nurse).latest.on == (late - timedelta(days=1)).date()


def test_only_those_who_may_see_questionnaires_see_a_course(clinic, other_clinic, patient, at):
    phq9(patient, clinic, at, 5)
    stranger = accounts.actor(accounts.staff(clinic.practice, at=at))
    for actor in (clinic.admin, stranger, other_clinic.nurse):
        assert trend_of(patient.pk, "PHQ9", actor=actor).points == ()


def test_all_courses_cost_two_queries_and_one_for_the_doses(clinic, patient, at, django_assert_num_queries):
    for day in range(3):
        build.answered_set(patient, clinic.nurse, at + timedelta(days=day), {"PHQ9": {}, "GAD7": {}, "SUDS": {}})
    with django_assert_num_queries(3):
        assert sorted(trends_of(patient.pk, actor=clinic.nurse)) == ["GAD7", "PHQ9", "SUDS"]


def test_what_was_due_and_never_answered_is_missing(clinic, patient, at, dose):
    """A set that ended when it was due, or later, leaves a gap; one taken back before it was due does not."""
    phq9(patient, clinic, at, 12)
    for due, ended in ((2, 3), (4, 3.5)):
        given = build.given_set(patient, clinic.nurse, at, ("PHQ9", "GAD7"), due_at=at + timedelta(days=due))
        cancel_set(assessment_set=given, by=clinic.nurse, at=at + timedelta(days=ended))
    dose(at.replace(hour=3) + timedelta(days=1))  # 23:00 of the day before in New York
    course = trend_of(patient.pk, "PHQ9", actor=clinic.nurse)
    assert course.unanswered == ((at + timedelta(days=2)).date(),)
    chart = course_of(course).chart
    assert [(item.on, item.score) for item in chart.scores] == [
        (at.date(), 12),
        ((at + timedelta(days=2)).date(), None),
    ]
    assert len(chart.missing) == 1
    assert chart.doses[0].words.startswith(f"{at.day} ")
