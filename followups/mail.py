"""The check-in mail: no name, drug, diagnosis or specialty in it, only a link and crisis help (R74)."""

import re
import smtplib
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from followups.models import CheckIn, OutboxMessage
from followups.outcomes import NotSent, Refused, Unclear

SUBJECT = "A short check-in is waiting for you"
REMINDER = "A short check-in is still waiting for you"
OF_THIS_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)
# RFC 3463: the mailbox or its domain does not exist, moved without a new address, or is switched off.
NO_SUCH_ADDRESS = re.compile(rb"^(5\.1\.(?:1|2|3|6|10)|5\.2\.1)\b")


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


def check_in_mail(message: OutboxMessage, url: str) -> EmailMessage:
    return EmailMessage(
        REMINDER if message.purpose == "reminder" else SUBJECT,
        mail_text(message.check_in, url),
        settings.DEFAULT_FROM_EMAIL,
        [message.sent_to],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )


def send_mail(mail: EmailMessage) -> None:
    """Hand one mail to the server. Raises NotSent, Refused or Unclear."""
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        raise NotSent(type(error).__name__, is_outage=True) from None
    try:
        connection.send_messages([mail])
    except OF_THIS_MAIL as error:
        raise _refusal(error) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(type(error).__name__, is_outage=True) from None
    except OSError as error:
        raise Unclear(type(error).__name__) from None
    finally:
        _close(connection)


def _refusal(error: Exception) -> Exception:
    """Refused for good only where the server's own code says that there is no such address."""
    for _, words in getattr(error, "recipients", {}).values():
        found = NO_SUCH_ADDRESS.match(words)
        if found:
            return Refused(found[1].decode())
    return NotSent(type(error).__name__)


def _close(connection) -> None:
    try:
        connection.close()
    except OSError:
        pass
