"""Screen, consent, care team and series: what is written, refused, and audited."""

from datetime import timedelta
from uuid import uuid4

import pytest

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from patients import actions
from patients.models import CareTeamMember, Consent, ConsentWithdrawal, ContraindicationAnswer, Patient, TreatmentSeries
from tests.builders import accounts as people
from tests.builders import patients as build

PLAN = {"indication": "PTSD", "route": "IM", "planned_sessions": 6, "min_hours_between": 72, "modality": "CBT"}


def answer(clinic, patient, at, who="nurse", **answers):
    given = {item: (word, "") for item, word in answers.items()}
    return actions.answer_contraindications(patient=patient, by=getattr(clinic, who), at=at, answers=given)


# the screen


def test_answers_are_new_rows_with_role_and_times(clinic, patient, at):
    (row,) = answer(clinic, patient, at, avm="no")
    answer(clinic, patient, at + timedelta(minutes=1), avm="yes")
    assert (row.recorded_as, row.recorded_by_id, row.occurred_at) == ("nurse", clinic.nurse.membership_id, at)
    assert ContraindicationAnswer.objects.count() == 2
    with pytest.raises(RecordFrozen):
        ContraindicationAnswer.objects.first().save()


def test_the_audit_of_the_screen_tells_numbers_only(clinic, patient, at):
    answer(clinic, patient, at, avm="yes", aneurysm="unknown")
    assert AuditEvent.objects.get(action="patients.answer_contraindications").detail == {"answered": 2}


@pytest.mark.parametrize("answers", [{}, {"nonsense": ("no", "")}, {"avm": ("maybe", "")}, {"avm": ("no", "x" * 301)}])
def test_a_screen_that_makes_no_sense_writes_nothing(clinic, patient, at, answers):
    given = answers | ({"aneurysm": ("no", "")} if answers else {})
    with pytest.raises(InvalidInput):
        actions.answer_contraindications(patient=patient, by=clinic.nurse, at=at, answers=given)
    assert not ContraindicationAnswer.objects.exists()


def test_a_late_answer_needs_a_reason(clinic, patient, at):
    values = {"patient": patient, "by": clinic.nurse, "at": at, "answers": {"avm": ("no", "")}}
    earlier = at - timedelta(minutes=16)
    with pytest.raises(InvalidInput) as refusal:
        actions.answer_contraindications(**values, occurred_at=earlier)
    assert "late_reason" in refusal.value.fields
    (row,) = actions.answer_contraindications(**values, occurred_at=earlier, late_reason="Asked by telephone")
    assert row.is_late
    with pytest.raises(InvalidInput):
        actions.answer_contraindications(**values, occurred_at=at + timedelta(minutes=1))


@pytest.mark.parametrize("who", ["therapist", "admin", "compliance"])
def test_the_screen_is_for_prescriber_and_nurse(clinic, patient, at, who):
    with pytest.raises(NotPermitted):
        answer(clinic, patient, at, who=who, avm="no")


# consent


def test_a_consent_is_kept_with_version_scope_and_signature(clinic, patient, at):
    row = build.consent(patient, clinic.therapist, at, signed_name="  Ada   Moss ")
    assert (row.scope, row.version, row.signed_name, row.recorded_as) == (
        "treatment",
        "2026-01",
        "Ada Moss",
        "therapist",
    )
    event = AuditEvent.objects.get(action="patients.record_consent")
    assert event.detail == {"scope": "treatment", "version": "2026-01"}
    assert event.patient_id == patient.pk


@pytest.mark.parametrize(
    ("field", "value"),
    [("scope", "party"), ("version", ""), ("version", "x" * 21), ("method", "pigeon"), ("signed_name", " ")],
)
def test_a_consent_without_its_facts_is_refused(clinic, patient, at, field, value):
    with pytest.raises(InvalidInput) as refusal:
        build.consent(patient, clinic.nurse, at, **{field: value})
    assert list(refusal.value.fields) == [field]
    assert not Consent.objects.exists()


