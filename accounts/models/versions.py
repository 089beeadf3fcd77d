"""Settings of a practice that are kept by version: the newest counts, old ones stay."""

from django.db import models

from accounts.roles import Permission


class VersionsQuerySet(models.QuerySet):
    """For models with `practice`, `version` and `set_by`."""

    def visible_to(self, actor):
        if actor is None or not actor.can(Permission.VIEW_SETTINGS):
            return self.none()
        return self.filter(practice_id=actor.practice_id)

    def newest_first(self):
        return self.select_related("set_by__user").order_by("-version")
