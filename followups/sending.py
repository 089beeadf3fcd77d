"""Hands a claimed message to whoever carries its channel."""

from django.conf import settings
from django.urls import reverse

from followups.mail import check_in_mail, send_mail
from followups.models import OutboxMessage
from followups.texts import send_text


def link_address(token: str) -> str:
    """What the patient opens."""
    return _public(reverse("portal:open", kwargs={"token": token}))


def status_address(message_id) -> str:
    """Where the provider of text messages tells what became of one; nothing in it but the message's own id."""
    return _public(reverse("followups:text_status", args=[message_id]))


def _public(path: str) -> str:
    return settings.PUBLIC_URL.rstrip("/") + path


def send(message: OutboxMessage, token: str) -> str:
    """Send it to `message.sent_to`; the provider's id, "" for a mail. Raises NotSent, Refused or Unclear."""
    url = link_address(token)
    if message.channel == OutboxMessage.Channel.TEXT:
        return send_text(message, url, status_address(message.pk))
    send_mail(check_in_mail(message, url))
    return ""
