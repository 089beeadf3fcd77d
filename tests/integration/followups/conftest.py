"""A clinic with one person in each role, and the moment one of its patients was dosed."""

from datetime import timedelta

import pytest

from accounts.actor import system_actor
from tests.builders import accounts
from tests.builders import followups as build
from tests.builders.copies import deepcopy

DOSED_AT = build.AT


@pytest.fixture(scope="module")
def staffed(shared):
    return shared(lambda: accounts.clinic_with_staff(at=DOSED_AT - timedelta(days=7)))


@pytest.fixture
def dosed_at():
    """Tuesday 2 June 2026, 14:00 in New York."""
    return DOSED_AT


@pytest.fixture
def by(clinic):
    """The job that opens and sends."""
    return system_actor("follow-ups", clinic.practice.pk)


@pytest.fixture(scope="module")
def planned(shared, staffed):
    """Due Wednesday 3 June, 10:00 in New York."""
    return shared(lambda: build.first_check_in(staffed))


@pytest.fixture
def check_in(clinic, planned):
    return deepcopy(planned)


@pytest.fixture
def clock(monkeypatch):
    """Sets the time that tasks and pages read: `clock(moment)`."""

    def set_to(moment):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    return set_to


@pytest.fixture
def no_queue(monkeypatch):
    """Doorbells ring nowhere; the list holds the message ids they were for."""
    rung = []
    monkeypatch.setattr("followups.doorbell.ring_for", lambda pk: rung.append(str(pk)))
    return rung
