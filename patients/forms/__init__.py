"""Forms of the patient's record; each one's cleaned data are the keywords of its action."""

from patients.forms.consent import ConsentForm, WithdrawConsentForm
from patients.forms.corrections import AnswerCorrectionForm, CorrectionForm
from patients.forms.emergency import AcknowledgeForm, EmergencyForm, EmergencyReviewForm, PeriodForm
from patients.forms.facts import AllergyForm, DiagnosisForm, EndFactForm, MedicineForm, TrialForm
from patients.forms.people import ConfirmForm, EditPatientForm, PatientFilterForm, RegisterPatientForm
from patients.forms.screening import ScreeningForm
from patients.forms.series import CloseSeriesForm, OpenSeriesForm, SeriesPlanForm
from patients.forms.team import AddToTeamForm

__all__ = [
    "AcknowledgeForm",
    "AddToTeamForm",
    "AllergyForm",
    "AnswerCorrectionForm",
    "CloseSeriesForm",
    "ConfirmForm",
    "ConsentForm",
    "CorrectionForm",
    "DiagnosisForm",
    "EditPatientForm",
    "EmergencyForm",
    "EmergencyReviewForm",
    "EndFactForm",
    "MedicineForm",
    "OpenSeriesForm",
    "PatientFilterForm",
    "PeriodForm",
    "RegisterPatientForm",
    "ScreeningForm",
    "SeriesPlanForm",
    "TrialForm",
    "WithdrawConsentForm",
]
