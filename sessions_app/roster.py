"""Who stands on a session's roster now; never cached (R8)."""

from uuid import UUID

from sessions_app.models import RosterEntry


def is_on_roster(membership_id: UUID | None, session_id: UUID) -> bool:
    if membership_id is None:
        return False
    return RosterEntry.objects.filter(session_id=session_id, membership_id=membership_id, left_at=None).exists()
