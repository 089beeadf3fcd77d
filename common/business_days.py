"""Business days: Monday to Friday less the federal holidays of the United States, kept on the day they are observed.

The clocks that run in them are federal: theft and significant loss of a controlled drug (21 CFR 1301.76(b)).
"""

from datetime import date, timedelta
from functools import cache

SATURDAY = 5


def next_business_day(day: date) -> date:
    """The first business day after `day`."""
    following = day + timedelta(days=1)
    while following.weekday() >= SATURDAY or following in _federal_holidays():
        following += timedelta(days=1)
    return following


@cache
def _federal_holidays():
    """Fills itself with the years that are asked for. Loaded late: few processes ever ask."""
    from holidays import country_holidays

    return country_holidays("US")