def test_a_consent_is_withdrawn_once(clinic, patient, at):
    consent = build.consent(patient, clinic.nurse, at)
    later = at + timedelta(hours=1)
    actions.withdraw_consent(consent=consent, by=clinic.nurse, at=later, reason="Changed my mind")
    with pytest.raises(StaleState):
        actions.withdraw_consent(consent=consent, by=clinic.nurse, at=later, reason="Again")
    assert ConsentWithdrawal.objects.get().reason == "Changed my mind"
    event = AuditEvent.objects.get(action="patients.withdraw_consent")
    assert event.patient_id == patient.pk
    assert "mind" not in str(event.detail)


def test_a_withdrawal_before_the_signature_is_refused(clinic, patient, at):
    consent = build.consent(patient, clinic.nurse, at)
    with pytest.raises(InvalidInput):
        actions.withdraw_consent(
            consent=consent,
            by=clinic.nurse,
            at=at,
            reason="",
            occurred_at=at - timedelta(hours=1),
            late_reason="Wrote a letter",
        )


@pytest.mark.parametrize("who", ["admin", "compliance"])
def test_consents_are_for_the_team(clinic, patient, at, who):
    with pytest.raises(NotPermitted):
        build.consent(patient, getattr(clinic, who), at)


# care team


def test_joining_gives_sight_and_leaving_takes_it_at_once(clinic, patient, at):
    newcomer = people.actor(people.staff(clinic.practice, roles=["therapist"]))
    assert not Patient.objects.visible_to(newcomer).exists()
    add = {"patient": patient, "by": clinic.admin, "at": at, "membership_id": newcomer.membership_id}
    actions.add_to_team(**add)
    assert Patient.objects.visible_to(newcomer).get() == patient
    with pytest.raises(InvalidInput):
        actions.add_to_team(**add)
    actions.remove_from_team(**add)
    assert not Patient.objects.visible_to(newcomer).exists()
    with pytest.raises(StaleState):
        actions.remove_from_team(**add)
    actions.add_to_team(**add)
    assert CareTeamMember.objects.filter(membership_id=newcomer.membership_id).count() == 2
    told = AuditEvent.objects.filter(action__in=["patients.add_to_team", "patients.remove_from_team"])
    assert {event.detail["membership"] for event in told} == {str(newcomer.membership_id)}
    assert told.count() == 3


def test_only_clinicians_of_the_practice_join(clinic, other, patient, at):
    for stranger in (clinic.admin.membership_id, other.nurse.membership_id, uuid4()):
        with pytest.raises(InvalidInput):
            actions.add_to_team(patient=patient, by=clinic.admin, at=at, membership_id=stranger)


def test_the_last_of_a_team_stays_while_the_patient_is_in_care(clinic, at):
    row = build.patient(clinic.nurse, at)
    leave = {"by": clinic.admin, "at": at, "membership_id": clinic.nurse.membership_id}
    with pytest.raises(Blocked):
        actions.remove_from_team(patient=row, **leave)
    ended = actions.end_care(patient=row, by=clinic.nurse, at=at)
    actions.remove_from_team(patient=ended, **leave)


@pytest.mark.parametrize("who", ["therapist", "compliance"])
def test_teams_are_not_for_other_roles(clinic, patient, at, who):
    with pytest.raises(NotPermitted):
        actions.add_to_team(patient=patient, by=getattr(clinic, who), at=at, membership_id=clinic.nurse.membership_id)


def test_nobody_puts_themselves_on_a_team(clinic, at):
    row = build.patient(clinic.nurse, at)
    with pytest.raises(NotPermitted):
        actions.add_to_team(patient=row, by=clinic.prescriber, at=at, membership_id=clinic.prescriber.membership_id)


# series


def test_a_series_opens_once_and_again_after_it_closed(clinic, patient, at):
    first = actions.open_series(patient=patient, by=clinic.prescriber, at=at, **PLAN)
    with pytest.raises(Blocked) as refusal:
        actions.open_series(patient=patient, by=clinic.prescriber, at=at, **PLAN)
    assert refusal.value.blockers[0].code == "SERIES_ALREADY_OPEN"
    actions.close_series(series=first, by=clinic.prescriber, at=at, closing_reason="Remission reached")
    actions.open_series(patient=patient, by=clinic.prescriber, at=at, **(PLAN | {"route": "ESK"}))
    actions_written = set(AuditEvent.objects.filter(object_id=first.pk).values_list("action", flat=True))
    assert actions_written == {"patients.open_series", "patients.close_series"}


