"""The time zones that a person or a practice may choose, read from the machine's list once."""

from functools import cache
from zoneinfo import available_timezones


@cache
def known_time_zones() -> frozenset[str]:
    """Every zone name; reading them takes about 10 ms, since each is looked for in several folders."""
    return frozenset(available_timezones())
