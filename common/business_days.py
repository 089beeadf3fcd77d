"""Working days, Monday to Friday; holidays are the practice's to know."""

from datetime import date, timedelta

SATURDAY = 5


def next_business_day(day: date) -> date:
    """The first Monday to Friday after `day`."""
    following = day + timedelta(days=1)
    while following.weekday() >= SATURDAY:
        following += timedelta(days=1)
    return following
