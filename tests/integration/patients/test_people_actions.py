"""Registering, changing and discharging a person: MRNs, duplicates, versions, audit."""

from datetime import date
from uuid import uuid4

import pytest

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from patients import actions
from patients.models import Patient
from tests.builders import accounts as people
from tests.builders import patients as build

pytestmark = pytest.mark.django_db


def audited(action: str) -> AuditEvent:
    return AuditEvent.objects.get(action=f"patients.{action}")


def test_register_issues_the_next_mrn_of_each_practice(clinic, at):
    other = people.clinic_with_staff(name="Other")
    numbers = [build.patient(clinic.nurse, at).mrn for _ in range(3)]
    assert numbers == ["1001", "1002", "1003"]
    assert build.patient(other.nurse, at).mrn == "1001"


def test_register_writes_the_audit_row_without_a_name(clinic, at):
    row = build.patient(clinic.nurse, at, family_name="Zanzibar")
    event = audited("register_patient")
    assert (event.patient_id, event.role, event.actor_id) == (row.pk, "nurse", clinic.nurse.user_id)
    assert "Zanzibar" not in str(event.detail)


def test_the_registering_clinician_joins_the_team_and_an_admin_does_not(clinic, at):
    by_nurse = build.patient(clinic.nurse, at, team=[clinic.therapist])
    by_admin = build.patient(clinic.admin, at, team=[clinic.prescriber])
    assert {m.membership_id for m in by_nurse.team.now()} == {
        clinic.nurse.membership_id,
        clinic.therapist.membership_id,
    }
    assert [m.membership_id for m in by_admin.team.now()] == [clinic.prescriber.membership_id]


def test_a_team_member_of_another_practice_is_refused(clinic, at):
    stranger = people.clinic_with_staff(name="Other").nurse
    with pytest.raises(InvalidInput) as refusal:
        build.patient(clinic.nurse, at, team=[stranger])
    assert "team" in refusal.value.fields
    assert not Patient.objects.exists()


@pytest.mark.parametrize("role", ["therapist", "compliance"])
def test_register_is_refused_to_other_roles(clinic, at, role):
    with pytest.raises(NotPermitted):
        build.patient(getattr(clinic, role), at)


def test_a_possible_duplicate_blocks_until_a_reason_is_given(clinic, at):
    details = {"family_name": "Núñez", "birth_date": date(1980, 5, 5)}
    first = build.patient(clinic.nurse, at, **details)
    with pytest.raises(Blocked) as refusal:
        build.patient(clinic.nurse, at, **(details | {"family_name": "NUNEZ"}))
    (blocker,) = refusal.value.blockers
    assert blocker.code == "POSSIBLE_DUPLICATE"
    assert first.mrn in blocker.sentence
    reason = {"POSSIBLE_DUPLICATE": "Twin sister, identity card seen"}
    second = build.patient(clinic.nurse, at, **details, overrides=reason)
    assert (second.mrn, second.duplicate_reason) == ("1002", "Twin sister, identity card seen")
    assert AuditEvent.objects.get(object_id=second.pk).detail["overridden"] == {"POSSIBLE_DUPLICATE": [str(first.pk)]}


def test_a_duplicate_outside_the_care_team_is_told_without_its_mrn(clinic, at):
    details = {"family_name": "Moss", "birth_date": date(1980, 5, 5)}
    build.patient(clinic.prescriber, at, **details)
    with pytest.raises(Blocked) as refusal:
        build.patient(clinic.nurse, at, **details)
    assert "1001" not in refusal.value.blockers[0].sentence


def test_the_same_name_in_another_practice_is_no_duplicate(clinic, at):
    details = {"family_name": "Moss", "birth_date": date(1980, 5, 5)}
    build.patient(people.clinic_with_staff(name="Other").nurse, at, **details)
    assert build.patient(clinic.nurse, at, **details).mrn == "1001"


def test_the_same_id_again_is_the_same_patient(clinic, at):
    details = {"id": uuid4(), "given_name": "Ada", "family_name": "Moss", "birth_date": date(1980, 5, 5)}
    first = build.patient(clinic.nurse, at, **details)
    assert build.patient(clinic.nurse, at, **details) == first
    assert Patient.objects.count() == 1


