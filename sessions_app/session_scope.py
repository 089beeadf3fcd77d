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
    """The session when `permission` reaches it, else OutOfScope. `joined` are the rows loaded along with it.

    Sees what `Session.objects.visible_to` sees (a test compares them), but asks about team and roster only once.
    """
    here = RosterEntry.objects.filter(session_id=OuterRef("pk"), membership_id=actor.membership_id, left_at=None)
    rows = Session.objects.filter(pk=pk, practice_id=actor.practice_id).annotate(
        is_on_team=on_team(actor.membership_id, "patient_id"), is_on_roster=Exists(here)
    )
    session = (rows.select_related(*joined) if joined else rows).first()
    if session is None:
        raise OutOfScope("session")
    reach = SessionReach(actor, session.is_on_team, session.is_on_roster, session.patient_id)
    if not _sees(reach) or (permission is not Permission.VIEW_SESSION and not reach.may(permission)):
        raise OutOfScope("session")
    return session, reach


def _sees(reach: SessionReach) -> bool:
    actor = reach.actor
    if not actor.can(Permission.VIEW_SESSION):
        return False
    return (
        actor.reaches_practice(Permission.VIEW_SESSION)
        or reach.on_team
        or reach.on_roster
        or reach.may(Permission.VIEW_SESSION)
    )
