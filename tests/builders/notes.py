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
