"""A practice with staff, a patient with a care team, and clients signed in as each."""

import pytest
from django.test import Client

from accounts.navigation import home_panels, navigation
from patients import chart
from tests.builders import accounts as people
from tests.builders import patients as build


@pytest.fixture
def other(db):
    """Another practice with staff and no patients."""
    return people.clinic_with_staff(name="Other Practice")


@pytest.fixture
def patient(clinic):
    """On its care team: prescriber, nurse, therapist."""
    return build.patient_with_team(clinic, given_name="Ada", family_name="Moss")


@pytest.fixture
def as_(db):
    """`as_(actor)` is a client signed in as that person."""
    return lambda actor: people.sign_in(Client(), actor)


@pytest.fixture(autouse=True)
def _only_this_app(monkeypatch):
    """What higher apps add to charts is tested with them; these tests see this app's part alone."""
    for registry in (chart.tabs, chart.summary, chart.series_panels, chart.sessions_given):
        monkeypatch.setattr(registry, "_answers", {})
    monkeypatch.setattr(home_panels, "_answers", {"patients": home_panels.get("patients")})
    monkeypatch.setattr(navigation, "_answers", {"patients": navigation.get("patients")})
