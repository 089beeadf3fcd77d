"""Business days: weekends and the federal holidays, on the days they are observed (21 CFR 1301.76(b))."""

from datetime import date, timedelta

import pytest

from common.business_days import next_business_day


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 6, 1), date(2026, 6, 2)),
        (date(2026, 6, 5), date(2026, 6, 8)),
        (date(2026, 6, 6), date(2026, 6, 8)),
        (date(2026, 11, 25), date(2026, 11, 27)),  # Thanksgiving is a Thursday
        (date(2026, 7, 2), date(2026, 7, 6)),  # Independence Day, a Saturday, is observed on the Friday
        (date(2026, 12, 24), date(2026, 12, 28)),
        (date(2027, 12, 30), date(2028, 1, 3)),  # New Year's Day, a Saturday, is observed in the year before
    ],
)
def test_the_next_business_day(day, following):
    """R13, R50."""
    assert next_business_day(day) == following


def test_no_year_has_more_than_eleven_federal_holidays_on_weekdays():
    for year in range(2024, 2041):
        first = date(year, 1, 1)
        days = [first + timedelta(days=n) for n in range(365)]
        working = {next_business_day(day) for day in days}
        weekdays = {day for day in days[1:] if day.weekday() < 5}
        assert 9 <= len(weekdays - working) <= 12
