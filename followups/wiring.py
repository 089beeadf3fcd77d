"""How follow-up answers the questions of the apps below it."""

from followups.actions import mark_answered, plan_follow_ups
from followups.models import CheckIn


def plan_after_first_dose(session, by, at) -> list:
    """Plan the check-ins in the transaction that records the first dose."""
    return plan_follow_ups(session=session, by=by, at=at)


def close_answered_check_in(assessment_set, by, at) -> list:
    """Close the check-in whose questionnaires are complete."""
    check_in = CheckIn.objects.filter(assessment_set=assessment_set).first()
    return [mark_answered(check_in=check_in, by=by, at=at)] if check_in else []
