"""Integration notes and homework for tests, made through the app's own actions."""

from datetime import datetime, timedelta

from integration_notes import actions
from integration_notes.models import Homework, IntegrationNote
from integration_notes.templates_data import TEMPLATES
from sessions_app.models import Session
from tests.builders import accounts
from tests.builders import followups as dosed

AT = dosed.AT + timedelta(days=1)  # the day after the dose


def session(clinic, **details) -> Session:
    """A dosed session of a patient whose team the clinic's prescriber, nurse and therapist are."""
    return dosed.dosed_session(clinic, **details)


def draft(clinic, about=None, at: datetime = AT, modality: str = "CBT", **more) -> IntegrationNote:
    """An empty draft by the clinic's therapist."""
    about = about or session(clinic)
    return actions.start_note(session=about, by=clinic.therapist, at=at, modality=modality, **more)


def required_values(modality: str) -> dict[str, str]:
    """A short text in each field that must be filled before signing."""
    return {field.key: f"About {field.label.lower()}." for field in TEMPLATES[modality].fields if field.is_required}


def written(clinic, about=None, at: datetime = AT, modality: str = "CBT", **values) -> IntegrationNote:
    """A draft that could be signed."""
    note = draft(clinic, about, at, modality)
    values = {**required_values(modality), **values}
    return actions.save_draft(note=note, by=clinic.therapist, at=at, version=1, values=values, themes=["trust"])


def signed(clinic, about=None, at: datetime = AT, modality: str = "CBT", **values) -> IntegrationNote:
    note = written(clinic, about, at, modality, **values)
    return actions.sign_note(note=note, by=clinic.therapist, at=at, version=note.version, password=accounts.PASSWORD)


def homework(clinic, note: IntegrationNote | None = None, at: datetime = AT, **more) -> Homework:
    note = note or draft(clinic, at=at)
    return actions.set_homework(note=note, by=clinic.therapist, at=at, **{"task": "Breathe for ten minutes", **more})


def private(clinic, patient, at: datetime = AT, session=None, **values):
    """A written draft of the clinic's therapist."""
    note = actions.start_private_note(patient=patient, session=session, by=clinic.therapist, at=at)
    words = {"title": "Countertransference", "text": "What the meeting stirred in me.", "tags": ["process"], **values}
    return actions.save_private_note(note=note, by=clinic.therapist, at=at, version=note.version, **words)


def signed_private(clinic, patient, at: datetime = AT, **values):
    note = private(clinic, patient, at, **values)
    signing = {"version": note.version, "password": accounts.PASSWORD}
    return actions.sign_private_note(note=note, by=clinic.therapist, at=at, **signing)


def release_asked(clinic, reader, at: datetime = AT):
    """A court's order that compliance has entered and nobody has approved."""
    author = clinic.members["therapist"]
    words = {"reason": "Order of the district court, 12 May 2026", "password": accounts.PASSWORD}
    return actions.request_private_release(author=author, reader=reader, by=clinic.compliance, at=at, **words)
