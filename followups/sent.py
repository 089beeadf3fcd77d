"""Finds the message that a provider or a mail server tells about, by the id that went out with it."""

from uuid import UUID

from followups.models import OutboxMessage


def _with_people():
    return OutboxMessage.objects.select_related("check_in")


def message_of_status(pk: UUID) -> OutboxMessage | None:
    """By the id in the address that we gave to the provider."""
    return _with_people().filter(pk=pk).first()


def message_of_mail(message_id: str) -> OutboxMessage | None:
    """By the Message-ID of a mail."""
    return _with_people().filter(message_id=message_id).first() if message_id else None
