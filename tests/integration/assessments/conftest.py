"""A clinic with one patient on whose team the prescriber, nurse and therapist are."""

import pytest

from tests.builders import accounts, patients


@pytest.fixture
def clinic(db):
    return accounts.clinic_with_staff()


@pytest.fixture
def patient(clinic):
    return patients.patient_with_team(clinic)


@pytest.fixture
def other_clinic(db):
    return accounts.clinic_with_staff(name="Other Practice")
