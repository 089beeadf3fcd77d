"""This app's own navigation entries and its panel on the home page."""

from datetime import timedelta

from accounts.models import Membership
from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from common.models import AuditEvent


def navigation_entries(actor) -> list[NavEntry]:
    return [
        NavEntry("Today", "accounts:home", "house", (Permission.VIEW_STAFF,), order=0),
        NavEntry("Staff", "accounts:staff", "users-round", (Permission.VIEW_STAFF,), order=80),
        NavEntry("Practice", "accounts:practice_settings", "building-2", (Permission.VIEW_SETTINGS,), order=85),
        NavEntry("Audit log", "accounts:audit_log", "scroll-text", (Permission.VIEW_AUDIT,), order=90),
    ]


def home_panels_for(actor, at) -> list[Panel]:
    """For whoever runs the practice: how many work here, who has not signed in yet, refused sign-ins of a day."""
    if not actor.can(Permission.MANAGE_STAFF):
        return []
    counts = Membership.objects.of_practice(actor.practice_id).active().counted()
    since = at - timedelta(days=1)
    failed = AuditEvent.objects.filter(
        practice_id=actor.practice_id, at__gt=since, action="accounts.sign_in", outcome="failed"
    ).count()
    context = {**counts, "failed_sign_ins": failed, "practice": actor.practice}
    return [Panel("practice", "Your practice", "accounts/_practice_panel.html", context, order=90)]
