"""How long nothing is sent on a channel whose provider is not reached (F21). Pure rules."""

from datetime import timedelta

TRIPS_AFTER = 3  # failures in a row
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=1)  # of what the provider itself asks for


def pause_after(failures: int, asked_for: timedelta | None, spread: float) -> timedelta:
    """The pause after so many failures in a row: none before the third, then 1 minute, doubled, at most 15.

    `asked_for` is what the provider asked us to wait (Retry-After), at most an hour of it; it counts at once.
    `spread` is a number around 1 that keeps workers apart.
    """
    over = failures - TRIPS_AFTER
    ours = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(over, 10)) * spread if over >= 0 else timedelta(0)
    theirs = min(asked_for, LONGEST_WAIT) if asked_for else timedelta(0)
    return max(ours, theirs)
