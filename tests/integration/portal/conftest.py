"""A clinic, a patient with a set of two questionnaires, and a link to it."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.builders import accounts, patients
from tests.builders import assessments as build
from tests.builders.copies import deepcopy


@pytest.fixture(scope="module")
def staffed(shared):
    return shared(lambda: accounts.clinic_with_staff(phone="555 777 8899"))


@pytest.fixture(scope="module")
def person(shared, staffed):
    return shared(lambda: patients.patient_with_team(staffed, given_name="Rosalind", family_name="Quimby"))


@pytest.fixture
def patient(clinic, person):
    return deepcopy(person)


class Phone:
    """A browser without any sign-in that holds a link."""

    def __init__(self, patient, token: str):
        self.client, self.patient, self.token = Client(enforce_csrf_checks=False), patient, token

    def open(self):
        return self.client.get(reverse("portal:open", args=[self.token]))

    def pass_birth_date(self, day=None):
        day = day or self.patient.birth_date
        told = {"month": day.month, "day": day.day, "year": day.year}
        return self.client.post(reverse("portal:birth_date"), told)

    def enter(self):
        self.open()
        self.pass_birth_date()
        return self

    def get(self, route, *args):
        return self.client.get(reverse(f"portal:{route}", args=args))

    def post(self, route, *args, **told):
        return self.client.post(reverse(f"portal:{route}", args=args), told)

    def send(self, number, code, **changed):
        told = {key: value for key, value in build.lowest_answers(code, **changed).items() if value is not None}
        return self.post("part", number, **told)


@pytest.fixture
def given(clinic, patient):
    return build.given_set(patient, clinic.nurse, timezone.now(), instruments=("PHQ9", "ASQ"))


@pytest.fixture
def phone(clinic, patient, given):
    link, token = build.link(given, clinic.nurse, timezone.now())
    made = Phone(patient, token)
    made.link = link
    return made


@pytest.fixture
def tablet(clinic, patient, given):
    link, token = build.link(given, clinic.nurse, timezone.now(), channel="tablet")
    made = Phone(patient, token)
    made.link = link
    return made


@pytest.fixture
def dead_links(clinic, patient):
    """A token for each way in which a link opens nothing."""
    at = timezone.now()

    def make(**more):
        row = build.given_set(patient, clinic.nurse, at, instruments=("SUDS",))
        return build.link(row, clinic.nurse, at, **more)

    expired, revoked, used, locked, cancelled = (make() for _ in range(5))
    rows = SimpleNamespace(model=type(expired[0]))
    rows.model.objects.filter(pk=expired[0].pk).update(expires_at=at)
    rows.model.objects.filter(pk=revoked[0].pk).update(revoked_at=at)
    build.answered(used[0].assessment_set, "SUDS", clinic.nurse, at)
    rows.model.objects.filter(pk=locked[0].pk).update(locked_at=at)
    type(cancelled[0].assessment_set).objects.filter(pk=cancelled[0].assessment_set_id).update(cancelled_at=at)
    return {
        "unknown": "A" * 43,
        "odd": "not-a-token.",
        "expired": expired[1],
        "revoked": revoked[1],
        "used": used[1],
        "locked": locked[1],
        "cancelled": cancelled[1],
    }
