from datetime import timedelta

import pytest
from django.utils import timezone

from tests.builders import accounts


@pytest.fixture
def other_clinic():
    return accounts.clinic_with_staff(name="Other Practice")


@pytest.fixture(scope="session")
def hours_ago():
    """A moment for sessions that pages look at "now"."""
    return lambda hours: timezone.now() - timedelta(hours=hours)


@pytest.fixture
def sign_in(client):
    """A test client signed in as this Actor."""
    return lambda actor: accounts.sign_in(client, actor)
