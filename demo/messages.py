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
    """Of the check-ins without an answer the one of each channel that closes last; their patients are to be called."""
    sent = OutboxMessage.objects.filter(state=OutboxMessage.State.SENT)
    sent = sent.exclude(check_in__state=CheckIn.State.ANSWERED).order_by("-check_in__closes_at", "pk")
    for channel, name, code in TROUBLES:
        message = sent.filter(channel=channel).select_related("check_in").first()
        if message is not None:
            by, undelivered = system_actor(name, message.practice_id), OutboxMessage.Delivery.UNDELIVERED
            record_delivery(message=message, by=by, at=now, delivery=undelivered, code=code)
