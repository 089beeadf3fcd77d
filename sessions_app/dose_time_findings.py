"""What a corrected time of a dose stands out against in the session: arrival, departure, readings, limits."""

from dataclasses import replace
from datetime import datetime

from accounts.roles import Permission
from common.blockers import Blocker
from common.errors import InvalidInput
from dosing.dose_times import dose_time_findings
from dosing.models import Administration
from sessions_app.session_facts import SessionFacts
from sessions_app.timeline import clock_words


def _before_arrival(facts: SessionFacts, given_at: datetime) -> str:
    """Why a dose at this time would be before the visit; "" when it is not. Times are typed to the minute."""
    arrived_at = facts.session.checked_in_at
    if arrived_at is None or given_at >= arrived_at.replace(second=0, microsecond=0):
        return ""
    return (
        f"This is before the check-in at {clock_words(arrived_at)}. The patient was not here yet; check day and time."
    )


def time_findings(
    facts: SessionFacts, administration: Administration, given_at: datetime, at: datetime
) -> list[Blocker]:
    """Everything the person has to have read before the correction is saved; nothing of it keeps it from being right.

    Raises InvalidInput for a time that cannot be.
    """
    if wrong := _before_arrival(facts, given_at):
        raise InvalidInput({"given_at": wrong})
    of_the_drug = dose_time_findings(administration, given_at, at)
    found = [*_left(facts, given_at), *_readings(facts, administration, given_at), *of_the_drug]
    may = {"override": Permission.GIVE_DOSE.value, "override_label": "the person who corrects"}
    return [replace(one, **may) for one in found]


def _left(facts: SessionFacts, given_at: datetime) -> list[Blocker]:
    left_at, zone = facts.session.ended_at, facts.session.practice.time_zone
    if left_at is None or given_at <= left_at:
        return []
    sentence = f"The patient left at {clock_words(left_at, zone)}, before this time. The departure keeps its own time."
    return [Blocker("AFTER_LEAVING", sentence, "KAP-DOSE-TIME")]


def _readings(facts: SessionFacts, administration: Administration, given_at: datetime) -> list[Blocker]:
    """Readings of the time after the dose that would now lie before it."""
    if administration.number != 1:
        return []
    passed = [row for row in facts.after_dose() if row.occurred_at <= given_at]
    if not passed:
        return []
    many = "1 reading" if len(passed) == 1 else f"{len(passed)} readings"
    sentence = f"{many} taken after the dose as it is recorded now would lie before it. Readings keep their times."
    return [Blocker("READINGS_BEFORE_DOSE", sentence, "KAP-DOSE-TIME")]
