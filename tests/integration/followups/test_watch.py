"""Somebody notices when messages do not go out (F6): both sides of each limit, one practice at a time."""

from datetime import timedelta

import pytest

from followups import actions
from followups.watch import is_silent
from tests.builders import accounts


@pytest.mark.parametrize(("seconds", "silent"), [(-60, False), (119, False), (120, True)])
def test_due_check_in_that_nobody_opens(clinic, check_in, seconds, silent):
    at = check_in.due_at + timedelta(seconds=seconds)
    assert is_silent(at) is silent
    assert is_silent(at, clinic.practice.pk) is silent


@pytest.mark.parametrize(("seconds", "silent"), [(299, False), (300, True)])
def test_message_that_nobody_takes(clinic, check_in, by, seconds, silent):
    actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    assert is_silent(check_in.due_at + timedelta(seconds=seconds), clinic.practice.pk) is silent


def test_message_that_waits_for_the_morning_is_no_silence(clinic, check_in, by):
    night = check_in.due_at + timedelta(hours=12)
    actions.open_check_in(check_in=check_in, by=by, at=night)
    assert is_silent(night + timedelta(hours=9)) is False


def test_silence_of_another_practice_is_not_shown(clinic, check_in):
    other = accounts.clinic_with_staff(name="Other")
    assert is_silent(check_in.due_at + timedelta(hours=1), other.practice.pk) is False
