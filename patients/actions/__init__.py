"""The only writers of this app: people, chart facts, contraindications, consent, care team, treatment series."""

from patients.actions.consent import record_consent, withdraw_consent
from patients.actions.corrections import answer_correction, request_correction
from patients.actions.emergency import (
    claim_announcement,
    close_emergency_access,
    open_emergency_access,
    release_announcement,
    review_emergency_access,
)
from patients.actions.facts import add_allergy, add_diagnosis, add_medicine, add_trial, end_fact
from patients.actions.people import end_care, register_patient, resume_care, update_patient
from patients.actions.screening import answer_contraindications
from patients.actions.series import change_series_plan, close_series, open_series
from patients.actions.team import add_to_team, remove_from_team
from patients.actions.unusual import acknowledge_unusual_look, find_unusual_looks

__all__ = [
    "acknowledge_unusual_look",
    "add_allergy",
    "add_diagnosis",
    "add_medicine",
    "add_to_team",
    "add_trial",
    "answer_contraindications",
    "answer_correction",
    "change_series_plan",
    "claim_announcement",
    "close_emergency_access",
    "close_series",
    "end_care",
    "end_fact",
    "find_unusual_looks",
    "open_emergency_access",
    "open_series",
    "record_consent",
    "register_patient",
    "release_announcement",
    "remove_from_team",
    "request_correction",
    "resume_care",
    "review_emergency_access",
    "update_patient",
    "withdraw_consent",
]
