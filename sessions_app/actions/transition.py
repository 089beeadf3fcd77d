"""The one way a session changes its state: compare-and-set on state and version, with an immutable row (product.md)."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from accounts.actor import Actor
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, StaleState
from common.sealed_fields import sealed
from common.statements import Statement
from sessions_app.models import Session, SessionTransition
from sessions_app.session_facts import full
from sessions_app.states import State, may_move

SIGNED = Blocker("SESSION_SIGNED", "This session is signed. Add an addendum instead.")


def scope_of(session: Session) -> dict:
    """Where an act on this session happens, as keywords of `authorize`."""
    return {"practice_id": session.practice_id, "patient": session.patient_id, "session": session.pk}


def event_fields(by: Actor, role: str, at: datetime, moment: datetime, late_reason: str = "") -> dict:
    """The columns every event row carries."""
    return {
        "occurred_at": moment,
        "recorded_at": at,
        "recorded_by_id": by.membership_id,
        "recorded_as": role,
        "late_reason": late_reason.strip(),
    }


def held(session: Session, version: int | None = None) -> Session:
    """The session as it is stored now, locked until the transaction ends (SQLite transactions already queue).

    `version` is the one the person saw. Raises StaleState when it is not the stored one.
    """
    (row,) = _HELD.instances(session=session.pk)
    check_version(row, version)
    return row


def _held(session: UUID):
    return full(Session.objects.select_for_update(of=("self",), no_key=True)).filter(pk=session)


_HELD = Statement("held", _held, session=UUID)


def check_version(session: Session, version: int | None) -> None:
    if version is not None and session.version != version:
        raise _stale(session)


def refuse_signed(session: Session) -> None:
    if session.signed_at is not None:
        raise Blocked([SIGNED])


def move(
    session: Session,
    to: State,
    *,
    by: Actor,
    role: str,
    at: datetime,
    moment: datetime,
    late_reason: str = "",
    reason: str = "",
    id: UUID | None = None,
    **columns,
) -> SessionTransition:
    """Change the state of exactly the stored row this `session` was read from, and write the transition.

    `columns` are set with it; `id` is the transition's where a client made one. Raises StaleState when the state does
    not allow it or somebody was first.
    """
    start = session.state_now
    if not may_move(start, to):
        raise _stale(session)
    changed = Session.objects.filter(pk=session.pk, state=start.value, version=session.version, signed_at=None).update(
        state=to.value, version=F("version") + 1, **sealed(session, **columns)
    )
    if changed != 1:
        raise StaleState("Somebody changed this session first. Reload to see it.")
    for name, value in {"state": to.value, "version": session.version + 1, **columns}.items():
        setattr(session, name, value)
    transition = SessionTransition(
        **({"id": id} if id else {}),
        session=session,
        from_state=start.value,
        to_state=to.value,
        reason=reason.strip(),
        **event_fields(by, role, at, moment, late_reason),
    )
    transition.save(force_insert=True)
    return transition


def touch(session: Session, **columns) -> None:
    """Count up the version without changing the state, so that two people cannot act on the same view of it."""
    changed = Session.objects.filter(pk=session.pk, version=session.version, signed_at=None).update(
        version=F("version") + 1, **sealed(session, **columns)
    )
    if changed != 1:
        raise StaleState("Somebody changed this session first. Reload to see it.")
    for name, value in {"version": session.version + 1, **columns}.items():
        setattr(session, name, value)


def note_act(by: Actor, action: str, *, at: datetime, session: Session, subject, role: str, **detail) -> None:
    """The audit row of an act on a row of this session; `detail` holds ids, codes and counts only."""
    audit.record(
        by,
        f"sessions.{action}",
        at=at,
        subject=subject,
        patient_id=session.patient_id,
        role=role,
        detail={"session": str(session.pk), **detail},
    )


def _stale(session: Session) -> StaleState:
    sentence = f"Somebody changed this session first. It is now: {session.state_now.label.lower()}."
    return StaleState(sentence, {"state": session.state, "version": session.version})
