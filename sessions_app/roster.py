"""Who stands on a session's roster now; never cached (R8)."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from common.statements import Statement
from sessions_app.models import RosterEntry


def sessions_of(membership_id: UUID | None) -> QuerySet:
    """Ids of the sessions on whose roster the person stands now."""
    return RosterEntry.objects.filter(membership_id=membership_id, left_at=None).values("session_id")


def _entry(membership: UUID, session: UUID) -> QuerySet:
    return RosterEntry.objects.filter(session_id=session, membership_id=membership, left_at=None).values_list("pk")[:1]


_ENTRY = Statement("roster_entry", _entry, membership=UUID, session=UUID)


def is_on_roster(membership_id: UUID | None, session_id: UUID) -> bool:
    return membership_id is not None and bool(_ENTRY.raw_rows(membership=membership_id, session=session_id))


def roster_mark(entries: Iterable[RosterEntry]) -> str:
    """Stands for exactly these entries: who is on which duty since when."""
    return hashlib.sha256(repr(sorted(str(entry.pk) for entry in entries)).encode()).hexdigest()[:16]
