"""How follow-up answers the questions of the apps below it."""

from uuid import UUID

from common.statements import Statement
from followups.actions import (
    follow_session,
    mark_answered,
    move_check_in,
    plan_follow_ups,
    stop_check_in,
    stop_messages,
)
from followups.models import CheckIn, FollowUpPoint, OutboxMessage
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


def move_what_is_planned(patient, by, at) -> list:
    """Each planned check-in gets its time by the patient's new clock (F12)."""
    planned = CheckIn.objects.in_another_zone().filter(patient=patient)
    rows = list(planned.select_related("patient", "point", "session"))
    return [move_check_in(check_in=row, by=by, at=at) for row in rows]


def stop_what_was_asked(patient, by, at) -> list:
    """Nobody waits for the answer of a patient who left; what is only planned ends when it is due (R73)."""
    asked = CheckIn.objects.waiting().filter(patient=patient)
    return [stop_check_in(check_in=check_in, by=by, at=at) for check_in in asked]


def stop_messages_without_consent(patient, scope, by, at) -> list:
    """Nothing waits to be sent any more; who was asked by a message is listed to be called."""
    if scope == Consent.Scope.MESSAGES:
        stop_messages(patient=patient, by=by, at=at)
    elif scope == Consent.Scope.TEXTS:
        stop_messages(patient=patient, by=by, at=at, channel=OutboxMessage.Channel.TEXT)
    return []


def points_that_ask_for(practice_id, code) -> list[str]:
    """The time points in use that ask for a questionnaire."""
    points = FollowUpPoint.objects.filter(practice_id=practice_id, is_active=True).order_by("offset_hours")
    return [f"the check-in after {point.label}" for point in points if code in point.instruments]


_OF_SET = Statement(
    "check_in_of_set",
    lambda assessment_set: CheckIn.objects.filter(assessment_set=assessment_set).order_by("pk").values_list("pk")[:1],
    assessment_set=UUID,
)
