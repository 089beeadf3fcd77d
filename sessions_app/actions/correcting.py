"""Taking an entry back: a new row that says it never happened; the entry itself stays as it was (R40)."""

from datetime import datetime
from uuid import UUID

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common.errors import OutOfScope
from sessions_app.actions._entry import write_entry
from sessions_app.actions.transition import scope_of
from sessions_app.models import Session
from sessions_app.models.correctable import CorrectableRecord
from sessions_app.room_kinds import ENTRY_KINDS


def withdraw_entry(
    *, session: Session, by: Actor, at: datetime, entry_kind: str, entry_id: UUID, reason: str, id: UUID | None = None
) -> CorrectableRecord:
    """Say that an entry never happened, with the reason (5 characters); its values are repeated in the new row.

    `entry_kind` is one of `room_kinds.ENTRY_KINDS`. Raises StaleState when the entry was corrected before.
    """
    found = ENTRY_KINDS.get(entry_kind)
    role = authorize(by, found.permission if found else Permission.RECORD_OBSERVATION, **scope_of(session))
    entry = found.model.objects.filter(pk=entry_id, session_id=session.pk).first() if found else None
    if entry is None:
        raise OutOfScope("entry")
    return write_entry(
        found.model,
        "withdraw_entry",
        role,
        {name: getattr(entry, name) for name in found.model.told},
        session=session,
        by=by,
        at=at,
        id=id,
        corrects_id=entry.pk,
        correction_reason=reason,
        is_withdrawal=True,
    )
