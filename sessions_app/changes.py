"""Whether anything changed since a page was made, asked in one statement (every 3 seconds by each open page).

A token is a digest of how many rows hang on what is shown, and the second until which it may be believed: what changes
with time alone (a reading falls due, a baseline grows old) or in the chart shows at the latest then.
"""

import hashlib
import re
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sessions_app.models import (
    AdverseEvent,
    AlarmAnswer,
    BlockerOverride,
    CheckIn,
    Observation,
    RescueDrug,
    RoomConsent,
    RoomEntry,
    RosterEntry,
    ScaleScore,
    Session,
    SessionAddendum,
    SessionTransition,
    VitalReading,
)

BELIEVED = timedelta(seconds=15)
HANGING = (
    *(VitalReading, SessionTransition, Observation, AdverseEvent),
    *(RosterEntry, CheckIn, BlockerOverride, SessionAddendum, AlarmAnswer),
    *(ScaleScore, RoomEntry, RescueDrug, RoomConsent),
)


def session_token(session_id, at: datetime) -> str:
    """For the page of one session, whoever may see it."""
    return _token(_marks(Session.objects.filter(pk=session_id)), at)


def board_token(sessions: QuerySet[Session], at: datetime) -> str:
    """For the board of these sessions."""
    return _token(_marks(sessions), at)


def is_unchanged(sessions: QuerySet[Session], token: str, at: datetime) -> bool:
    """Whether `token` still holds for these sessions; one query, none for a token that is too old or no token."""
    digest, _, until = token.partition(".")
    if not re.fullmatch("[0-9]{1,12}", until) or not at.timestamp() < int(until) <= (at + BELIEVED).timestamp():
        return False
    return _digest(_marks(sessions)) == digest


def _marks(sessions: QuerySet[Session]) -> list[tuple]:
    counts = {f"rows_{place}": _count(model) for place, model in enumerate(HANGING)}
    rows = sessions.annotate(**counts).order_by("pk")
    return list(rows.values_list("pk", "version", "dosing_record__version", "dosing_record__reviewed_at", *counts))


def _count(model):
    rows = model.objects.filter(session=OuterRef("pk")).order_by().values("session")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def _token(marks: list[tuple], at: datetime) -> str:
    return f"{_digest(marks)}.{int((at + BELIEVED).timestamp())}"


def _digest(marks: list[tuple]) -> str:
    return hashlib.sha256(repr(marks).encode()).hexdigest()[:16]
