"""A clinic with one person in each role, fresh for every test."""

import pytest

from accounts.access import scope_tests
from sessions_app.models import RosterEntry
from tests.builders import accounts


def _on_roster(membership_id, session_id) -> bool:
    return RosterEntry.objects.filter(membership_id=membership_id, session_id=session_id, left_at=None).exists()


try:
    scope_tests.get("roster")
except KeyError:
    scope_tests.register("roster", _on_roster)


@pytest.fixture
def clinic(db):
    return accounts.clinic_with_staff()
