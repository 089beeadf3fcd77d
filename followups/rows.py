"""A check-in in words: its state, what became of its message, and why the patient is asked."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from assessments.catalogue import get_instrument
from assessments.models import AnswerLink
from followups.coming import reason_of
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
MESSAGE_CHIPS = {
    OutboxMessage.State.PENDING: ("waiting", "Mail waiting", "mail"),
    OutboxMessage.State.CLAIMED: ("waiting", "Mail being sent", "mail"),
    OutboxMessage.State.SENT: ("done", "Mail sent", "mail-check"),
    OutboxMessage.State.AMBIGUOUS: ("warning", "Unclear whether sent", "mail-question-mark"),
    OutboxMessage.State.FAILED: ("critical", "Mail not sent", "mail-x"),
}
TO_CALL = ("caution", "To call", "phone")
HANDED_OVER = ("info", "Link handed over", "link")


@dataclass(frozen=True)
class Chip:
    kind: str
    word: str
    icon: str


@dataclass(frozen=True)
class Row:
    """One check-in for a list or its own page; `at` is the moment it is looked at."""

    check_in: CheckIn
    at: datetime

    @property
    def state(self) -> Chip:
        kind, icon = STATE_CHIPS[CheckIn.State(self.check_in.state)]
        words = {"sent": "Waiting for the answer"}
        return Chip(kind, words.get(self.check_in.state, self.check_in.get_state_display()), icon)

    @property
    def messages(self) -> list[OutboxMessage]:
        return sorted(self.check_in.messages.all(), key=lambda message: message.created_at)

    @property
    def last_message(self) -> OutboxMessage | None:
        standing = [message for message in self.messages if message.state != OutboxMessage.State.DROPPED]
        return standing[-1] if standing else None

    @property
    def delivery(self) -> Chip | None:
        """What became of the message, or who has to act; nothing for a check-in that was never opened."""
        if self.last_message is not None and not self.is_taken_back:
            return Chip(*MESSAGE_CHIPS[OutboxMessage.State(self.last_message.state)])
        if self.check_in.state != CheckIn.State.SENT:
            return None
        return Chip(*(HANDED_OVER if self.has_usable_link else TO_CALL))

    @property
    def is_taken_back(self) -> bool:
        """A mail went out for it, but every link ended since: the patient holds nothing that opens (R73)."""
        if not self.is_waiting or self.last_message.state != OutboxMessage.State.SENT:
            return False
        return all(link.revoked_at for link in self.check_in.assessment_set.links.all())

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
    def why(self) -> str:
        """What it hangs on: "7 days after the dose of 2 June", the day in the practice's zone."""
        return reason_of(self.check_in)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the patient's clock shows another time than the practice's."""
        here = timezone.localtime(self.check_in.due_at)
        return here.utcoffset() != here.astimezone(ZoneInfo(self.check_in.time_zone)).utcoffset()

    @property
    def instruments(self) -> list[str]:
        """What is asked, or what was asked: names in the order they are asked."""
        given = self.check_in.assessment_set
        codes = given.instruments if given else self.check_in.point.instruments
        asked = [get_instrument(code).name for code in codes]
        return [*asked, "fasting, medicines, way home"] if given and given.asks_day_before else asked


def _is_usable(link: AnswerLink, at: datetime) -> bool:
    return link.revoked_at is None and link.locked_at is None and link.expires_at > at


def rows_of(check_ins, at: datetime) -> list[Row]:
    return [Row(check_in, at) for check_in in check_ins]
