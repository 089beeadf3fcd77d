"""Whether anything changed since a page was made, asked in one statement (every 1.5 seconds by each open page).

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
    Presence,
    RescueDrug,
    RoomConsent,
    RoomEntry,
    RosterEntry,
    ScaleScore,
    Session,
    SessionAddendum,
    SessionTransition,
    SupervisionSetting,
    VitalReading,
)

BELIEVED = timedelta(seconds=15)
HANGING = (
    *(VitalReading, SessionTransition, Observation, AdverseEvent),
    *(RosterEntry, CheckIn, BlockerOverride, SessionAddendum, AlarmAnswer),
    *(ScaleScore, RoomEntry, RescueDrug, RoomConsent),
)


def session_token(session: Session, at: datetime) -> str:
    """For the page of one session read with COUNTS, whoever may see it."""
    record = session.dosing_record
    told = (record.version, record.reviewed_at) if record is not None else (None, None)
    return _token([(session.pk, session.version, *told, *(getattr(session, name) for name in COUNTS))], at)


def board_token(sessions: QuerySet[Session], at: datetime) -> str:
    """For the board of these sessions, and of who is on site."""
    return _token(marks_of(sessions, BOARD), at)


def board_still_unchanged(sessions: QuerySet[Session], token: str, at: datetime) -> tuple[bool, str]:
    return still_unchanged(sessions, token, at, BOARD)


def still_unchanged(
    sessions: QuerySet[Session], token: str, at: datetime, also: dict | None = None
) -> tuple[bool, str]:
    """Whether `token` still holds for these sessions, and the token of now; one query."""
    marks = marks_of(sessions, also)
    digest, _, until = token.partition(".")
    is_young = re.fullmatch("[0-9]{1,12}", until) and at.timestamp() < int(until) <= (at + BELIEVED).timestamp()
    return bool(is_young) and digest_of(marks) == digest, _token(marks, at)


def marks_of(sessions: QuerySet[Session], also: dict | None = None) -> list[tuple]:
    counts = COUNTS | (also or {})
    rows = sessions.annotate(**counts).order_by("pk")
    return list(rows.values_list("pk", "version", "dosing_record__version", "dosing_record__reviewed_at", *counts))


def _count(model):
    rows = model.objects.filter(session=OuterRef("pk")).order_by().values("session")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


COUNTS = {f"rows_{place}": _count(model) for place, model in enumerate(HANGING)}


def _of_practice(model):
    rows = model.objects.filter(practice=OuterRef("practice_id")).order_by().values("practice")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


# Of the practice, so that only a board asks about them; what other sessions do to a warning shows when the token ends.
BOARD = {"presence": _of_practice(Presence), "supervision": _of_practice(SupervisionSetting)}


def _token(marks: list[tuple], at: datetime) -> str:
    return f"{digest_of(marks)}.{int((at + BELIEVED).timestamp())}"


def digest_of(marks: list[tuple]) -> str:
    return hashlib.sha256(repr(marks).encode()).hexdigest()[:16]
