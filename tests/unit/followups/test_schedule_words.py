"""Quiet hours, recall periods and hours in words: both sides of every limit."""

from datetime import UTC, datetime

import pytest

from assessments.recall import looks_back_too_far
from followups.schedule import in_words, waking_time

NEW_YORK = "America/New_York"  # UTC-4 in June


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 6, 3, 11, 59, 59, tzinfo=UTC), datetime(2026, 6, 3, 12, 0, tzinfo=UTC)),  # 07:59:59
        (datetime(2026, 6, 3, 12, 0, tzinfo=UTC), datetime(2026, 6, 3, 12, 0, tzinfo=UTC)),  # 08:00
        (datetime(2026, 6, 4, 0, 59, 59, tzinfo=UTC), datetime(2026, 6, 4, 0, 59, 59, tzinfo=UTC)),  # 20:59:59
        (datetime(2026, 6, 4, 1, 0, tzinfo=UTC), datetime(2026, 6, 4, 12, 0, tzinfo=UTC)),  # 21:00
        (datetime(2026, 6, 4, 4, 0, tzinfo=UTC), datetime(2026, 6, 4, 12, 0, tzinfo=UTC)),  # midnight
    ],
)
def test_nothing_is_sent_from_nine_in_the_evening_to_eight_in_the_morning(moment, expected):
    assert waking_time(moment, NEW_YORK) == expected


@pytest.mark.parametrize(
    ("recall", "hours", "expected"),
    [
        ("2 weeks", 167, True),
        ("2 weeks", 168, False),
        ("past month (a past-week variant exists)", 671, True),
        ("past month (a past-week variant exists)", 672, False),
        ("1 month", 72, True),
        ("right now", 24, False),
        ("past few weeks / past week / lifetime / now", 24, False),
    ],
)
def test_questionnaires_that_ask_about_the_time_before_the_dose(recall, hours, expected):
    assert looks_back_too_far(recall, hours) is expected


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (1, "1 hour"),
        (24, "24 hours"),
        (36, "36 hours"),
        (47, "47 hours"),
        (48, "2 days"),
        (49, "49 hours"),
        (168, "7 days"),
    ],
)
def test_hours_in_words(hours, words):
    assert in_words(hours) == words
