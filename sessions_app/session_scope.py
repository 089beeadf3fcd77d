"""One session with what this person may do with it, in a single query; out of reach is the same as not there."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.actor import Actor
from accounts.roles import Permission
from common.errors import OutOfScope
from common.statements import Statement, columns_of, row_of
from patients.models.person import on_team
from sessions_app.models import RosterEntry, Session
from sessions_app.session_reach import SessionReach


def reached_session(
    actor: Actor,
    pk: UUID,
    permission: Permission = Permission.VIEW_SESSION,
    joined: tuple[str, ...] = (),
    also: dict | None = None,
) -> tuple[Session, SessionReach]:
    """The session when `permission` reaches it, else OutOfScope.

    `joined` are the rows loaded along with it, `also` what is annotated then.

    Sees what `Session.objects.visible_to` sees (a test compares them), but asks about team and roster only once.
    """
    asked = {"pk": pk, "practice": actor.practice_id, "membership": actor.membership_id}
    session = (
        _with_reach(**asked).annotate(**(also or {})).select_related(*joined).first() if joined else _alone(**asked)
    )
    if session is None:
        raise OutOfScope("session")
    reach = SessionReach(actor, session.is_on_team, session.is_on_roster, session.patient_id)
    if not _sees(reach) or (permission is not Permission.VIEW_SESSION and not reach.may(permission)):
        raise OutOfScope("session")
    return session, reach


def _with_reach(pk: UUID, practice: UUID, membership: UUID) -> QuerySet[Session]:
    """The session of this practice, with whether the person is on its patient's team and on its roster."""
    here = RosterEntry.objects.filter(session_id=OuterRef("pk"), membership_id=membership, left_at=None)
    return Session.objects.filter(pk=pk, practice_id=practice).annotate(
        is_on_team=on_team(membership, "patient_id"), is_on_roster=Exists(here)
    )


_ALONE = Statement(
    "reached_session",
    lambda **asked: _with_reach(**asked).values_list(*columns_of(Session), "is_on_team", "is_on_roster"),
    pk=UUID,
    practice=UUID,
    membership=UUID,
)


def _alone(**asked: UUID) -> Session | None:
    for *columns, is_on_team, is_on_roster in _ALONE.rows(**asked):
        session = row_of(Session, columns)
        session.is_on_team, session.is_on_roster = is_on_team, is_on_roster
        return session
    return None


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
