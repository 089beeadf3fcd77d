"""Messages that did not arrive: a mailbox that is not there, a number out of service."""

from datetime import datetime

from accounts.actor import system_actor
from followups.actions import record_delivery
from followups.models import CheckIn, OutboxMessage

TROUBLES = (
    (OutboxMessage.Channel.EMAIL, "record_bounce", "5.1.1"),
    (OutboxMessage.Channel.TEXT, "text-status", "30005"),
)


def some_did_not_arrive(now: datetime) -> None:
    """Of the check-ins that wait for an answer one of each channel; their patients are to be called."""
    sent = OutboxMessage.objects.filter(state=OutboxMessage.State.SENT, check_in__state=CheckIn.State.SENT)
    for channel, name, code in TROUBLES:
        message = sent.filter(channel=channel).select_related("check_in").order_by("-sent_at", "pk").first()
        if message is not None:
            by, undelivered = system_actor(name, message.practice_id), OutboxMessage.Delivery.UNDELIVERED
            record_delivery(message=message, by=by, at=now, delivery=undelivered, code=code)
