"""When something happened versus when it was written down: no future times, late entries need a reason (R42).

An entry kept on a device without network says so by itself: when it was typed, on which device, as which of its
entries, and in place of a reason for being late, that it was sent later (F17).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from common.errors import InvalidInput

LATE_AFTER = timedelta(minutes=15)
# A device's clock is set by the server's at each page; this much is left for what that cannot tell.
CLOCKS_DIFFER = timedelta(minutes=2)
SENT_LATER = "Entered offline on this device"


@dataclass(frozen=True)
class KeptOffline:
    """How an entry waited: the device, its place among the entries of that device, and when it was typed."""

    device: UUID
    seq: int
    entered_at: datetime

    def moment(self, at: datetime) -> datetime:
        """When it was typed, by the server's clock: a device that is a little ahead typed it just now."""
        return at if at < self.entered_at <= at + CLOCKS_DIFFER else self.entered_at

    def reason(self, at: datetime, typed: str = "") -> str:
        """Why it is late, with what the person typed. `at` is when it arrived, shown in the practice's zone."""
        return "; ".join(filter(None, [f"{SENT_LATER}, sent {timezone.localtime(at):%H:%M}", typed.strip()]))

    @property
    def detail(self) -> dict:
        """What the audit row says of it."""
        return {"device": str(self.device), "seq": self.seq, "entered_at": self.entered_at.isoformat()}


def waited(kept: KeptOffline | None) -> dict:
    """What the audit row of an entry says of how it waited."""
    return {"offline": kept.detail} if kept else {}


def is_late(occurred_at: datetime, recorded_at: datetime) -> bool:
    return recorded_at - occurred_at > LATE_AFTER


def was_sent_later(late_reason: str) -> bool:
    """Whether an entry waited on a device without network."""
    return late_reason.startswith(SENT_LATER)


def settle(occurred_at: datetime | None, at: datetime, late_reason: str = "", field: str = "occurred_at") -> datetime:
    """The moment an act happened, given `at`, the server's time; None means now.

    Raises InvalidInput for a future time, and for one more than 15 minutes past without a reason.
    """
    moment = occurred_at or at
    if moment > at:
        raise InvalidInput({field: "This time is in the future. Enter when it happened."})
    if is_late(moment, at) and len(late_reason.strip()) < 5:
        raise InvalidInput({"late_reason": "This is entered more than 15 minutes late. Say why."})
    return moment


def settle_kept(
    occurred_at: datetime | None, at: datetime, late_reason: str, kept: KeptOffline | None
) -> tuple[datetime, str]:
    """`settle` with the reason to store, for an entry that may have waited on a device: typed then, unless its
    person says that it happened at another time."""
    if kept is not None:
        occurred_at, late_reason = occurred_at or kept.moment(at), kept.reason(at, late_reason)
    return settle(occurred_at, at, late_reason), late_reason
