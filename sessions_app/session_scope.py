"""One session with what this person may do with it, in a single query; out of reach is the same as not there."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.actor import Actor
from accounts.roles import Permission
from common.errors import OutOfScope
from patients.models.person import on_team
from sessions_app.models import RosterEntry, Session
from sessions_app.session_reach import SessionReach


def reached_session(
    actor: Actor, pk: UUID, permission: Permission = Permission.VIEW_SESSION
) -> tuple[Session, SessionReach]:
    """The session when `permission` reaches it, else OutOfScope."""
    here = RosterEntry.objects.filter(session_id=OuterRef("pk"), membership_id=actor.membership_id, left_at=None)
    rows = Session.objects.visible_to(actor).select_related("patient", "series", "room")
    session = rows.annotate(
        is_on_team=on_team(actor.membership_id, "patient_id"), is_on_roster=Exists(here)
    ).filter(pk=pk).first()  # fmt: skip
    if session is None:
        raise OutOfScope("session")
    reach = SessionReach(actor, session.is_on_team, session.is_on_roster)
    if permission is not Permission.VIEW_SESSION and not reach.may(permission):
        raise OutOfScope("session")
    return session, reach
