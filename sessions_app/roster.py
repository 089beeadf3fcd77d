"""Who stands on a session's roster now; never cached (R8)."""

from uuid import UUID

from django.db.models import QuerySet

from sessions_app.models import RosterEntry


def sessions_of(membership_id: UUID | None) -> QuerySet:
    """Ids of the sessions on whose roster the person stands now."""
    return RosterEntry.objects.filter(membership_id=membership_id, left_at=None).values("session_id")


def is_on_roster(membership_id: UUID | None, session_id: UUID) -> bool:
    if membership_id is None:
        return False
    return RosterEntry.objects.filter(session_id=session_id, membership_id=membership_id, left_at=None).exists()
