"""How follow-up answers the questions of the apps below it."""

from uuid import UUID

from common.statements import Statement
from followups.actions import follow_session, mark_answered, plan_follow_ups, stop_check_in, stop_messages
from followups.models import CheckIn
from patients.models import Consent


def plan_after_first_dose(session, by, at) -> list:
    """Plan the check-ins in the transaction that records the first dose."""
    return plan_follow_ups(session=session, by=by, at=at)


def follow_the_session(session, by, at) -> list:
    """Plan, move or end what is asked around a session in the transaction that changes it."""
    follow_session(session=session, by=by, at=at)
    return []


def close_answered_check_in(assessment_set, by, at) -> list:
    """Close the check-in whose questionnaires are complete."""
    found = _OF_SET.rows(assessment_set=assessment_set.pk)
    return [mark_answered(check_in=CheckIn.objects.get(pk=pk), by=by, at=at) for (pk,) in found]


def stop_what_was_asked(patient, by, at) -> list:
    """Nobody waits for the answer of a patient who left; what is only planned ends when it is due (R73)."""
    asked = CheckIn.objects.waiting().filter(patient=patient)
    return [stop_check_in(check_in=check_in, by=by, at=at) for check_in in asked]


def stop_messages_without_consent(patient, scope, by, at) -> list:
    """Nothing waits to be mailed any more; who was asked by mail is listed to be called."""
    if scope == Consent.Scope.MESSAGES:
        stop_messages(patient=patient, by=by, at=at)
    return []


_OF_SET = Statement(
    "check_in_of_set",
    lambda assessment_set: CheckIn.objects.filter(assessment_set=assessment_set).order_by("pk").values_list("pk")[:1],
    assessment_set=UUID,
)
