"""How many wrong passwords are too many: a pause that grows, never a lasting lock (R24). Pure rules, no database."""

from datetime import datetime, timedelta

FREE_TRIES = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
PER_ADDRESS, ADDRESS_WINDOW = 20, timedelta(hours=1)
PER_ACCOUNT, ACCOUNT_WINDOW = 20, timedelta(days=1)


def pause_after(failures: int) -> timedelta:
    """The pause after this many wrong passwords for one account from one address: 30 s, doubled, at most 1 h."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - FREE_TRIES, 10))


def refused_until(
    account_and_address: list[datetime], address: list[datetime], account: list[datetime], at: datetime
) -> datetime | None:
    """When the next try will be looked at, or None when it may be looked at now.

    The lists hold the times of wrong passwords, newest first: for this account from this address and for this
    account anywhere (last 24 h), and for any account from this address (last hour).
    """
    waits = []
    pause = pause_after(len(account_and_address))
    if pause:  # below that, a try made in the same moment must not refuse this one
        waits.append(account_and_address[0] + pause)
    if len(address) >= PER_ADDRESS:
        waits.append(address[PER_ADDRESS - 1] + ADDRESS_WINDOW)
    if len(account) >= PER_ACCOUNT:
        waits.append(account[PER_ACCOUNT - 1] + ACCOUNT_WINDOW)
    latest = max(waits, default=at)
    return latest if latest > at else None
