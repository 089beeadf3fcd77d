"""How fast messages go out, and which provider is not reached: two small tables that every worker asks first."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from common.records import Privacy, Record, RecordKind

BREAK = timedelta(minutes=1)


class SendingPace(Record):
    """One row: how many messages were taken since the last minute in which none was (F4).

    At most so many are taken, then none for a minute: in no 60 seconds more than that go out, whatever their number,
    channel or practice.
    """

    kind = RecordKind.WORKING
    privacy = Privacy(operational="id only taken taken_at")

    only = models.BooleanField(default=True, unique=True)
    taken = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="one_pace")]

    def room(self, at, limit: int) -> int:
        """How many may be taken now."""
        is_rested = self.taken_at is None or self.taken_at <= at - BREAK
        return limit if is_rested else max(0, limit - self.taken)


class PauseQuerySet(models.QuerySet):
    def troubled(self):
        """Channels whose provider is not reached; from time to time one message tries it."""
        return self.filter(paused_until__isnull=False)

    def paused(self, at):
        """Channels on which nothing is tried at this moment."""
        return self.filter(paused_until__gt=at)


class ChannelPause(Record):
    """What is known of a channel's provider: failures in a row, and until when nothing is tried (F21)."""

    kind = RecordKind.WORKING
    privacy = Privacy(operational="id channel failures failing_since paused_until last_error")

    channel = models.CharField(max_length=8, unique=True, choices=[("email", "E-mail"), ("text", "Text messages")])
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=40, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(channel__in=["email", "text"]), name="paused_channel_known")]
