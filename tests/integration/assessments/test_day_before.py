"""Fasting, medicines and the way home: told once, sealed, part of the set, left to the arrival when that is first."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.actor import patient_actor
from assessments import actions
from assessments.models import AssessmentSet, DayBefore
from common.errors import InvalidInput, NotPermitted, StaleState
from tests.builders import accounts, patients
from tests.builders import assessments as build

pytestmark = pytest.mark.django_db
AT = build.AT
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def given(clinic):
    patient = patients.patient_with_team(clinic, AT)
    return build.given_set(patient, clinic.nurse, AT, instruments=("SUDS",), asks_day_before=True)


def stored(assessment_set) -> AssessmentSet:
    return AssessmentSet.objects.select_related("patient", "day_before").get(pk=assessment_set.pk)


@pytest.mark.parametrize("day_before_first", [True, False])
def test_a_set_is_complete_with_both(clinic, given, day_before_first):
    parts = [
        lambda: build.told_day_before(stored(given), clinic.nurse, LATER),
        lambda: build.answered(given, "SUDS", clinic.nurse, LATER),
    ]
    first, second = parts if day_before_first else reversed(parts)
    first()
    assert stored(given).is_open
    second()
    assert stored(given).completed_at == LATER


def test_what_was_told_is_sealed_and_stays(clinic, given):
    told = build.told_day_before(given, clinic.nurse, LATER, **build.CHANGED)
    assert DayBefore.objects.get(pk=told.pk).medicines_note == "Sertraline raised to 100 mg"
    with connection.cursor() as cursor:
        cursor.execute("SELECT medicines_note, driver_name, driver_phone FROM assessments_daybefore")
        assert not any("Sertraline" in text or "Driver" in text or "0188" in text for text in cursor.fetchone())
    with pytest.raises(DatabaseError), transaction.atomic():
        DayBefore.objects.filter(pk=told.pk).update(medicines_changed=False)
    with pytest.raises(StaleState):
        build.told_day_before(stored(given), clinic.nurse, LATER)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"medicines_changed": True}, "medicines_note"),
        ({"medicines_changed": True, "medicines_note": "x" * 501}, "medicines_note"),
        ({"driver_name": " "}, "driver_name"),
        ({"driver_name": "x" * 121}, "driver_name"),
        ({"driver_phone": "later"}, "driver_phone"),
        ({"driver_phone": ""}, "driver_phone"),
    ],
)
def test_what_a_yes_asks_for_is_needed(clinic, given, told, field):
    with pytest.raises(InvalidInput) as refused:
        build.told_day_before(given, clinic.nurse, LATER, **told)
    assert list(refused.value.fields) == [field]
    assert not DayBefore.objects.exists()


def test_what_a_no_does_not_ask_for_is_not_kept(clinic, given):
    told = build.told_day_before(given, clinic.nurse, LATER, has_driver=False, medicines_note="none")
    assert (told.driver_name, told.driver_phone, told.medicines_note) == ("", "", "")


def test_only_the_team_or_the_link_to_this_set_may_tell(clinic, given):
    for who in (clinic.admin, accounts.actor(accounts.staff(clinic.practice, ["nurse"]))):
        with pytest.raises(NotPermitted):
            build.told_day_before(given, who, LATER)
    other, _ = build.link(build.given_set(given.patient, clinic.nurse, AT), clinic.nurse, AT)
    phone = patient_actor(given.patient, clinic.practice.pk)
    with pytest.raises(NotPermitted):
        build.told_day_before(given, phone, LATER, link=other)
    own, _ = build.link(given, clinic.nurse, AT)
    assert build.told_day_before(given, phone, LATER, link=own).told_to_id is None


def test_a_set_that_does_not_ask_takes_nothing(clinic, given):
    plain = build.given_set(given.patient, clinic.nurse, AT, instruments=("SUDS",))
    with pytest.raises(StaleState):
        build.told_day_before(plain, clinic.nurse, LATER)


def test_the_arrival_asks_in_person_what_is_still_open(clinic, given):
    build.answered(given, "SUDS", clinic.nurse, AT)
    actions.leave_to_arrival(assessment_set=stored(given), by=clinic.nurse, at=LATER)
    assert (stored(given).completed_at, stored(given).asks_day_before) == (LATER, False)
    alone = build.given_set(given.patient, clinic.nurse, AT, instruments=(), asks_day_before=True)
    actions.leave_to_arrival(assessment_set=alone, by=clinic.nurse, at=LATER)
    assert stored(alone).cancelled_at == LATER
    told = build.given_set(given.patient, clinic.nurse, AT, instruments=("SUDS",), asks_day_before=True)
    build.told_day_before(told, clinic.nurse, AT)
    actions.leave_to_arrival(assessment_set=stored(told), by=clinic.nurse, at=LATER)
    assert stored(told).asks_day_before


def test_staff_write_down_what_is_said_on_the_phone(clinic, given, client):
    address = reverse("assessments:day_before", args=[given.pk])
    assert client.get(address)["Location"].startswith("/sign-in/")
    assert accounts.sign_in(client, clinic.admin).get(address).status_code == 403
    assert accounts.sign_in(client, accounts.clinic_with_staff().nurse).get(address).status_code == 404
    nurse = accounts.sign_in(client, clinic.nurse)
    assert nurse.get(address).status_code == 200
    refused = nurse.post(address, {"will_fast": "yes", "medicines_changed": "yes", "has_driver": "no"})
    assert (refused.status_code, "Write what changed" in refused.content.decode()) == (422, True)
    told = {"will_fast": "no", "medicines_changed": "yes", "medicines_note": "Stopped lithium", "has_driver": "no"}
    page = nurse.post(address, told, follow=True).content.decode()
    for words in ("Stopped lithium", "Nobody yet", "Cannot or not sure", "1 of 2 answered"):
        assert words in page
    assert nurse.get(address)["Location"] == reverse("assessments:set", args=[given.pk])
