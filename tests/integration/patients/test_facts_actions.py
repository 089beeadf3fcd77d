"""Allergies, medicines and diagnoses: added, ended, never removed."""

from datetime import date
from uuid import uuid4

import pytest

from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from patients import actions
from patients.models import Allergy, Diagnosis, Medicine, TreatmentTrial

TODAY = date(2026, 6, 2)


@pytest.fixture
def allergy(clinic, patient, at):
    return actions.add_allergy(patient=patient, by=clinic.nurse, at=at, substance="Latex", severity="mild")


def test_an_allergy_is_added_with_its_audit_row(clinic, patient, allergy):
    event = AuditEvent.objects.get(action="patients.add_allergy")
    assert (event.object_id, event.patient_id, event.role, event.detail) == (allergy.pk, patient.pk, "nurse", {})


def test_the_same_substance_stands_once_and_may_come_back_after_it_ended(clinic, patient, allergy, at):
    add = {"patient": patient, "by": clinic.nurse, "at": at, "severity": "severe"}
    with pytest.raises(InvalidInput):
        actions.add_allergy(**add, substance="  LATEX ")
    actions.end_fact(fact=allergy, by=clinic.nurse, at=at, ended_on=TODAY)
    assert actions.add_allergy(**add, substance="Latex").severity == "severe"
    assert patient.allergies.ended().count() == 1


def test_a_retry_with_the_same_id_is_the_same_entry(clinic, patient, at):
    add = {"patient": patient, "by": clinic.nurse, "at": at, "id": uuid4(), "substance": "Nuts", "severity": "mild"}
    assert actions.add_allergy(**add) == actions.add_allergy(**add)
    assert Allergy.objects.count() == 1
    with pytest.raises(InvalidInput):
        actions.add_allergy(**(add | {"substance": "Eggs"}))


@pytest.mark.parametrize(
    ("field", "more"),
    [("substance", {"substance": " "}), ("severity", {"severity": "huge"}), ("substance", {"substance": "x" * 121})],
)
def test_an_allergy_without_its_facts_is_refused(clinic, patient, at, field, more):
    values = {"substance": "Nuts", "severity": "mild", **more}
    with pytest.raises(InvalidInput) as refusal:
        actions.add_allergy(patient=patient, by=clinic.nurse, at=at, **values)
    assert list(refusal.value.fields) == [field]
    assert not Allergy.objects.exists()


@pytest.mark.parametrize(
    ("name", "given", "stored"),
    [
        ("Lorazepam", "", "benzodiazepine"),
        ("Sertraline", "", "none"),
        ("Sertraline", "none", "none"),
        ("House mixture", "maoi", "maoi"),
        ("Lorazepam", "cns_depressant", "cns_depressant"),
    ],
)
def test_the_interaction_class_comes_from_the_name_or_the_person(clinic, patient, at, name, given, stored):
    row = actions.add_medicine(patient=patient, by=clinic.nurse, at=at, name=name, interaction=given)
    assert row.interaction == stored


def test_a_known_interaction_cannot_be_filed_as_none(clinic, patient, at):
    with pytest.raises(InvalidInput) as refusal:
        actions.add_medicine(patient=patient, by=clinic.nurse, at=at, name="Theophylline", interaction="none")
    assert "interaction" in refusal.value.fields
    assert not Medicine.objects.exists()


def test_days_in_the_future_are_refused_by_the_practices_own_day(clinic, patient, at):
    add = {"patient": patient, "by": clinic.nurse, "at": at, "name": "Sertraline"}
    with pytest.raises(InvalidInput):
        actions.add_medicine(**add, started_on=date(2026, 6, 3))
    assert actions.add_medicine(**add, started_on=TODAY).started_on == TODAY


def test_a_listed_diagnosis_brings_its_name_and_another_needs_one(clinic, patient, at):
    add = {"patient": patient, "by": clinic.prescriber, "at": at}
    assert actions.add_diagnosis(**add, code="f43 12").label == "Post-traumatic stress disorder, chronic"
    with pytest.raises(InvalidInput) as refusal:
        actions.add_diagnosis(**add, code="I10")
    assert "label" in refusal.value.fields
    assert actions.add_diagnosis(**add, code="I10", label="Hypertension").code == "I10"
    for code in ("nonsense", "F4", ""):
        with pytest.raises(InvalidInput):
            actions.add_diagnosis(**add, code=code, label="x")


def test_a_new_main_diagnosis_takes_the_place_of_the_one_before(clinic, patient, at):
    add = {"patient": patient, "by": clinic.prescriber, "at": at, "is_primary": True}
    first = actions.add_diagnosis(**add, code="F33.2")
    second = actions.add_diagnosis(**add, code="F43.12")
    assert list(Diagnosis.objects.filter(is_primary=True)) == [second]
    first.refresh_from_db()
    assert not first.is_primary


def test_ending_keeps_the_row_and_says_who(clinic, patient, allergy, at):
    ended = actions.end_fact(fact=allergy, by=clinic.prescriber, at=at, ended_on=TODAY)
    assert (ended.ended_on, ended.ended_by_id) == (TODAY, clinic.prescriber.membership_id)
    assert AuditEvent.objects.filter(action="patients.end_fact", object_id=allergy.pk).count() == 1


