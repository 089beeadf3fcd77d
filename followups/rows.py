"""A check-in in words: its state, what became of its message, and why the patient is asked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from assessments.models import AnswerLink
from assessments.practice_catalogue import Catalogue, catalogue_of
from followups.coming import hangs_on
from followups.corrected import Corrected, since_asked
from followups.delivery_words import reason_of
from followups.models import CheckIn, OutboxMessage

STATE_CHIPS = {
    CheckIn.State.PLANNED: ("neutral", "calendar-clock"),
    CheckIn.State.SENT: ("waiting", "hourglass"),
    CheckIn.State.ANSWERED: ("done", "check"),
    CheckIn.State.EXPIRED: ("warning", "calendar-x-2"),
    CheckIn.State.MISSED: ("warning", "calendar-x-2"),
    CheckIn.State.CANCELLED: ("neutral", "ban"),
    CheckIn.State.PAUSED: ("info", "circle-pause"),
    CheckIn.State.SUPERSEDED: ("neutral", "redo-2"),
}
# Kind, words after the channel's name, ending of the channel's icon.
MESSAGE_CHIPS = {
    OutboxMessage.State.PENDING: ("waiting", "waiting", ""),
    OutboxMessage.State.CLAIMED: ("waiting", "being sent", ""),
    OutboxMessage.State.SENT: ("done", "sent", "-check"),
    OutboxMessage.State.AMBIGUOUS: ("warning", "may not have gone out", "-warning"),
    OutboxMessage.State.FAILED: ("critical", "not sent", "-x"),
    OutboxMessage.State.DROPPED: ("neutral", "not needed any more", ""),
}
DELIVERY_CHIPS = {
    OutboxMessage.Delivery.DELIVERED: ("done", "delivered", "-check"),
    OutboxMessage.Delivery.UNDELIVERED: ("critical", "not delivered", "-x"),
}
CHANNELS = {OutboxMessage.Channel.EMAIL: ("Mail", "mail"), OutboxMessage.Channel.TEXT: ("Text", "message-square")}
TO_CALL = ("caution", "To call", "phone")
HANDED_OVER = ("info", "Link handed over", "link")
WITHOUT_MESSAGE = {"to_call": TO_CALL, "handed_over": HANDED_OVER}


@dataclass(frozen=True)
class Chip:
    kind: str
    word: str
    icon: str


@dataclass(frozen=True)
class SentMessage:
    """One message of a check-in in words."""

    message: OutboxMessage

    @property
    def chip(self) -> Chip:
        """What was heard about it last: from whom it was sent to, else from who took it."""
        message = self.message
        kind, words, ending = (
            DELIVERY_CHIPS[OutboxMessage.Delivery(message.delivery)]
            if message.delivery
            else MESSAGE_CHIPS[OutboxMessage.State(message.state)]
        )
        name, icon = CHANNELS[OutboxMessage.Channel(message.channel)]
        return Chip(kind, f"{name} {words}", icon + ending)

    @property
    def purpose(self) -> str:
        """ "invite" for the first one, "reminder", or "again" however often it was sent again."""
        return self.message.purpose.partition("-")[0]

    @property
    def code(self) -> str:
        """What the chip says, for programs: what was heard about it, else its own state."""
        return self.message.delivery or self.message.state

    @property
    def trouble(self) -> str:
        """Why it did not arrive, or was not sent, as a sentence; "" when nothing is wrong."""
        message = self.message
        if message.is_undelivered:
            reason = reason_of(message.delivery_code)
            return f"{reason[0].upper()}{reason[1:]}."
        if message.state == OutboxMessage.State.FAILED:
            return f"Tried {message.attempts} times; the provider took it none of them."
        return ""


@dataclass(frozen=True)
class Row:
    """One check-in for a list or its own page; `at` is the moment it is looked at."""

    check_in: CheckIn
    at: datetime
    catalogue: Catalogue
    corrected: Corrected | None = None

    @property
    def state(self) -> Chip:
        kind, icon = STATE_CHIPS[CheckIn.State(self.check_in.state)]
        words = {"sent": "Waiting for the answer"}
        return Chip(kind, words.get(self.check_in.state, self.check_in.get_state_display()), icon)

    @property
    def messages(self) -> list[SentMessage]:
        return [SentMessage(each) for each in sorted(self.check_in.messages.all(), key=lambda one: one.created_at)]

    @property
    def last_sent(self) -> SentMessage | None:
        standing = [each for each in self.messages if each.message.state != OutboxMessage.State.DROPPED]
        return standing[-1] if standing else None

    @property
    def last_message(self) -> OutboxMessage | None:
        return self.last_sent.message if self.last_sent else None

    @property
    def delivery(self) -> Chip | None:
        """What became of the message, or who has to act; nothing for a check-in that was never opened."""
        if self.told_by is not None:
            return self.told_by.chip
        return Chip(*WITHOUT_MESSAGE[self.delivery_code]) if self.delivery_code else None

    @property
    def told_by(self) -> SentMessage | None:
        """The message that its delivery is about; None while there is none, or it opens nothing any more."""
        return None if self.is_taken_back or self.is_handed_over_instead else self.last_sent

    @property
    def delivery_code(self) -> str:
        """What `delivery` says, for programs; "" for a check-in that was never opened."""
        if self.told_by is not None:
            return self.told_by.code
        if self.check_in.state != CheckIn.State.SENT:
            return ""
        return "handed_over" if self.has_usable_link else "to_call"

    @property
    def is_taken_back(self) -> bool:
        """A mail went out for it, but every link ended since: the patient holds nothing that opens (R73)."""
        if not self.is_waiting or self.last_message is None or self.last_message.state != OutboxMessage.State.SENT:
            return False
        return all(link.revoked_at for link in self.check_in.assessment_set.links.all())

    @property
    def is_not_arriving(self) -> bool:
        """The last message did not arrive, and no link was handed over since: somebody has to call."""
        is_undelivered = self.is_waiting and self.last_message is not None and self.last_message.is_undelivered
        return is_undelivered and not self.has_handed_link

    @property
    def is_handed_over_instead(self) -> bool:
        is_undelivered = self.last_message is not None and self.last_message.is_undelivered
        return self.is_waiting and is_undelivered and self.has_handed_link

    @property
    def asks_for_call(self) -> bool:
        return self.is_not_arriving or self.delivery == Chip(*TO_CALL)

    @property
    def trouble(self) -> str:
        """What went wrong with the last message, where somebody has to act."""
        return self.last_sent.trouble if self.is_waiting and self.last_sent and not self.has_handed_link else ""

    @property
    def has_handed_link(self) -> bool:
        links = self.check_in.assessment_set.links.all()
        return any(_is_usable(link, self.at) for link in links if link.channel not in CHANNELS)

    @property
    def has_usable_link(self) -> bool:
        return any(_is_usable(link, self.at) for link in self.check_in.assessment_set.links.all())

    @property
    def is_unclear(self) -> bool:
        return self.last_message is not None and self.last_message.state == OutboxMessage.State.AMBIGUOUS

    @property
    def is_waiting(self) -> bool:
        return self.check_in.state == CheckIn.State.SENT

    @property
    def delivery_at(self) -> datetime | None:
        """When it was heard of last."""
        message = self.told_by.message if self.told_by else None
        return (message.delivery_at or message.sent_at) if message else None

    @property
    def why(self) -> str:
        """What it hangs on: "7 days after the dose of 2 June", the day in the practice's zone."""
        return hangs_on(self.check_in)

    @property
    def since_asked(self) -> str:
        """What was corrected about the dose after it was asked; "" mostly."""
        return since_asked(self.check_in, self.corrected)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the patient's clock shows another time than the practice's."""
        here = timezone.localtime(self.check_in.due_at)
        return here.utcoffset() != here.astimezone(ZoneInfo(self.check_in.time_zone)).utcoffset()

    @property
    def instruments(self) -> list[str]:
        """What is asked, or what was asked: names in the order they are asked."""
        given = self.check_in.assessment_set
        if given is None:
            return [self.catalogue.name_of(code) for code in self.check_in.point.instruments]
        asked = [self.catalogue.name_of(code, given.versions.get(code, "")) for code in given.instruments]
        return [*asked, "fasting, medicines, way home"] if given.asks_day_before else asked


def _is_usable(link: AnswerLink, at: datetime) -> bool:
    return link.revoked_at is None and link.locked_at is None and link.expires_at > at


def rows_of(check_ins, at: datetime, practice_id: UUID) -> list[Row]:
    catalogue = catalogue_of(practice_id)
    return [Row(check_in, at, catalogue) for check_in in check_ins]
