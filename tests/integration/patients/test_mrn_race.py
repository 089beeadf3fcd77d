"""Registrations at the same moment never share an MRN."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Practice
from patients.models import Patient
from tests.builders import accounts as people
from tests.builders import patients as build


@pytest.mark.django_db
def test_a_number_taken_since_the_sign_in_is_not_taken_again():
    clinic = people.clinic_with_staff()
    assert clinic.nurse.practice.next_mrn == clinic.admin.practice.next_mrn == 1001
    mrns = [build.patient(by).mrn for by in (clinic.nurse, clinic.admin, clinic.nurse, clinic.prescriber)]
    assert mrns == ["1001", "1002", "1003", "1004"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_registrations_at_once_get_eight_numbers():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes one writer at a time")
    clinic = people.clinic_with_staff()

    def register(index: int) -> str:
        try:
            return build.patient(clinic.nurse, family_name=f"At once {index}").mrn
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        mrns = list(threads.map(register, range(24)))
    assert sorted(mrns, key=int) == [str(number) for number in range(1001, 1025)]
    assert Patient.objects.count() == 24
    assert Practice.objects.get().next_mrn == 1025
