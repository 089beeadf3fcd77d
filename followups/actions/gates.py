"""What every worker asks before it takes a message: is its provider reached, did enough go out for now (F4, F21).

Parts of larger acts: claiming a message, and recording what became of it. Each is one conditional update, so that many
workers are as careful as one. Locks are taken in the order channel, pace, message.
"""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, Q, Value, When

from common import audit
from followups.breaker import pause_after
from followups.models import ChannelPause, SendingPace
from followups.models.sending import BREAK

PROBE = timedelta(minutes=2)  # the lease of a message: its worker has reported back by then


def is_open(channel: str, at: datetime) -> bool:
    """Whether a message may be tried on this channel; of a channel that is paused only one when the pause is over."""
    pause = ChannelPause.objects.troubled().filter(channel=channel).first()
    if pause is None:
        return True
    return bool(ChannelPause.objects.filter(pk=pause.pk, paused_until__lte=at).update(paused_until=at + PROBE))


def take_place(at: datetime) -> bool:
    """Count one more message; False when so many went out that there is a minute's break first."""
    rested = Q(taken_at=None) | Q(taken_at__lte=at - BREAK)
    taken = Case(When(rested, then=Value(1)), default=F("taken") + 1)
    may = rested | Q(taken__lt=settings.MESSAGES_PER_MINUTE)
    return bool(SendingPace.objects.filter(may).update(taken=taken, taken_at=at)) or _is_first(at)


def _is_first(at: datetime) -> bool:
    _, was_made = SendingPace.objects.get_or_create(only=True, defaults={"taken": 1, "taken_at": at})
    return was_made


def note_failure(channel: str, by, at: datetime, error: str, retry_after: timedelta | None = None) -> None:
    """The provider was not reached or failed; after three in a row, or when it asks to wait, nothing is tried."""
    ChannelPause.objects.get_or_create(channel=channel)
    row = ChannelPause.objects.select_for_update().get(channel=channel)
    was_paused = row.paused_until is not None
    row.failures += 1
    row.failing_since = row.failing_since or at
    row.last_error = error[:40]
    pause = pause_after(row.failures, retry_after, random.uniform(0.8, 1.2))  # noqa: S311  (spreads load)
    if pause:
        row.paused_until = max(at + pause, row.paused_until or at)
    row.save()
    if row.paused_until is not None and not was_paused:
        audit.record(
            by, "followups.pause_channel", at=at, subject=row, detail={"channel": channel, "error": error[:40]}
        )


def note_answer(channel: str, by, at: datetime) -> None:
    """The provider answered, whatever it said about one message: sending goes on."""
    row = ChannelPause.objects.filter(channel=channel, failures__gt=0).first()
    if row is None:
        return
    ChannelPause.objects.filter(pk=row.pk).update(failures=0, failing_since=None, paused_until=None, last_error="")
    if row.paused_until is not None:
        audit.record(by, "followups.resume_channel", at=at, subject=row, detail={"channel": channel})
