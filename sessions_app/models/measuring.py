"""The versions of a practice's measuring protocol."""

from django.db import models
from django.db.models import Q

from accounts.models.versions import SettingVersion
from common.records import Privacy
from sessions_app.measuring import ABOUT


class MeasuringVersion(SettingVersion):
    """One version of what is measured around a session, for every route or for one.

    `values` as `measuring.Protocol.as_values` gives them; empty for a route that follows every route again.
    """

    privacy = Privacy(operational="id practice about version values source set_at set_by note")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="measuring_versions")
    about = models.CharField(max_length=12, choices=list(ABOUT.items()))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "about", "version"], name="measuring_version_once"),
            models.CheckConstraint(condition=Q(about__in=list(ABOUT)), name="measuring_about_known"),
        ]
