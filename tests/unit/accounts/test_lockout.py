"""The pause after wrong passwords, both sides of each limit."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.lockout import LONGEST_PAUSE, pause_after, refused_until

NOW = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600), (500, 3600)]
)
def test_pause_doubles_up_to_an_hour(failures, seconds):
    assert pause_after(failures) == timedelta(seconds=seconds)


def test_pause_is_never_lasting():
    assert pause_after(10**6) == LONGEST_PAUSE


def ago(*seconds):
    return [NOW - timedelta(seconds=s) for s in seconds]


def test_fifth_failure_pauses_for_thirty_seconds():
    assert refused_until(ago(29, 40, 50, 60, 70), [], [], NOW) == NOW + timedelta(seconds=1)
    assert refused_until(ago(30, 40, 50, 60, 70), [], [], NOW) is None
    assert refused_until(ago(1, 2, 3, 4), [], [], NOW) is None


def test_twenty_from_one_address_in_an_hour():
    assert refused_until([], ago(*range(60, 80)), [], NOW) == NOW - timedelta(seconds=79) + timedelta(hours=1)
    assert refused_until([], ago(*range(60, 79)), [], NOW) is None
    assert refused_until([], ago(*range(3581, 3601)), [], NOW) is None


def test_twenty_for_one_account_in_a_day():
    assert refused_until([], [], ago(*range(60, 80)), NOW) == NOW - timedelta(seconds=79) + timedelta(days=1)
    assert refused_until([], [], ago(*range(60, 79)), NOW) is None


def test_longest_wait_decides():
    assert refused_until(ago(1, 2, 3, 4, 5), ago(*range(1, 21)), [], NOW) == NOW - timedelta(seconds=20) + timedelta(
        hours=1
    )


def test_tries_in_the_same_moment_do_not_refuse_each_other():
    """Two signatures of one person at once: the other's try may bear a later time than ours."""
    assert refused_until([NOW + timedelta(milliseconds=5)], [], [], NOW) is None
    assert refused_until([NOW + timedelta(milliseconds=5), *ago(1, 2, 3, 4)], [], [], NOW) is not None
