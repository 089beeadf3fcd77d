"""Questionnaires, those a practice makes, the answers that need a person, and who is on call for them."""

from assessments.models.day_before import DayBefore
from assessments.models.licensed import LicensedWording, WordingWithdrawal
from assessments.models.on_call import OnCallPlace, RiskRules
from assessments.models.practice_made import PracticeQuestionnaire, QuestionnaireRetirement
from assessments.models.questionnaires import AnswerLink, Assessment, AssessmentSet, TeamScoped
from assessments.models.risk import RiskContact, RiskEscalation, RiskItem

__all__ = [
    "AnswerLink",
    "Assessment",
    "AssessmentSet",
    "DayBefore",
    "LicensedWording",
    "OnCallPlace",
    "PracticeQuestionnaire",
    "QuestionnaireRetirement",
    "RiskContact",
    "RiskEscalation",
    "RiskItem",
    "RiskRules",
    "TeamScoped",
    "WordingWithdrawal",
]