def test_ending_twice_is_stale_and_changes_nothing(clinic, patient, allergy, at):
    actions.end_fact(fact=allergy, by=clinic.nurse, at=at, ended_on=TODAY)
    with pytest.raises(StaleState):
        actions.end_fact(fact=allergy, by=clinic.prescriber, at=at, ended_on=date(2026, 6, 1))
    allergy.refresh_from_db()
    assert (allergy.ended_on, allergy.ended_by_id) == (TODAY, clinic.nurse.membership_id)


@pytest.mark.parametrize("day", [None, date(2026, 6, 3), date(2026, 5, 30)])
def test_an_end_needs_a_day_between_the_beginning_and_today(clinic, patient, at, day):
    row = actions.add_medicine(patient=patient, by=clinic.nurse, at=at, name="Sertraline", started_on=date(2026, 5, 31))
    with pytest.raises(InvalidInput):
        actions.end_fact(fact=row, by=clinic.nurse, at=at, ended_on=day)


@pytest.mark.parametrize(
    ("who", "error"), [("therapist", NotPermitted), ("admin", NotPermitted), ("compliance", NotPermitted)]
)
def test_other_roles_may_not_write_facts(clinic, patient, at, who, error):
    with pytest.raises(error):
        actions.add_allergy(patient=patient, by=getattr(clinic, who), at=at, substance="Nuts", severity="mild")


def test_another_practice_does_not_reach_the_patient(other, patient, allergy, at):
    with pytest.raises(OutOfScope):
        actions.add_allergy(patient=patient, by=other.nurse, at=at, substance="Nuts", severity="mild")
    with pytest.raises(OutOfScope):
        actions.end_fact(fact=allergy, by=other.nurse, at=at, ended_on=TODAY)


TRIED = {
    "treatment": "Sertraline",
    "what": "antidepressant",
    "was_adequate": True,
    "outcome": "none",
    "source": "records",
    "started_on": date(2025, 1, 1),
    "stopped_on": date(2025, 6, 1),
    "dose_text": "150 mg",
    "note": "Raised twice",
}


def test_an_earlier_treatment_is_kept_with_its_audit_row(clinic, patient, at):
    row = actions.add_trial(patient=patient, by=clinic.nurse, at=at, **TRIED)
    stored = TreatmentTrial.objects.get(pk=row.pk)
    assert {name: getattr(stored, name) for name in TRIED} == TRIED
    event = AuditEvent.objects.get(action="patients.add_treatmenttrial")
    assert (event.object_id, event.patient_id, event.role, event.detail) == (row.pk, patient.pk, "nurse", {})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("treatment", " "),
        ("treatment", "x" * 121),
        ("what", "magic"),
        ("was_adequate", None),
        ("outcome", ""),
        ("source", "rumour"),
        ("started_on", date(2026, 6, 3)),
        ("stopped_on", date(2026, 6, 3)),
        ("stopped_on", date(2024, 12, 31)),
    ],
)
def test_an_earlier_treatment_without_its_facts_is_refused(clinic, patient, at, field, value):
    with pytest.raises(InvalidInput) as refusal:
        actions.add_trial(patient=patient, by=clinic.nurse, at=at, **(TRIED | {field: value}))
    assert list(refusal.value.fields) == [field]
    assert not TreatmentTrial.objects.exists()


def test_the_same_treatment_stands_once_for_one_time(clinic, patient, at):
    add = {"patient": patient, "by": clinic.nurse, "at": at}
    first = actions.add_trial(**add, **TRIED)
    with pytest.raises(InvalidInput):
        actions.add_trial(**add, **(TRIED | {"treatment": "SERTRALINE"}))
    actions.add_trial(**add, **(TRIED | {"started_on": date(2024, 1, 1), "stopped_on": None}))
    actions.end_fact(fact=first, by=clinic.nurse, at=at, ended_on=TODAY)
    actions.add_trial(**add, **(TRIED | {"outcome": "not_tolerated"}))
    assert [patient.trials.standing().count(), patient.trials.ended().count()] == [2, 1]


@pytest.mark.parametrize("role", ["admin", "compliance"])
def test_the_office_adds_no_earlier_treatment(clinic, patient, at, role):
    with pytest.raises(NotPermitted):
        actions.add_trial(patient=patient, by=getattr(clinic, role), at=at, **TRIED)


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"outcome": "partial"}, True),
        ({"outcome": "response"}, False),
        ({"outcome": "not_tolerated"}, False),
        ({"was_adequate": False}, False),
    ],
)
def test_what_counts_as_failed(clinic, patient, at, change, counts):
    row = actions.add_trial(patient=patient, by=clinic.nurse, at=at, **(TRIED | change))
    assert patient.trials.failed().exists() == counts
    actions.end_fact(fact=row, by=clinic.nurse, at=at, ended_on=TODAY)
    assert not patient.trials.failed().exists()
