"""The patient's record: person, facts, contraindications, consent, care team, treatment series."""

from patients.models.care_team import CareTeamMember
from patients.models.consent import Consent, ConsentWithdrawal
from patients.models.corrections import CorrectionRequest
from patients.models.emergency import EmergencyAccess, UnusualLook
from patients.models.facts import Allergy, ContraindicationAnswer, Diagnosis, Medicine
from patients.models.person import Patient
from patients.models.series import TreatmentSeries
from patients.models.trials import TreatmentTrial

__all__ = [
    "Allergy",
    "CareTeamMember",
    "Consent",
    "ConsentWithdrawal",
    "ContraindicationAnswer",
    "CorrectionRequest",
    "Diagnosis",
    "EmergencyAccess",
    "Medicine",
    "Patient",
    "TreatmentSeries",
    "TreatmentTrial",
    "UnusualLook",
]
