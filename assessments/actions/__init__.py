"""The only writers of questionnaires, their links and risk items."""

from assessments.actions.answering import save_answers, start_assessment, submit_assessment
from assessments.actions.giving import cancel_set, end_links, give_assessments, make_link
from assessments.actions.links import check_birth_date
from assessments.actions.risk import acknowledge_risk, close_risk, record_risk_contact

__all__ = [
    "acknowledge_risk",
    "cancel_set",
    "check_birth_date",
    "close_risk",
    "end_links",
    "give_assessments",
    "make_link",
    "record_risk_contact",
    "save_answers",
    "start_assessment",
    "submit_assessment",
]
