"""Who is in the house today, and how many patients one monitor may watch."""

from django.db import models
from django.db.models import Q

from accounts.models.versions import VersionsQuerySet
from common.records import EventRecord, Privacy, Record, RecordKind
from sessions_app.supervision_rules import MOST_PER_MONITOR


class Presence(EventRecord):
    """Somebody of the staff (`recorded_by`) came to the house or left it; the newest of 12 hours tells."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " practice is_here")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    is_here = models.BooleanField()

    class Meta(EventRecord.Meta):
        indexes = [models.Index(fields=["practice", "occurred_at"], name="presence_by_day")]


class SupervisionSetting(Record):
    """A practice's limits of supervision, one version; the newest counts, old ones stay (KAP-SUP-*)."""

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id practice version per_monitor on_site_routes source note set_at set_by")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    per_monitor = models.PositiveSmallIntegerField()
    on_site_routes = models.JSONField()
    source = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    objects = VersionsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "version"], name="supervision_version_once"),
            models.CheckConstraint(
                condition=Q(per_monitor__gte=1, per_monitor__lte=MOST_PER_MONITOR), name="supervision_per_monitor"
            ),
        ]
