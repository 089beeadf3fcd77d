"""A clinic with one patient on whose team the prescriber, nurse and therapist are."""

import pytest

from tests.builders import accounts, patients
from tests.builders.copies import deepcopy


@pytest.fixture(scope="module")
def person(shared, staffed):
    return shared(lambda: patients.patient_with_team(staffed))


@pytest.fixture
def patient(clinic, person):
    return deepcopy(person)


@pytest.fixture
def other_clinic(db):
    return accounts.clinic_with_staff(name="Other Practice")