def test_a_series_opened_twice_with_one_id_is_one_series(clinic, patient, at):
    values = {"patient": patient, "by": clinic.prescriber, "at": at, "id": uuid4(), **PLAN}
    assert actions.open_series(**values) == actions.open_series(**values)
    assert TreatmentSeries.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("indication", "FLU"),
        ("route", "RECTAL"),
        ("modality", ""),
        ("planned_sessions", 0),
        ("planned_sessions", 61),
        ("planned_sessions", None),
        ("min_hours_between", 23),
        ("min_hours_between", 2161),
        ("review_after", 7),
        ("review_after", 0),
    ],
)
def test_a_plan_outside_its_limits_is_refused(clinic, patient, at, field, value):
    with pytest.raises(InvalidInput) as refusal:
        actions.open_series(patient=patient, by=clinic.prescriber, at=at, **(PLAN | {field: value}))
    assert field in refusal.value.fields
    assert not TreatmentSeries.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("planned_sessions", 1), ("planned_sessions", 60), ("min_hours_between", 24), ("min_hours_between", 2160)],
)
def test_a_plan_at_its_limits_is_accepted(clinic, patient, at, field, value):
    assert actions.open_series(patient=patient, by=clinic.prescriber, at=at, **(PLAN | {field: value}))


def test_the_plan_changes_only_from_the_version_that_was_seen(clinic, patient, at):
    series = build.series(patient, clinic.prescriber, at)
    plan = {"planned_sessions": 8, "min_hours_between": 48, "modality": "CBT", "review_after": None}
    changed = actions.change_series_plan(series=series, by=clinic.prescriber, at=at, version=1, **plan)
    assert (changed.planned_sessions, changed.version) == (8, 2)
    with pytest.raises(StaleState):
        actions.change_series_plan(series=series, by=clinic.prescriber, at=at, version=1, **plan)


def test_a_series_closes_once_with_a_reason(clinic, patient, at):
    series = build.series(patient, clinic.prescriber, at)
    with pytest.raises(InvalidInput):
        actions.close_series(series=series, by=clinic.prescriber, at=at, closing_reason="no")
    actions.close_series(series=series, by=clinic.prescriber, at=at, closing_reason="Moved away")
    with pytest.raises(StaleState):
        actions.close_series(series=series, by=clinic.prescriber, at=at, closing_reason="Moved again")
    series.refresh_from_db()
    assert series.closing_reason == "Moved away"


@pytest.mark.parametrize("who", ["nurse", "therapist", "admin", "compliance"])
def test_series_are_for_prescribers(clinic, patient, at, who):
    with pytest.raises(NotPermitted):
        actions.open_series(patient=patient, by=getattr(clinic, who), at=at, **PLAN)


def test_nothing_of_another_practice_can_be_written(clinic, other, patient, at):
    series, consent = build.series(patient, clinic.prescriber, at), build.consent(patient, clinic.nurse, at)
    by = {"by": other.prescriber, "at": at}
    before = AuditEvent.objects.count()
    for act in (
        lambda: answer(other, patient, at, avm="no"),
        lambda: build.consent(patient, other.nurse, at),
        lambda: actions.withdraw_consent(consent=consent, reason="", **by),
        lambda: actions.add_to_team(patient=patient, membership_id=other.nurse.membership_id, **by),
        lambda: actions.remove_from_team(patient=patient, membership_id=clinic.nurse.membership_id, **by),
        lambda: actions.open_series(patient=patient, **by, **PLAN),
        lambda: actions.close_series(series=series, closing_reason="Not mine", **by),
        lambda: actions.end_care(patient=patient, **by),
    ):
        with pytest.raises(OutOfScope):
            act()
    assert AuditEvent.objects.count() == before
