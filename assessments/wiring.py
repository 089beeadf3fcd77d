"""How questionnaires answer the questions of the apps below them."""

from assessments.actions import end_links
from patients.models import Consent


def end_links_of(patient, by, at) -> list:
    """A link opens nothing any more once its contact or the patient's care has ended (R73)."""
    end_links(patient=patient, by=by, at=at)
    return []


def end_links_without_consent(patient, scope, by, at) -> list:
    """Nobody answers by a link once the consent to questionnaires and messages is withdrawn."""
    return end_links_of(patient, by, at) if scope == Consent.Scope.MESSAGES else []
