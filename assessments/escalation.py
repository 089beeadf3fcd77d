"""Whose turn a risk item is: worked out from the clock and the on-call list alone, so that it holds with queue, worker
and mail down (R80, KAP-RISK-UNSEEN, KAP-RISK-CONTACT)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CARE_TEAM = "The care team"


@dataclass(frozen=True)
class Limits:
    """`step`: until an item goes on to the next person. `contact`: from the acknowledgement to the first contact."""

    step: timedelta
    contact: timedelta


@dataclass(frozen=True)
class Place:
    """A place of the list: `after` the answer it is this person's turn, while the place was on the list."""

    key: object
    person: object
    name: str
    position: int
    after: timedelta
    listed_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True)
class Turn:
    place: Place
    at: datetime

    @property
    def name(self) -> str:
        return self.place.name


@dataclass(frozen=True)
class Facts:
    """What a risk item says about itself; `by` is who acknowledged it."""

    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    first_contact_at: datetime | None = None
    closed_at: datetime | None = None


def turns_of(raised_at: datetime, until: datetime, places: Sequence[Place]) -> tuple[Turn, ...]:
    """To whom the item went by `until` (now, or when somebody acknowledged), in that order, everybody once.

    A turn comes `after` the answer; for somebody put on the list later, at that moment; never after having left it.
    """
    came: dict[object, Turn] = {}
    for turn in sorted((_turn(place, raised_at) for place in places), key=_order):
        left_at = turn.place.removed_at
        if turn.at <= until and (left_at is None or turn.at < left_at):
            came.setdefault(turn.place.person, turn)
    return tuple(came.values())


def _turn(place: Place, raised_at: datetime) -> Turn:
    return Turn(place, max(raised_at + place.after, place.listed_at))


def _order(turn: Turn):
    return turn.at, turn.place.position


@dataclass(frozen=True)
class Standing:
    """An item at one moment: who answers for it since when, to whom it went, who is next, and what is overdue."""

    owner: str
    since: datetime
    turns: tuple[Turn, ...]
    following: Turn | None
    is_unseen: bool
    is_uncontacted: bool
    is_list_empty: bool
    is_list_over: bool
    contact_due_at: datetime | None
    step: timedelta

    @property
    def is_overdue(self) -> bool:
        return self.is_unseen or self.is_uncontacted


def standing_of(facts: Facts, places: Sequence[Place], limits: Limits, at: datetime) -> Standing:
    """`is_unseen`: nobody acknowledged within the step. `is_uncontacted`: acknowledged, and no contact in time."""
    is_open, is_waiting = facts.closed_at is None, facts.acknowledged_at is None and facts.closed_at is None
    turns = turns_of(facts.raised_at, facts.acknowledged_at or facts.closed_at or at, places)
    following = _following(facts.raised_at, turns, places) if is_waiting else None
    owner, since = (turns[-1].name, turns[-1].at) if turns else (CARE_TEAM, facts.raised_at)
    if facts.acknowledged_at is not None:
        owner, since = facts.acknowledged_by, facts.acknowledged_at
    due = facts.acknowledged_at + limits.contact if facts.acknowledged_at else None
    lacks_contact = is_open and due is not None and facts.first_contact_at is None
    return Standing(
        owner=owner,
        since=since,
        turns=turns,
        following=following,
        is_unseen=is_waiting and at - facts.raised_at >= limits.step,
        is_uncontacted=lacks_contact and at >= due,
        is_list_empty=is_waiting and not turns and following is None,
        is_list_over=is_waiting and bool(turns) and following is None and at - turns[-1].at >= limits.step,
        contact_due_at=due if lacks_contact else None,
        step=limits.step,
    )


def _following(raised_at: datetime, turns: Sequence[Turn], places: Sequence[Place]) -> Turn | None:
    """Who is next if nobody acknowledges."""
    had = {turn.place.person for turn in turns}
    coming = [_turn(place, raised_at) for place in places if place.removed_at is None and place.person not in had]
    return min(coming, key=_order, default=None)
