"""When something happened versus when it was written down: no future times, late entries need a reason (R42)."""

from datetime import datetime, timedelta

from common.errors import InvalidInput

LATE_AFTER = timedelta(minutes=15)


def is_late(occurred_at: datetime, recorded_at: datetime) -> bool:
    return recorded_at - occurred_at > LATE_AFTER


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
