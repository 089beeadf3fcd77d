"""The check-in mail: no name, drug, diagnosis or specialty in it, only a link and crisis help (R74)."""

import smtplib
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from followups.models import CheckIn, OutboxMessage

SUBJECT = "A short check-in is waiting for you"
REMINDER = "A short check-in is still waiting for you"
REFUSALS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


class NotSent(Exception):
    """The mail certainly did not go out; `str()` is the name of the error."""


class Unclear(Exception):
    """The connection broke while the mail was handed over: nobody knows whether it went out."""


def mail_text(check_in: CheckIn, url: str) -> str:
    """The words of the message; `url` is the link, or a placeholder in a preview.

    Plain text: what a template made counts as safe HTML, and a page that previews it would not escape it.
    """
    practice = check_in.patient.practice
    ends_on = check_in.closes_at.astimezone(ZoneInfo(check_in.patient.time_zone))
    words = render_to_string(
        "followups/mail/check_in.txt",
        {
            "url": url,
            "ends_on": f"{ends_on.day} {ends_on:%B %Y}",
            "crisis_label": practice.crisis_label,
            "crisis_number": practice.crisis_number,
            "emergency_number": practice.emergency_number,
            "phone": practice.phone,
        },
    )
    return words + ""  # a SafeString and a plain one make a plain one


def link_address(token: str) -> str:
    """What the patient opens."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("portal:open", kwargs={"token": token})


def check_in_mail(message: OutboxMessage, token: str) -> EmailMessage:
    return EmailMessage(
        REMINDER if message.purpose == "reminder" else SUBJECT,
        mail_text(message.check_in, link_address(token)),
        settings.DEFAULT_FROM_EMAIL,
        [message.check_in.patient.email],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )


def send_mail(mail: EmailMessage) -> None:
    """Hand one mail to the server. Raises NotSent or Unclear, never anything that names the address."""
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        raise NotSent(type(error).__name__) from None
    try:
        connection.send_messages([mail])
    except REFUSALS as error:
        raise NotSent(type(error).__name__) from None
    except OSError as error:
        raise Unclear(type(error).__name__) from None
    finally:
        _close(connection)


def _close(connection) -> None:
    try:
        connection.close()
    except OSError:
        pass
