"""Finds a free place for a text on a drawing: the first of the wanted ones that touches nothing already there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

LETTER = Decimal("7.7")  # the widest mean of a letter in the sizes of charts.css, so that a text never needs more
ASCENT, DESCENT, AIR = Decimal(11), Decimal(4), Decimal(2)


@dataclass(frozen=True)
class Box:
    """What something covers, in the units of the drawing."""

    left: Decimal
    top: Decimal
    right: Decimal
    bottom: Decimal

    def touches(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def is_within(self, other: "Box") -> bool:
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True)
class Spot:
    """Where a text begins (its left end, on its base line), and what it then covers with a little air."""

    x: Decimal
    y: Decimal
    box: Box


def width_of(text: str) -> Decimal:
    return LETTER * len(text)


def spot(text: str, x: Decimal, y: Decimal) -> Spot:
    return Spot(x, y, Box(x - AIR, y - ASCENT - AIR, x + width_of(text) + AIR, y + DESCENT + AIR))


def around(x: Decimal, y: Decimal, reach: Decimal) -> Box:
    """A dot or a mark that covers `reach` on every side."""
    return Box(x - reach, y - reach, x + reach, y + reach)


def along(begin: tuple[Decimal, Decimal], end: tuple[Decimal, Decimal]) -> list[Box]:
    """A straight stroke from left to right, cut into pieces of at most 8 units across."""
    pieces = int((end[0] - begin[0]) // 8) + 1
    steps = [Decimal(step) / pieces for step in range(pieces + 1)]
    points = [tuple(a + share * (b - a) for a, b in zip(begin, end, strict=True)) for share in steps]
    return [
        Box(min(x, next_x) - 1, min(y, next_y) - 1, max(x, next_x) + 1, max(y, next_y) + 1)
        for (x, y), (next_x, next_y) in pairwise(points)
    ]


def first_free(spots: Iterable[Spot], taken: Sequence[Box], within: Box) -> Spot | None:
    """None where every one leaves the ground or touches something."""
    return next(
        (one for one in spots if one.box.is_within(within) and not any(one.box.touches(box) for box in taken)), None
    )


def thinned(texts: Sequence[tuple[Decimal, str]]) -> list[str]:
    """Of texts centred on places in a row, from left to right, those that leave each other room; '' for the others."""
    kept, free_from = [], None
    for x, text in texts:
        half = width_of(text) / 2
        is_free = free_from is None or x - half >= free_from
        kept.append(text if is_free else "")
        free_from = x + half + AIR if is_free else free_from
    return kept
