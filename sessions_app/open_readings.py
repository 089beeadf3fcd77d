"""Which due readings of a session nobody took and nobody explained yet."""

from datetime import datetime

from sessions_app.before_dose import next_reading
from sessions_app.leaving_facts import missed_readings
from sessions_app.session_facts import SessionFacts


def open_due_times(facts: SessionFacts, at: datetime) -> list[datetime]:
    """Due times up to `at` (or the end of the visit) without a reading or a reason, oldest first.

    The one that is due now is among them before it counts as overdue: whoever knows that it will not be taken may say
    so at once.
    """
    until = facts.session.ended_at or at
    found = missed_readings(facts, until)
    if facts.session.state_now.is_in_progress and facts.doses:
        due = next_reading(facts, at)
        if due is not None and due <= at and due not in found:
            found.append(due)
    return sorted(found)
