"""Messages of the made-up practice: opened when they are due, and sent a few seconds later."""

from datetime import timedelta

from accounts.actor import system_actor
from demo.clinic import DemoClinic
from followups.actions import claim_message, make_message_link, open_check_in, record_delivery, record_sent
from followups.models import CheckIn


def mailed(clinic: DemoClinic, check_in: CheckIn):
    """The link that the patient got."""
    by = system_actor("follow-ups", clinic.practice.pk)
    open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    message = check_in.messages.get()
    claimed = claim_message(message_id=message.pk, by=by, at=check_in.due_at)
    make_message_link(message=claimed, by=by, at=check_in.due_at)
    record_sent(message=claimed, by=by, at=check_in.due_at + timedelta(seconds=4))
    if claimed.channel == claimed.Channel.TEXT:
        told_at = check_in.due_at + timedelta(seconds=40)
        record_delivery(message=claimed, by=by, at=told_at, delivery=claimed.Delivery.DELIVERED)
    return check_in.assessment_set.links.get(revoked_at=None)
