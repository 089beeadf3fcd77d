"""Giving up an entry that waited on a device and was not taken: what remains of it is an audit row."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actor import Actor
from common import audit
from sessions_app.models import Session


def discard_kept_entry(
    *,
    by: Actor,
    at: datetime,
    entry_id: UUID,
    session_id: UUID,
    session: Session | None,
    what: str,
    device: UUID,
    seq: int,
    reason: str,
) -> None:
    """`session` is None when the person no longer sees it: then the row names it without its patient.

    `reason` is a code of `forms.offline.WHY_DISCARDED`.
    """
    told = {"entry": str(entry_id), "session": str(session_id), "what": what, "device": str(device), "seq": seq}
    told["reason"] = reason
    with transaction.atomic():
        audit.record(by, "sessions.discard_kept_entry", at=at, subject=session, detail=told)
