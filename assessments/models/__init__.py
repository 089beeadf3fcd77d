"""Questionnaires, the answers that need a person, and who is on call for them."""

from assessments.models.day_before import DayBefore
from assessments.models.on_call import OnCallPlace, RiskRules
from assessments.models.questionnaires import AnswerLink, Assessment, AssessmentSet, TeamScoped
from assessments.models.risk import RiskContact, RiskEscalation, RiskItem

__all__ = [
    "AnswerLink",
    "Assessment",
    "AssessmentSet",
    "DayBefore",
    "OnCallPlace",
    "RiskContact",
    "RiskEscalation",
    "RiskItem",
    "RiskRules",
    "TeamScoped",
]
