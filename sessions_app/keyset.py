"""Reads one page of a long list from where the last one ended: the same cost at any depth, no count of everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db.models import Q, QuerySet

FORWARD, BACK = "n", "p"


@dataclass(frozen=True)
class Place:
    """The row beside which a page begins: `segment` is the part of the list it stands in."""

    direction: str
    segment: int
    value: object
    row_id: UUID

    def __str__(self):
        value = self.value.isoformat() if isinstance(self.value, datetime) else f"{self.value}"
        return f"{self.direction}~{self.segment}~{value}~{self.row_id}"


@dataclass(frozen=True)
class Slice:
    """The ids of one page in order. A cursor is empty when nothing lies in that direction."""

    ids: list[UUID]
    previous_cursor: str = ""
    next_cursor: str = ""


def read_place(text: str, segments: int) -> Place | None:
    """The place a cursor names, or None for one that says nothing: then the list begins at its first page."""
    try:
        direction, segment, value, row_id = text.split("~")
        place = Place(direction, int(segment), _value(value), UUID(row_id))
    except (ValueError, InvalidOperation):
        return None
    return place if direction in (FORWARD, BACK) and 0 <= place.segment < segments else None


def _value(text: str) -> datetime | Decimal:
    if "T" not in text:
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return number
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def slice_of(segments: Sequence[QuerySet], key: str, *, descending: bool, cursor: str = "", size: int = 25) -> Slice:
    """`segments` follow one another, each sorted by `key` and then id. One query per segment that is needed.

    Only key and id are read, so that sorting and skipping never carry whole rows about.
    """
    place = read_place(cursor, len(segments))
    back = place is not None and place.direction == BACK
    found = _collect(segments, key, descending, place, back, size + 1)
    has_more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Slice([])
    earlier = has_more if back else place is not None
    later = True if back else has_more
    return Slice(
        [row_id for _, _, row_id in found],
        str(Place(BACK, *found[0])) if earlier else "",
        str(Place(FORWARD, *found[-1])) if later else "",
    )


def _collect(segments, key, descending, place, back, wanted) -> list[tuple[int, object, UUID]]:
    order = list(range(len(segments)))
    if back:
        order.reverse()
    if place is not None:
        order = order[order.index(place.segment) :]
    downwards = descending != back
    found: list[tuple[int, object, UUID]] = []
    for number in order:
        rows = segments[number]
        if place is not None and number == place.segment:
            rows = _beyond(rows, key, place, downwards)
        sign = "-" if downwards else ""
        rows = rows.order_by(f"{sign}{key}", f"{sign}id").values_list(key, "id")[: wanted - len(found)]
        found += [(number, value, row_id) for value, row_id in rows]
        if len(found) >= wanted:
            break
    return found


def _beyond(rows, key, place, downwards):
    word = "lt" if downwards else "gt"
    strictly = Q(**{f"{key}__{word}": place.value}) | Q(**{f"id__{word}": place.row_id})
    return rows.filter(strictly, **{f"{key}__{word}e": place.value})
