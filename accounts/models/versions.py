"""Settings of a practice that are kept by version: the newest counts, old ones stay."""

from django.db import models

from accounts.roles import Permission
from common.records import Record, RecordKind


class VersionsQuerySet(models.QuerySet):
    """For models with `practice`, `version` and `set_by`."""

    def visible_to(self, actor):
        if actor is None or not actor.can(Permission.VIEW_SETTINGS):
            return self.none()
        return self.filter(practice_id=actor.practice_id)

    def newest_first(self):
        return self.select_related("set_by__user").order_by("-version")


class SettingVersion(Record):
    """One version of a setting of a practice; old versions stay. A subclass adds `practice` and which setting it is."""

    kind = RecordKind.EVENT

    version = models.PositiveIntegerField()
    values = models.JSONField()
    source = models.CharField(max_length=60)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=300, blank=True)

    objects = VersionsQuerySet.as_manager()

    class Meta:
        abstract = True
