"""A practice with staff, a patient with a care team, and clients signed in as each."""

import pytest
from django.test import Client

from tests.builders import accounts as people
from tests.builders import patients as build


@pytest.fixture
def clinic(db):
    return people.clinic_with_staff()


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
