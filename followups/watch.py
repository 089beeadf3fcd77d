"""Whether messages go out at all, and how many may, told by any process from the rows themselves (F6, F21)."""

from datetime import datetime, timedelta

from django.conf import settings

from followups.models import ChannelPause, CheckIn, OutboxMessage, SendingPace

GOES_ON = timedelta(minutes=2)  # longer than the break after a full minute, with the sweep that ends it


def is_silent(at: datetime, practice_id=None) -> bool:
    """True when a due check-in stays unopened for two minutes, or a message waits five minutes longer than it should
    while none goes out.

    Asks for one practice, or for all of them without `practice_id`. At most three index look-ups.
    """
    unopened, stuck = CheckIn.objects.unopened(at), OutboxMessage.objects.stuck(at)
    if practice_id is not None:
        unopened, stuck = unopened.filter(patient__practice_id=practice_id), stuck.filter(practice_id=practice_id)
    return unopened.exists() or (stuck.exists() and not _goes_on(at))


def _goes_on(at: datetime) -> bool:
    """Many wait after an outage, and go out so many a minute: that is slow, not silent (F4)."""
    return SendingPace.objects.filter(taken_at__gt=at - GOES_ON).exists()


def room(at: datetime) -> int:
    """How many messages may be taken now (F4)."""
    pace = SendingPace.objects.first() or SendingPace()
    return pace.room(at, settings.MESSAGES_PER_MINUTE)


def paused_channels() -> list[ChannelPause]:
    """Channels whose provider is not reached; what waits for them goes out by itself once it is (F21)."""
    return list(ChannelPause.objects.troubled().order_by("channel"))
