"""The only writers of questionnaires, their links and risk items."""

from assessments.actions.answering import save_answers, start_assessment, submit_assessment
from assessments.actions.day_before import leave_to_arrival, tell_day_before
from assessments.actions.giving import cancel_set, change_instruments, end_links, give_assessments, make_link, move_due
from assessments.actions.links import check_birth_date
from assessments.actions.on_call import close_ranks, escalate_risk, set_on_call
from assessments.actions.raising import ask_for_call
from assessments.actions.risk import acknowledge_risk, close_risk, record_risk_contact

__all__ = [
    "acknowledge_risk",
    "ask_for_call",
    "cancel_set",
    "change_instruments",
    "check_birth_date",
    "close_ranks",
    "close_risk",
    "end_links",
    "escalate_risk",
    "give_assessments",
    "leave_to_arrival",
    "make_link",
    "move_due",
    "record_risk_contact",
    "save_answers",
    "set_on_call",
    "start_assessment",
    "submit_assessment",
    "tell_day_before",
]
