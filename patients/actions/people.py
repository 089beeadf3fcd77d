"""Registers a person, keeps the details current, and ends or resumes their care here."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.access import authorize
from accounts.actor import Actor
from accounts.models import Membership, Practice
from accounts.roles import Permission, Role
from common import audit, idempotency
from common.blockers import Blocker, refuse_unless_overridden
from common.errors import Blocked, InvalidInput, StaleState
from patients.duplicates import duplicate_blockers, twins_of
from patients.hooks import care_ended, contact_changed, zone_changed
from patients.models import CareTeamMember, Patient
from patients.person_rules import mobile_of, problems_of_person, search_text_of

CLINICAL_ROLES = (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST)
DETAILS = (
    "given_name",
    "family_name",
    "preferred_name",
    "pronouns",
    "birth_date",
    "sex_at_birth",
    "email",
    "phone",
    "mobile",
    "address",
    "time_zone",
    "email_allowed",
    "contact_by",
    "emergency_name",
    "emergency_phone",
    "emergency_relation",
    "height_cm",
)
NAMES = ("given_name", "family_name", "preferred_name")
CONTACT = {"email", "phone", "mobile"}


@transaction.atomic
def register_patient(
    *,
    by: Actor,
    at: datetime,
    id: UUID | None = None,
    given_name: str,
    family_name: str,
    birth_date: date,
    time_zone: str,
    preferred_name: str = "",
    pronouns: str = "",
    sex_at_birth: str = "unknown",
    email: str = "",
    phone: str = "",
    mobile: str = "",
    address: str = "",
    email_allowed: bool = True,
    contact_by: str = "email",
    emergency_name: str = "",
    emergency_phone: str = "",
    emergency_relation: str = "",
    height_cm: int | None = None,
    team=(),
    overrides: dict[str, str] | None = None,
) -> Patient:
    """Register a person under the practice's next MRN; a clinician who registers joins the care team.

    `team` holds ids of memberships of the practice. `height_cm` in whole centimetres. A person with the same birth
    date and family name blocks until `overrides["POSSIBLE_DUPLICATE"]` says why this is somebody else (KAP-PAT-DUP).
    The same `id` again by the same person answers with the stored patient. Raises InvalidInput, Blocked, NotPermitted.
    """
    given = locals()
    details = {name: _tidy(name, given[name]) for name in DETAILS}
    role = authorize(by, Permission.REGISTER_PATIENT, practice_id=by.practice_id)
    key = {"practice_id": by.practice_id, "birth_date": birth_date, "given_name": details["given_name"]}
    known = idempotency.replayed(_registered(), id, by=by, **key)
    if known:
        return known
    _refuse_problems(details, by, at)
    members = _members(by, team)
    twins = twins_of(by, birth_date, details["family_name"])
    passed = refuse_unless_overridden(duplicate_blockers(twins), overrides=overrides or {}, may=_may(by))
    mrn = issue_mrn(by)
    patient = Patient.objects.create(
        **({"id": id} if id else {}),
        **details,
        practice_id=by.practice_id,
        mrn=mrn,
        search_text=search_text_of(mrn=mrn, **{name: details[name] for name in NAMES}),
        duplicate_reason=passed[0][1][:300] if passed else "",
        registered_at=at,
        registered_by_id=by.membership_id,
    )
    CareTeamMember.objects.bulk_create(
        CareTeamMember(patient=patient, membership_id=pk, joined_at=at, added_by_id=by.membership_id) for pk in members
    )
    detail = {"mrn": mrn, "team": [str(pk) for pk in members]}
    if passed:
        detail["overridden"] = {blocker.code: [str(twin.pk) for twin in twins] for blocker, _ in passed}
    audit.record(by, "patients.register_patient", at=at, subject=patient, role=role, detail=detail)
    return patient


@transaction.atomic
def update_patient(*, patient: Patient, by: Actor, at: datetime, version: int, **fields) -> Patient:
    """Change details of a person, if nobody changed them since `version`.

    `fields` may hold any of the registration's details; `height_cm` also needs the right to edit the chart. Raises
    StaleState when the stored version is another one, InvalidInput beside the field. Links that the patient holds end
    with another e-mail address, phone or mobile number (R73).
    """
    where = {"practice_id": patient.practice_id, "patient": patient.pk}
    role = authorize(by, Permission.EDIT_IDENTITY, **where)
    if "height_cm" in fields:
        authorize(by, Permission.EDIT_CHART, **where)
    unknown = sorted(set(fields) - set(DETAILS))
    if unknown:
        raise InvalidInput(dict.fromkeys(unknown, "This cannot be changed here."))
    fields = {name: _tidy(name, value) for name, value in fields.items()}
    stored = Patient.objects.filter(pk=patient.pk)
    before = stored.get()
    changed = sorted(name for name, value in fields.items() if getattr(before, name) != value)
    _refuse_problems({name: getattr(before, name) for name in ("mobile", "contact_by")} | fields, by, at)
    names = {name: fields.get(name, getattr(before, name)) for name in NAMES}
    fields["search_text"] = search_text_of(mrn=before.mrn, **names)
    if not stored.filter(version=version).update(version=F("version") + 1, **fields):
        raise StaleState("Somebody changed these details since you opened them. Nothing was saved.")
    audit.record(
        by, "patients.update_patient", at=at, subject=patient, role=role, detail={"fields": changed, "version": version}
    )
    patient = stored.get()
    if CONTACT.intersection(changed):
        contact_changed.collect(patient=patient, by=by, at=at)
    if "time_zone" in changed:
        zone_changed.collect(patient=patient, by=by, at=at)
    return patient


@transaction.atomic
def end_care(*, patient: Patient, by: Actor, at: datetime) -> Patient:
    """Discharge a person from the practice's care; an open series has to be closed first."""
    role = authorize(by, Permission.EDIT_CHART, practice_id=patient.practice_id, patient=patient.pk)
    if patient.series.open().exists():
        raise Blocked([Blocker("SERIES_OPEN", "Close the open treatment series first.", "KAP-PAT-SERIES")])
    rows = Patient.objects.filter(pk=patient.pk, discharged_from_care_at=None)
    if not rows.update(discharged_from_care_at=at, version=F("version") + 1):
        raise StaleState("This patient was already discharged from care.")
    audit.record(by, "patients.end_care", at=at, subject=patient, role=role)
    care_ended.collect(patient=patient, by=by, at=at)
    return Patient.objects.get(pk=patient.pk)