def test_a_known_id_with_other_content_or_by_somebody_else_is_refused(clinic, at):
    details = {"id": uuid4(), "given_name": "Ada", "family_name": "Moss", "birth_date": date(1980, 5, 5)}
    build.patient(clinic.nurse, at, **details)
    for by, more in ((clinic.nurse, {"given_name": "Eve"}), (clinic.prescriber, {})):
        with pytest.raises(InvalidInput):
            build.patient(by, at, **(details | more))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", " "),
        ("family_name", ""),
        ("birth_date", date(2026, 6, 3)),
        ("birth_date", date(1890, 1, 1)),
        ("time_zone", "Mars/Base"),
        ("email", "nobody"),
        ("phone", "call me"),
        ("height_cm", 49),
        ("height_cm", 251),
        ("sex_at_birth", "x"),
        ("pronouns", "x" * 41),
    ],
)
def test_register_refuses_bad_details_beside_the_field(clinic, at, field, value):
    with pytest.raises(InvalidInput) as refusal:
        build.patient(clinic.nurse, at, **{field: value})
    assert list(refusal.value.fields) == [field]
    assert not Patient.objects.exists()


def test_names_are_found_with_and_without_accents_and_by_mrn(clinic, at):
    row = build.patient(clinic.nurse, at, given_name="José", family_name="Ibáñez", preferred_name="Pepe")
    for words in ("josé", "JOSE", "ibanez", "pepe ibáñez", row.mrn):
        assert list(Patient.objects.matching(words)) == [row], words
    assert not Patient.objects.matching("josefa").exists()


def test_update_changes_the_details_the_search_text_and_the_version(clinic, at):
    row = build.patient(clinic.nurse, at)
    changed = actions.update_patient(
        patient=row, by=clinic.nurse, at=at, version=1, family_name="Newname", email_allowed=False
    )
    assert (changed.family_name, changed.version, changed.email_allowed) == ("Newname", 2, False)
    assert list(Patient.objects.matching("newname")) == [row]
    assert audited("update_patient").detail == {"fields": ["email_allowed", "family_name"], "version": 1}


def test_update_with_an_old_version_changes_nothing(clinic, at):
    row = build.patient(clinic.nurse, at)
    actions.update_patient(patient=row, by=clinic.nurse, at=at, version=1, phone="555 010 0111")
    with pytest.raises(StaleState):
        actions.update_patient(patient=row, by=clinic.nurse, at=at, version=1, phone="555 010 0122")
    assert Patient.objects.get().phone == "555 010 0111"


def test_update_refuses_unknown_fields_and_bad_values(clinic, at):
    row = build.patient(clinic.nurse, at)
    for field, value in (("mrn", "1"), ("registered_at", at), ("birth_date", None), ("family_name", "")):
        with pytest.raises(InvalidInput):
            actions.update_patient(patient=row, by=clinic.nurse, at=at, version=1, **{field: value})


def test_update_by_an_admin_may_not_touch_the_height(clinic, at):
    row = build.patient(clinic.nurse, at)
    actions.update_patient(patient=row, by=clinic.admin, at=at, version=1, phone="555 010 0111")
    with pytest.raises(NotPermitted):
        actions.update_patient(patient=row, by=clinic.admin, at=at, version=2, height_cm=170)


def test_update_off_the_team_and_in_another_practice(clinic, at):
    row = build.patient(clinic.nurse, at)
    with pytest.raises(NotPermitted):
        actions.update_patient(patient=row, by=clinic.prescriber, at=at, version=1, phone="")
    other = people.clinic_with_staff(name="Other")
    with pytest.raises(OutOfScope):
        actions.update_patient(patient=row, by=other.admin, at=at, version=1, phone="")


def test_care_ends_only_without_an_open_series_and_can_go_on(clinic, at):
    row = build.patient_with_team(clinic, at)
    series = build.series(row, clinic.prescriber, at)
    with pytest.raises(Blocked):
        actions.end_care(patient=row, by=clinic.prescriber, at=at)
    actions.close_series(series=series, by=clinic.prescriber, at=at, closing_reason="Remission reached")
    ended = actions.end_care(patient=row, by=clinic.prescriber, at=at)
    assert not ended.is_in_care
    with pytest.raises(StaleState):
        actions.end_care(patient=row, by=clinic.prescriber, at=at)
    with pytest.raises(Blocked):
        build.series(ended, clinic.prescriber, at)
    assert actions.resume_care(patient=ended, by=clinic.nurse, at=at).is_in_care
    assert audited("end_care").patient_id == audited("resume_care").patient_id == row.pk
