"""Patients who do not answer, or ask for quiet: calls about two missed check-ins, and one pause."""

from datetime import datetime, timedelta

from accounts.roles import Role
from demo.visit import Patient, Steps
from followups.actions import close_missed, pause_follow_ups, record_missed_call, take_missed
from followups.models import CheckIn, MissedInARow

STILL_OPEN = timedelta(days=4)
PAUSED_FOR = timedelta(days=12)


def call_about_missed(who: Patient, missed_at: datetime, now: datetime) -> Steps:
    """Older ones were called about and closed; those of the last days wait for a call."""
    if missed_at > now - STILL_OPEN:
        return
    by = who.team[Role.THERAPIST]
    for task in MissedInARow.objects.open().filter(patient=who.person).select_related("patient"):
        called_at = missed_at + timedelta(hours=5)
        yield called_at
        if not MissedInARow.objects.open().filter(pk=task.pk, taken_at=None).exists():
            continue  # called about after another session's check-ins
        take_missed(task=task, by=by, at=called_at)
        outcome = "Reached at home. Is well, was travelling and had no time; will answer the next one."
        record_missed_call(task=task, by=by, at=called_at, how="phone", outcome=outcome)
        close_missed(task=task, by=by, at=called_at, closing_text="Well. Answers again from the next check-in on.")


def pause_somebody(now: datetime, by_membership: dict) -> None:
    """One of the patients whose next check-in is some days off asked for quiet."""
    planned = CheckIn.objects.filter(state=CheckIn.State.PLANNED, due_at__gt=now + timedelta(days=2))
    for check_in in planned.select_related("patient").order_by("due_at", "pk"):
        member = check_in.patient.team.filter(left_at=None).first()
        by = by_membership.get(member.membership_id) if member else None
        if by is not None:
            until = (now + PAUSED_FOR).date()
            reason = "Asked on the phone: away with family, no questions until then, please."
            pause_follow_ups(patient=check_in.patient, by=by, at=now, reason=reason, until=until)
            return
