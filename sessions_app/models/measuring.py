"""The versions of a practice's measuring protocol."""

from django.db import models
from django.db.models import Q

from accounts.models.versions import VersionsQuerySet
from common.records import Privacy, Record, RecordKind
from sessions_app.measuring import ABOUT


class MeasuringVersion(Record):
    """One version of what is measured around a session, for every route or for one; old versions stay.

    `values` as `measuring.Protocol.as_values` gives them; empty for a route that follows every route again.
    """

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id practice about version values source set_at set_by note")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="measuring_versions")
    about = models.CharField(max_length=12, choices=list(ABOUT.items()))
    version = models.PositiveIntegerField()
    values = models.JSONField()
    source = models.CharField(max_length=60)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=300, blank=True)

    objects = VersionsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "about", "version"], name="measuring_version_once"),
            models.CheckConstraint(condition=Q(about__in=list(ABOUT)), name="measuring_about_known"),
        ]
