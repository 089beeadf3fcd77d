"""A practice with one person in each role, made once for all tests of a module."""

import pytest

from tests.builders import accounts
from tests.builders.copies import deepcopy


@pytest.fixture(scope="module")
def staffed(shared):
    """Joined on accounts.AT. An app whose tests begin on another day has its own."""
    return shared(accounts.clinic_with_staff)


@pytest.fixture
def clinic(db, staffed):
    """The practice and its people as Actors; see accounts.clinic_with_staff."""
    return deepcopy(staffed)
