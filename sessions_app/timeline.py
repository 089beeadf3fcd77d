"""Puts what happened in a session on one line whose zero is the first dose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone


@dataclass(frozen=True)
class TimelineEvent:
    """One line of the timeline, in the words of components/timeline_item.html. `order` settles equal times.

    `entry_kind` and `entry_id` name the entry when it may be corrected; `is_struck` when it was. `link` leads to the
    page where it is corrected.
    """

    at: datetime
    recorded_at: datetime
    title: str
    text: str = ""
    meta: str = ""
    icon_name: str = "circle-dot"
    kind: str = ""
    word: str = ""
    word_kind: str = ""
    order: int = 50
    minutes: int | None = None
    entry_kind: str = ""
    entry_id: UUID | None = None
    is_struck: bool = False
    link: str = ""


def clock_words(moment: datetime, zone: str = "") -> str:
    """Day and time in the practice's zone, on a page the active one: 1 Dec 14:00."""
    local = timezone.localtime(moment, ZoneInfo(zone) if zone else None)
    return f"{local.day} {local:%b %H:%M}"


def t_plus_minutes(moment: datetime, first_dose_at: datetime | None) -> int | None:
    """Whole minutes from the first dose, negative before it, parts of a minute dropped toward minus infinity."""
    if first_dose_at is None:
        return None
    return (moment - first_dose_at) // timedelta(minutes=1)


def merged(events: Iterable[TimelineEvent]) -> list[TimelineEvent]:
    """All events in the order they happened; what happened together is in the order it was written down."""
    return sorted(events, key=lambda event: (event.at, event.order, event.recorded_at))
