"""Planted patterns of nosy looks are all found, ordinary work is not, and each is acknowledged once (R14)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actor import system_actor
from common import audit
from common.errors import InvalidInput, StaleState
from common.models import AuditEvent
from patients import actions, tasks
from patients.access_report import access_events, row_of
from patients.models import UnusualLook
from tests.builders import accounts as people
from tests.builders import patients as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted(clinic):
    """One look of each kind by a nurse named Ruth Calloway, 31 charts by the prescriber, and ordinary work."""
    nurse = people.actor(people.staff(clinic.practice, full_name="Ruth Calloway", email="ruth@clinic.invalid"))
    home = {"address": "5 Quay Street"}
    made = {
        "own": build.patient_with_team(clinic, given_name="R.", email="Ruth@clinic.invalid", **home),
        "colleague": build.patient_with_team(clinic, email=clinic.therapist.user.email),
        "surname": build.patient_with_team(clinic, family_name="CALLOWAY"),
        "address": build.patient_with_team(clinic, address="5 quay  street"),
    }
    now = timezone.now()
    ordinary = [build.patient_with_team(clinic) for _ in range(31)]
    for person in [*made.values(), *ordinary[:3]]:
        for _ in range(2):
            audit.record(nurse, "patients.looked_at_chart", at=now - timedelta(minutes=5), subject=person)
    for number, person in enumerate(ordinary):
        at = now - timedelta(minutes=59) + timedelta(minutes=number)
        audit.record(clinic.prescriber, "patients.looked_at_chart", at=at, subject=person)
        slow = now - timedelta(minutes=10 * number)
        audit.record(clinic.therapist, "patients.looked_at_chart", at=slow, subject=person)
    audit.record_list(clinic.nurse, "patients.listed_patients", [person.pk for person in ordinary])
    return nurse, made


def test_planted_patterns_are_all_found_and_nothing_else(clinic, planted, as_):
    """R14: 5 of 5; again by the task adds nothing; each acknowledged once, never by the person it is about."""
    nurse, made = planted
    tasks.find_unusual_looks()
    found = {(row.membership_id, row.patient_id, row.pattern) for row in UnusualLook.objects.all()}
    expected = {(nurse.membership_id, person.pk, pattern) for pattern, person in made.items()}
    assert found == expected | {(clinic.prescriber.membership_id, None, "many")}
    client = as_(clinic.compliance)
    assert client.post(reverse("patients:find_unusual")).status_code == 302
    assert UnusualLook.objects.count() == 5
    look = UnusualLook.objects.get(pattern="own")
    address = reverse("patients:acknowledge_unusual", args=[look.pk])
    assert client.post(address, {"words": ""}).status_code == 422
    assert client.post(address, {"words": "Asked her; a mistake."}).status_code == 302
    assert "Asked her" in client.get(reverse("patients:unusual")).text
    with pytest.raises(StaleState):
        actions.acknowledge_unusual_look(look=look, by=clinic.compliance, at=timezone.now(), words="Again asked.")
    UnusualLook.objects.filter(pattern="surname").update(membership_id=clinic.compliance.membership_id)
    own = UnusualLook.objects.get(pattern="surname")
    with pytest.raises(InvalidInput):
        actions.acknowledge_unusual_look(look=own, by=clinic.compliance, at=timezone.now(), words="It was me.")


def test_report_says_who_opened_the_chart(clinic, patient, as_):
    """R55, R56: plain words, lists on demand, CSV with its own row; private notes do not exist for the patient."""
    as_(clinic.nurse).get(reverse("patients:overview", args=[patient.pk]))
    as_(clinic.nurse).get(reverse("patients:list"))
    audit.record(clinic.therapist, "integration_notes.saved_private_note", at=timezone.now(), patient_id=patient.pk)
    client, address = as_(clinic.compliance), reverse("patients:access_report", args=[patient.pk])
    page = client.get(address).text
    assert "Opened the chart" in page
    assert "in the list of patients" not in page
    assert "in the list of patients" in client.get(address, {"lists": "on"}).text
    lines = b"".join(client.get(address, {"as": "csv"})).decode().splitlines()
    assert lines[0] == "time,person,role,what,purpose,outcome"
    assert any("Opened the chart," in line for line in lines)
    told, whole = (
        [row_of(event) for event in access_events(patient, None, None, for_patient=hides)] for hides in (1, 0)
    )
    assert told
    assert not [row for row in told if "private" in row.what]
    assert [row for row in whole if "private" in row.what]
    assert as_(clinic.nurse).get(address).status_code == 403


def test_the_patient_is_handed_a_copy_without_health_and_private_notes(clinic, patient, as_):
    """R56, R10: who, when, why and the kind of act only, on paper and as a file, which is audited as theirs."""
    at = timezone.now()
    as_(clinic.nurse).get(reverse("patients:overview", args=[patient.pk]))
    as_(clinic.nurse).get(reverse("patients:list"))
    told = {"at": at, "patient_id": patient.pk}
    for action in ("integration_notes.saved_private_note", "assessments.looked_at_risk", "assessments.close_risk"):
        audit.record(clinic.therapist, action, **told)
    audit.record(clinic.prescriber, "denied", outcome="denied", **told)
    audit.record(clinic.prescriber, "integration_notes.looked_at_note", purpose=audit.EMERGENCY, **told)
    audit.record(system_actor("follow-ups", clinic.practice.pk), "followups.open_check_in", **told)
    client, address = as_(clinic.compliance), reverse("patients:access_report", args=[patient.pk])
    copy = {"copy": "on"}

    page = client.get(address, copy).text
    lines = b"".join(client.get(address, copy | {"as": "csv"})).decode().splitlines()

    kept = [line.split(",")[1:] for line in lines[1:]]
    assert lines[0] == "time,person,role,what,purpose"
    therapist, prescriber = clinic.therapist.name, clinic.prescriber.name
    assert [therapist, "Therapist", "Opened", "Treatment or operation"] in kept
    assert [prescriber, "Prescriber", "Was refused", "Treatment or operation"] in kept
    assert [prescriber, "Prescriber", "Opened", "Emergency access"] in kept
    assert sorted(what for who, _, what, _ in kept if who == therapist) == ["Opened", "Wrote in the record"]
    assert "Saw the name in a list" not in page
    assert "Saw the name in a list" in client.get(address, copy | {"lists": "on"}).text
    for word in ("private", "risk", "check in", "follow-ups"):
        assert word not in "".join(lines).lower(), word
        assert word not in page.partition("<tbody>")[2].partition("</tbody>")[0].lower(), word
    exported = AuditEvent.objects.get(action="patients.exported_access_report")
    assert (exported.patient_id, exported.detail["for"]) == (patient.pk, "patient")
    assert "copy=on" in client.get(address).text
