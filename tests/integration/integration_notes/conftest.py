"""A clinic with one person in each role, and the day after a dose."""

from datetime import timedelta

import pytest

from tests.builders import accounts, notes


@pytest.fixture(scope="module")
def staffed(shared):
    return shared(lambda: accounts.clinic_with_staff(at=notes.AT - timedelta(days=7)))


@pytest.fixture(scope="session")
def at():
    """Wednesday 3 June 2026, 14:00 in New York: a day after the dose."""
    return notes.AT


@pytest.fixture
def clock(monkeypatch):
    """Sets the time that pages read: `clock(moment)`."""

    def set_to(moment):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    return set_to


@pytest.fixture
def sign_in(client, at, clock):
    """Signs one person in on the day after the dose."""
    clock(at)
    return lambda person: accounts.sign_in(client, person)