@transaction.atomic
def resume_care(*, patient: Patient, by: Actor, at: datetime) -> Patient:
    """Take a discharged person into care again; the record goes on under the same MRN."""
    role = authorize(by, Permission.EDIT_CHART, practice_id=patient.practice_id, patient=patient.pk)
    rows = Patient.objects.filter(pk=patient.pk, discharged_from_care_at__isnull=False)
    if not rows.update(discharged_from_care_at=None, version=F("version") + 1):
        raise StaleState("This patient is already in care.")
    audit.record(by, "patients.resume_care", at=at, subject=patient, role=role)
    return Patient.objects.get(pk=patient.pk)


def issue_mrn(by: Actor) -> str:
    """Take the practice's next MRN with one conditional update, so that two registrations never share a number."""
    expected = by.practice.next_mrn if by.membership else None
    while True:
        if expected is not None:
            taken = Practice.objects.filter(pk=by.practice_id, next_mrn=expected).update(next_mrn=F("next_mrn") + 1)
            if taken:
                return str(expected)
        expected = Practice.objects.values_list("next_mrn", flat=True).get(pk=by.practice_id)


def local_day(by: Actor, at: datetime) -> date:
    """The practice's day at this moment."""
    return timezone.localtime(at, ZoneInfo(by.practice.time_zone) if by.membership else ZoneInfo("UTC")).date()


def _registered():
    return Patient.objects.annotate(recorded_by_id=F("registered_by_id"))


def _tidy(name: str, value):
    if not isinstance(value, str):
        return value
    return mobile_of(value) if name == "mobile" else " ".join(value.split())


def _refuse_problems(values: dict, by: Actor, at: datetime) -> None:
    problems = problems_of_person(values, local_day(by, at))
    if problems:
        raise InvalidInput(problems)


def _may(by: Actor):
    return lambda permission: by.can(Permission(permission))


def _members(by: Actor, team) -> list[UUID]:
    """The first care team: the chosen people, and the registering clinician."""
    wanted = {UUID(str(pk)) for pk in team}
    if set(by.roles) & set(CLINICAL_ROLES):
        wanted.add(by.membership_id)
    others = wanted - {by.membership_id}
    if others and Membership.objects.active().filter(practice_id=by.practice_id, pk__in=others).count() != len(others):
        raise InvalidInput({"team": "Choose people who work in this practice."})
    return sorted(wanted)
