"""What every setting of a practice has that is kept by version."""

from django.db import models

from accounts.models.versions import VersionsQuerySet
from common.records import Privacy, Record, RecordKind


class SettingVersion(Record):
    """One version of a setting of a practice; old versions stay. A subclass adds `practice` and `about`: which one."""

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id practice about version values source set_at set_by note")

    version = models.PositiveIntegerField()
    values = models.JSONField()
    source = models.CharField(max_length=60)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=300, blank=True)

    objects = VersionsQuerySet.as_manager()

    class Meta:
        abstract = True
