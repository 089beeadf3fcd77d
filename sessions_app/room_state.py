"""What the entries of the room say now: which stand, who is there, whether touch was agreed to. No database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sessions_app.scales import severity_of, words_of_scale
from sessions_app.session_events import SessionEvent
from sessions_app.vital_limits import Severity


@dataclass(frozen=True)
class Presence:
    """Somebody in the room, and since when."""

    membership: UUID
    person: str
    since: datetime


@dataclass(frozen=True)
class LastScale:
    """The standing total of one scale taken last."""

    event: SessionEvent
    words: str
    severity: Severity


@dataclass(frozen=True)
class RoomState:
    """Built from events in the order they happened (`session_events.session_events`)."""

    events: tuple[SessionEvent, ...]

    @cached_property
    def corrected(self) -> frozenset[UUID]:
        return frozenset(event.values["corrects"] for event in self.events if event.values["corrects"])

    def stands(self, event: SessionEvent) -> bool:
        return event.id not in self.corrected and not event.values["is_withdrawal"]

    def standing(self, kind: str) -> list[SessionEvent]:
        return [event for event in self.events if event.kind == kind and self.stands(event)]

    @cached_property
    def in_room(self) -> tuple[Presence, ...]:
        """Who came in and did not go out since, in the order they came."""
        return tuple(present(self.standing("room_entry")))

    @property
    def is_kept(self) -> bool:
        """Whether anybody wrote down at all who is in the room."""
        return bool(self.standing("room_entry"))

    def agreed(self, about: str) -> bool | None:
        """The last word about touch or music; None when nobody was asked."""
        said = [event for event in self.standing("room_consent") if event.values["about"] == about]
        return said[-1].values["is_given"] if said else None

    @cached_property
    def scales(self) -> tuple[LastScale, ...]:
        last = {event.values["instrument"]: event for event in self.standing("scale")}
        return tuple(_last_scale(event) for event in last.values())

    def last_quick(self, recorded_by: str, since: datetime) -> SessionEvent | None:
        """The person's own newest observation or room entry written down since then, which one more tap takes back."""
        quick = [
            event
            for event in (*self.standing("observation"), *self.standing("room_entry"))
            if event.recorded_by == recorded_by and event.recorded_at >= since
        ]
        return max(quick, key=lambda event: event.recorded_at, default=None)


def present(entries: Iterable[SessionEvent]) -> list[Presence]:
    """Who is in the room after these entries, oldest first; coming in twice counts from the first time."""
    inside: dict[UUID, Presence] = {}
    for event in entries:
        who = event.values["membership"]
        if event.values["went"] == "out":
            inside.pop(who, None)
        else:
            inside.setdefault(who, Presence(who, event.values["person"], event.occurred_at))
    return list(inside.values())


def _last_scale(event: SessionEvent) -> LastScale:
    code, total = event.values["instrument"], event.values["total"]
    return LastScale(event, words_of_scale(code, total), severity_of(code, total))
