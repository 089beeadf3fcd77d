"""Patients, their facts, consents, teams and series for tests, made through the app's own actions."""

from datetime import UTC, date, datetime
from itertools import count

from accounts.actor import Actor
from patients import actions
from patients.contraindications import ITEMS
from patients.models import Consent, EmergencyAccess, Patient, TreatmentSeries
from tests.builders.accounts import PASSWORD

AT = datetime(2026, 6, 1, 13, 0, tzinfo=UTC)
_numbers = count(1)


def patient(by: Actor, at: datetime = AT, team=(), **details) -> Patient:
    """A registered person; `by` is a prescriber, nurse or admin Actor, `team` Actors who join the care team too."""
    number = next(_numbers)
    values = {
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "birth_date": date(1985, 1, 1 + number % 28),
        "time_zone": "America/New_York",
        "email": f"patient{number}@mail.invalid",
        "phone": "555 010 0100",
        "emergency_name": "Emergency Contact",
        "emergency_phone": "555 010 0199",
        **details,
    }
    return actions.register_patient(by=by, at=at, team=[member.membership_id for member in team], **values)


def patient_with_team(clinic, at: datetime = AT, **details) -> Patient:
    """A patient on whose care team the prescriber, nurse and therapist of `clinic_with_staff()` are."""
    return patient(clinic.prescriber, at, team=[clinic.nurse, clinic.therapist], **details)


def screened(patient: Patient, by: Actor, at: datetime = AT, **answers: str) -> None:
    """Answer the whole contraindication screen with no, except for the named items."""
    given = {item: (answers.get(item, "no"), "") for item in ITEMS}
    actions.answer_contraindications(patient=patient, by=by, at=at, answers=given)


def consent(patient: Patient, by: Actor, at: datetime = AT, scope: str = "treatment", **details) -> Consent:
    values = {"version": "2026-01", "method": "paper", "signed_name": patient.name, **details}
    return actions.record_consent(patient=patient, by=by, at=at, scope=scope, **values)


def series(patient: Patient, by: Actor, at: datetime = AT, route: str = "IM", **plan) -> TreatmentSeries:
    """An open series; `by` is a prescriber on the care team. A patient has one open series at a time."""
    values = {
        "indication": "PTSD",
        "planned_sessions": 6,
        "min_hours_between": 72,
        "modality": "CBT",
        "review_after": 2,
        **plan,
    }
    return actions.open_series(patient=patient, by=by, at=at, route=route, **values)


def ready_patient(clinic, at: datetime = AT, **details) -> Patient:
    """A patient with team, a clear screen and the consents: nothing of this app stands before a dose."""
    person = patient_with_team(clinic, at, **details)
    screened(person, clinic.prescriber, at)
    consent(person, clinic.prescriber, at, scope="treatment")
    consent(person, clinic.prescriber, at, scope="messages")
    return person


def emergency(by: Actor, person: Patient, at: datetime = AT, **details) -> EmergencyAccess:
    """An open emergency access of a clinician outside the care team."""
    values = {
        "who": person.mrn,
        "birth_date": person.birth_date,
        "category": "emergency",
        "reason": "Found unresponsive in the waiting room.",
        "password": PASSWORD,
        **details,
    }
    return actions.open_emergency_access(by=by, at=at, **values)
