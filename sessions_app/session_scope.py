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
    actor: Actor, pk: UUID, permission: Permission = Permission.VIEW_SESSION, joined: tuple[str, ...] = ()
) -> tuple[Session, SessionReach]:
    """The session when `permission` reaches it, else OutOfScope. `joined` are the rows loaded along with it."""
    here = RosterEntry.objects.filter(session_id=OuterRef("pk"), membership_id=actor.membership_id, left_at=None)
    team = on_team(actor.membership_id, "patient_id")
    rows = Session.objects.visible_to(actor).annotate(is_on_team=team, is_on_roster=Exists(here))
    if joined:
        rows = rows.select_related(*joined)
    session = rows.filter(pk=pk).first()
    if session is None:
        raise OutOfScope("session")
    reach = SessionReach(actor, session.is_on_team, session.is_on_roster)
    if permission is not Permission.VIEW_SESSION and not reach.may(permission):
        raise OutOfScope("session")
    return session, reach
