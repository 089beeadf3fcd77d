"""The only writers of questionnaires, given or written by the practice, their links and risk items."""

from assessments.actions.answering import save_answers, start_assessment, submit_assessment
from assessments.actions.day_before import leave_to_arrival, tell_day_before
from assessments.actions.giving import cancel_set, change_instruments, end_links, give_assessments, make_link, move_due
from assessments.actions.licensed import load_wording, withdraw_wording
from assessments.actions.links import check_birth_date
from assessments.actions.on_call import close_ranks, escalate_risk, set_on_call
from assessments.actions.practice_made import (
    change_questionnaire,
    publish_questionnaire,
    retire_questionnaire,
    start_questionnaire,
    start_version,
)
from assessments.actions.raising import ask_for_call
from assessments.actions.risk import acknowledge_risk, close_risk, record_risk_contact

__all__ = [
    "acknowledge_risk",
    "ask_for_call",
    "cancel_set",
    "change_instruments",
    "change_questionnaire",
    "check_birth_date",
    "close_ranks",
    "close_risk",
    "end_links",
    "escalate_risk",
    "give_assessments",
    "leave_to_arrival",
    "load_wording",
    "make_link",
    "move_due",
    "publish_questionnaire",
    "record_risk_contact",
    "retire_questionnaire",
    "save_answers",
    "set_on_call",
    "start_assessment",
    "start_questionnaire",
    "start_version",
    "submit_assessment",
    "tell_day_before",
    "withdraw_wording",
]
