"""One reminder of a check-in that was asked by a message and not answered (KAP-FUP-REMIND)."""

from datetime import datetime

from django.db import transaction

from common import audit
from followups.actions.opening import queue_message
from followups.contact import may_be_written_to
from followups.hours import hours_of
from followups.models import CheckIn, FollowUpPause, OutboxMessage
from followups.schedule import local_day, waking_time


@transaction.atomic
def queue_reminder(*, check_in: CheckIn, by, at: datetime) -> OutboxMessage | None:
    """Put the reminder into the outbox; None when it has to wait or is not wanted.

    It waits for the morning in quiet hours, and for the next day when the patient gets, or got, another message on
    this one. Nobody is reminded during a pause, out of care, or without a contact and consent.
    Raises StaleState when somebody is sending the check-in at the moment.
    """
    zone = check_in.patient.time_zone
    if waking_time(at, zone, hours_of(check_in.patient.practice_id)) > at or not may_be_written_to(check_in.patient):
        return None
    if FollowUpPause.objects.standing().of_patient(check_in.patient_id).exists():
        return None
    if CheckIn.objects.another_on_day(check_in, *local_day(at, zone)).exists():
        return None
    message = queue_message(check_in, at, "reminder", next_try_at=at)
    audit.record(by, "followups.queue_reminder", at=at, subject=check_in)
    return message
