"""How a measured value becomes a place on the drawing: scales, ticks and formatted coordinates, all in Decimal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import TypeVar

TENTH = Decimal("0.1")
T = TypeVar("T")


def coordinate(value: Decimal) -> str:
    """A drawing coordinate to a tenth of a unit (half to even), without trailing zeros."""
    text = f"{value.quantize(TENTH, rounding=ROUND_HALF_EVEN):f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def number(value: Decimal) -> str:
    """A measured value as people write it: no trailing zeros, no exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Scale:
    """A straight line from values [low, high] to places [start, end]; a value outside keeps its own place outside."""

    low: Decimal
    high: Decimal
    start: Decimal
    end: Decimal

    def __post_init__(self) -> None:
        if self.high <= self.low:
            raise ValueError("A scale needs a high end above its low end.")

    def at(self, value: Decimal | int) -> Decimal:
        share = (Decimal(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def place(self, value: Decimal | int) -> str:
        return coordinate(self.at(value))


@dataclass(frozen=True)
class Tick:
    """One gridline: where it is and what it says."""

    place: str
    label: str


def bounds(values: Iterable[Decimal], *, low: Decimal, high: Decimal, step: Decimal) -> tuple[Decimal, Decimal]:
    """The usual range [low, high], widened outward in whole steps so that every value lies inside."""
    found = list(values)
    if not found:
        return low, high
    least = (min(found) / step).to_integral_value(ROUND_FLOOR) * step
    most = (max(found) / step).to_integral_value(ROUND_CEILING) * step
    return min(low, least), max(high, most)


def ticks(scale: Scale, step: Decimal, labels=number) -> tuple[Tick, ...]:
    """A tick at every multiple of `step` inside the scale, both ends included."""
    first = (scale.low / step).to_integral_value(ROUND_CEILING)
    last = (scale.high / step).to_integral_value(ROUND_FLOOR)
    multiples = [step * count for count in range(int(first), int(last) + 1)]
    return tuple(Tick(scale.place(value), labels(value)) for value in multiples)


def widest_step(span: Decimal, steps: Sequence[int], at_most: int) -> Decimal:
    """The smallest of `steps` which gives at most `at_most` intervals over `span`, else the largest."""
    for step in steps:
        if span <= Decimal(step) * at_most:
            return Decimal(step)
    return Decimal(steps[-1])


def runs(items: Sequence[T | None]) -> list[list[T]]:
    """The unbroken stretches of a series; a missing item (None) ends one."""
    stretches: list[list[T]] = [[]]
    for item in items:
        if item is None:
            stretches.append([])
        else:
            stretches[-1].append(item)
    return [stretch for stretch in stretches if stretch]


def spread(places: Sequence[Decimal], *, apart: Decimal) -> list[Decimal]:
    """The same places, in the same order, moved down just enough that neighbours stand `apart`; input ascending."""
    moved: list[Decimal] = []
    for place in places:
        moved.append(max(place, moved[-1] + apart) if moved else place)
    return moved
