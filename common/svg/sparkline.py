"""Lays out a short run of values as a line without axes, to stand inside a table row."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.svg.scale import Scale, coordinate, number, runs

WIDTH, HEIGHT, EDGE = Decimal(112), Decimal(28), Decimal(4)


@dataclass(frozen=True)
class Sparkline:
    """Lines and the last dot as text coordinates; `words` says the same to a screen reader."""

    view_box: str
    lines: tuple[str, ...]
    lone_dots: tuple[tuple[str, str], ...]
    last_x: str
    last_y: str
    words: str


def build(values: Sequence[Decimal | None], *, lowest: Decimal, highest: Decimal) -> Sparkline:
    """Equally spaced values between `lowest` and `highest`; None is a gap. No value gives an empty drawing."""
    across = Scale(Decimal(0), Decimal(max(len(values) - 1, 1)), EDGE, WIDTH - EDGE)
    up = Scale(lowest, highest, HEIGHT - EDGE, EDGE)
    places = [None if value is None else (across.place(at), up.place(value)) for at, value in enumerate(values)]
    stretches = runs(places)
    last_x, last_y = stretches[-1][-1] if stretches else ("", "")
    return Sparkline(
        view_box=f"0 0 {coordinate(WIDTH)} {coordinate(HEIGHT)}",
        lines=tuple(" ".join(f"{x},{y}" for x, y in stretch) for stretch in stretches if len(stretch) > 1),
        lone_dots=tuple(stretch[0] for stretch in stretches if len(stretch) == 1),
        last_x=last_x,
        last_y=last_y,
        words=_words(values),
    )


def _words(values: Sequence[Decimal | None]) -> str:
    said = [number(value) for value in values if value is not None]
    if not said:
        return "No values"
    if len(said) == 1:
        return f"One value: {said[0]}"
    return f"From {said[0]} to {said[-1]} over {len(said)} values"
