"""This app's own navigation entries and its panel on the home page."""

from datetime import timedelta

from accounts.backups_page import backup_trouble
from accounts.models import Membership, RoleRequest
from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from common.models import AuditEvent


def navigation_entries(actor) -> list[NavEntry]:
    return [
        NavEntry("Today", "accounts:home", "house", (Permission.VIEW_STAFF,), order=0),
        NavEntry("Staff", "accounts:staff", "users-round", (Permission.VIEW_STAFF,), order=80),
        NavEntry("Practice", "accounts:practice_settings", "building-2", (Permission.VIEW_SETTINGS,), order=85),
        NavEntry("Audit log", "accounts:audit_log", "scroll-text", (Permission.VIEW_AUDIT,), order=90),
        NavEntry("Backups", "accounts:backups", "database-backup", (Permission.VIEW_BACKUPS,), order=92),
    ]


def home_panels_for(actor, at) -> list[Panel]:
    """For whoever runs the practice: how many work here, who has not signed in yet, refused sign-ins of a day."""
    if not actor.roles:
        return [Panel("no-role", "Your role", "accounts/_awaits_role.html", {}, order=0, wide=True)]
    panels = _roles_to_approve(actor) + _backups(actor, at)
    if not actor.can(Permission.MANAGE_STAFF):
        return panels
    counts = Membership.objects.of_practice(actor.practice_id).active().counted()
    since = at - timedelta(days=1)
    failed = AuditEvent.objects.filter(
        practice_id=actor.practice_id, at__gt=since, action="accounts.sign_in", outcome="failed"
    ).count()
    context = {**counts, "failed_sign_ins": failed, "practice": actor.practice}
    return [*panels, Panel("practice", "Your practice", "accounts/_practice_panel.html", context, order=90)]


def _roles_to_approve(actor) -> list[Panel]:
    """Roles that somebody else asked for and this person may approve (R15)."""
    if not actor.can(Permission.APPROVE_ROLES):
        return []
    asked = RoleRequest.objects.visible_to(actor).waiting().exclude(requested_by_id=actor.membership_id)
    rows = list(asked.exclude(membership_id=actor.membership_id).with_people().order_by("requested_at")[:8])
    if not rows:
        return []
    return [Panel("roles", "Roles to approve", "accounts/_roles_panel.html", {"rows": rows}, len(rows), order=6)]


def _backups(actor, at) -> list[Panel]:
    """Only while something has to be done about them (R101)."""
    trouble = backup_trouble(at) if actor.can(Permission.VIEW_BACKUPS) else ""
    if not trouble:
        return []
    return [Panel("backups", "Backups", "accounts/_backups_panel.html", {"trouble": trouble}, order=7)]
