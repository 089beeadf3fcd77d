"""The check-in text message: at most 160 signs, no name and no word about health, a link and how to stop (R74)."""

from django.conf import settings

from followups.models import CheckIn, OutboxMessage
from followups.outcomes import NotSent
from followups.text_folder import TextFolder
from followups.twilio import Twilio

LONGEST = 160  # one text message of the GSM alphabet
INVITATION = "A short check-in is waiting: {url}"
REMINDER = "A short check-in is still waiting: {url}"
STOP = " Reply STOP to end texts."


def text_words(check_in: CheckIn, url: str, is_reminder: bool = False) -> str:
    """The words of the message. Crisis help gives way when the clinic's address is long: the link shows it, too."""
    practice = check_in.patient.practice
    begins = (REMINDER if is_reminder else INVITATION).format(url=url)
    with_help = f"{begins} In a crisis: {practice.crisis_number}.{STOP}"
    return with_help if len(with_help) <= LONGEST else begins + STOP


def provider() -> Twilio | TextFolder:
    """Whoever carries text messages here. Raises NotSent when nobody does."""
    if settings.TEXT_PROVIDER == "twilio":
        return Twilio(**settings.TWILIO)
    if settings.TEXT_PROVIDER == "folder":
        return TextFolder(settings.TEXT_FOLDER)
    raise NotSent("NoTextProvider", is_outage=True)


def send_text(message: OutboxMessage, url: str, status_url: str) -> str:
    """Hand one text message over; the provider's id of it. Raises NotSent, Refused or Unclear."""
    words = text_words(message.check_in, url, message.purpose == "reminder")
    return provider().send(number=message.sent_to, words=words, status_url=status_url)
