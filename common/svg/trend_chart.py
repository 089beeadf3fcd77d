"""Lays out one questionnaire's scores over dates, with severity bands, the baseline and the days of doses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from common.svg.labels import Box, Spot, along, around, first_free, spot, thinned, width_of
from common.svg.scale import Scale, Tick, coordinate, number, runs, ticks

WIDTH, HEIGHT = Decimal(620), Decimal(310)
LEFT, RIGHT, TOP, BOTTOM = Decimal(36), Decimal(168), Decimal(30), Decimal(34)
BESIDE_PLOT, BESIDE_VALUE = Decimal(16), Decimal(44)  # where names of bands begin, right of the plot
DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 365)


@dataclass(frozen=True)
class Score:
    """One questionnaire: `score` None means due but not answered. `is_baseline` marks the one others compare with.

    `place` names it where its day is only its place in an order, such as "After session 2".
    """

    on: date
    score: Decimal | None
    is_baseline: bool = False
    note: str = ""
    place: str = ""

    @property
    def where(self) -> str:
        return self.place or day_label(self.on)

    @property
    def absence(self) -> str:
        """Why there is no score: a questionnaire lacks an answer, a place in an order may lack much."""
        return "not shown" if self.place else "not answered"


@dataclass(frozen=True)
class Dose:
    """A day with a dose; `label` is short, such as "1" or "IM 3". `place` as of a score."""

    on: date
    label: str
    place: str = ""

    @property
    def words(self) -> str:
        return self.place or f"{day_label(self.on)}: dose {self.label}"


@dataclass(frozen=True)
class Band:
    """A severity range of the instrument; both ends belong to it."""

    lowest: Decimal
    highest: Decimal
    label: str


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    words: str
    is_baseline: bool = False


@dataclass(frozen=True)
class BandArea:
    y: str
    height: str
    label_y: str
    label: str
    rank: int


@dataclass(frozen=True)
class DoseMark:
    x: str
    label: str
    words: str


@dataclass(frozen=True)
class TrendChart:
    """Everything the template needs; coordinates are text in the units of `view_box`.

    Where a dose has no room for its label, that is '' and its mark still tells it.
    """

    chart_id: str
    title: str
    description: str
    view_box: str
    left: str
    right: str
    top: str
    bottom: str
    plot_width: str
    axis_label_y: str
    band_label_x: str
    bands: tuple[BandArea, ...]
    score_ticks: tuple[Tick, ...]
    date_ticks: tuple[Tick, ...]
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    missing: tuple[Dot, ...]
    doses: tuple[DoseMark, ...]
    baseline_y: str
    baseline_label: str
    baseline_label_x: str
    baseline_label_y: str
    end_x: str
    end_y: str
    end_label: str
    scores: tuple[Score, ...]
    value_label: str = "Score"
    place_label: str = "Day"


def day_label(day: date) -> str:
    """A day as 4 Mar 2026."""
    return f"{day.day} {day:%b %Y}"


def build(
    scores: Sequence[Score],
    doses: Sequence[Dose] = (),
    *,
    lowest: Decimal,
    highest: Decimal,
    bands: Sequence[Band] = (),
    chart_id: str = "trend",
    title: str = "Score over time",
    value_label: str = "Score",
    axis: Sequence[tuple[date, str]] = (),
) -> TrendChart:
    """The drawing for one instrument whose scores run from `lowest` to `highest`; dates in the patient's own zone.

    It draws other numbers over days as well; `value_label` heads their column in the table. `axis` names days that are
    only places in an order.
    """
    ordered = tuple(sorted(scores, key=lambda item: item.on))
    days = [item.on for item in (*ordered, *doses)]
    across, first = _date_scale(days)
    up = Scale(lowest, highest, HEIGHT - BOTTOM, TOP)
    dots, missing, places, last = [], [], [], None
    for item in ordered:
        x = across.place((item.on - first).days)
        if item.score is None:
            places.append(None)
            missing.append(Dot(x, coordinate(up.start - 8), f"{item.where}: {item.absence}"))
            continue
        y = up.place(item.score)
        places.append(f"{x},{y}")
        dots.append(Dot(x, y, f"{item.where}: {number(item.score)}", item.is_baseline))
        last = item
    marks = sorted(doses, key=lambda item: item.on)
    lines_at = [across.at((dose.on - first).days) for dose in marks]
    labels = thinned([(x, dose.label) for x, dose in zip(lines_at, marks, strict=True)])
    areas = _band_areas(bands, up)
    baseline = next((item for item in ordered if item.is_baseline and item.score is not None), None)
    baseline_label = f"Baseline {number(baseline.score)}" if baseline else ""
    stretches = [stretch for stretch in runs(places) if len(stretch) > 1]
    taken = [*_ground(lines_at, labels, dots, missing), *_strokes(stretches)]
    level = [Box(LEFT, up.at(baseline.score) - 1, WIDTH - RIGHT, up.at(baseline.score) + 1)] if baseline else []
    place = (across.at((last.on - first).days), up.at(last.score)) if last else None
    end = _end_spot(number(last.score), *place, [*taken, *level]) if last else None
    is_outside = end is not None and end.x > WIDTH - RIGHT
    bands_x = WIDTH - RIGHT + (BESIDE_VALUE if is_outside else BESIDE_PLOT)
    taken += [*([end.box] if end else []), *(spot(one.label, bands_x, Decimal(one.label_y)).box for one in areas)]
    beside = _baseline_spot(baseline_label, up.at(baseline.score), lines_at, taken) if baseline else None
    return TrendChart(
        chart_id=chart_id,
        title=title,
        description=_describe(ordered, doses, baseline),
        view_box=f"0 0 {coordinate(WIDTH)} {coordinate(HEIGHT)}",
        left=coordinate(LEFT),
        right=coordinate(WIDTH - RIGHT),
        top=coordinate(TOP),
        bottom=coordinate(HEIGHT - BOTTOM),
        plot_width=coordinate(WIDTH - RIGHT - LEFT),
        axis_label_y=coordinate(HEIGHT - BOTTOM + 20),
        band_label_x=coordinate(bands_x),
        bands=areas,
        score_ticks=ticks(up, _score_step(highest - lowest)),
        date_ticks=_named_ticks(axis, across, first) if axis else _date_ticks(across, first),
        lines=tuple(" ".join(stretch) for stretch in stretches),
        dots=tuple(dots),
        missing=tuple(missing),
        doses=tuple(
            DoseMark(coordinate(x), label, dose.words) for x, label, dose in zip(lines_at, labels, marks, strict=True)
        ),
        baseline_y=up.place(baseline.score) if baseline else "",
        baseline_label=baseline_label,
        baseline_label_x=coordinate(beside.x) if beside else "",
        baseline_label_y=coordinate(beside.y) if beside else "",
        end_x=coordinate(end.x) if end else "",
        end_y=coordinate(end.y) if end else "",
        end_label=number(last.score) if last else "",
        scores=ordered,
        value_label=value_label,
        place_label="When" if axis else "Day",
    )


# --- where the two texts inside the plot stand ------------------------------------------------------------------------

PLOT = Box(LEFT, TOP - 24, WIDTH - RIGHT, HEIGHT - BOTTOM)
BESIDE = Box(WIDTH - RIGHT, Decimal(0), WIDTH, HEIGHT - BOTTOM)  # right of the plot, where the bands have their names


def _ground(
    lines_at: Sequence[Decimal], labels: Sequence[str], dots: Sequence[Dot], missing: Sequence[Dot]
) -> list[Box]:
    """What no text may cover: the lines of doses with their marks and labels, scores, and what was not answered."""
    lines = [Box(x - 1, TOP, x + 1, HEIGHT - BOTTOM) for x in lines_at]
    reach = [max(width_of(label) / 2, Decimal(7)) for label in labels]
    marks = [Box(x - far, Decimal(0), x + far, TOP + 5) for x, far in zip(lines_at, reach, strict=True)]
    points = [around(Decimal(dot.x), Decimal(dot.y), Decimal(6)) for dot in (*dots, *missing)]
    return [*lines, *marks, *points]


def _strokes(stretches: Sequence[Sequence[str]]) -> list[Box]:
    """The lines between scores; their points are "x,y"."""
    points = [[tuple(map(Decimal, point.split(","))) for point in stretch] for stretch in stretches]
    return [box for stretch in points for begin, end in pairwise(stretch) for box in along(begin, end)]


def _end_spot(text: str, x: Decimal, y: Decimal, taken: Sequence[Box]) -> Spot:
    """The newest value beside its dot: right, left, above, below; else at its height right of the plot."""
    width = width_of(text)
    across, down = (x + 9, x - 9 - width, x - width / 2), (y + 4, y - 10, y + 19)
    near = [spot(text, at, row) for row in down for at in across if (at, row) != (across[2], down[0])]
    return first_free(near, taken, PLOT) or spot(text, WIDTH - RIGHT + 4, y + 4)


def _baseline_spot(text: str, y: Decimal, lines_at: Sequence[Decimal], taken: Sequence[Box]) -> Spot:
    """Above or below its line between two doses, the last ones first; else right of the plot, as near as there is room,
    and at the top where nothing else is ever written."""
    ends = [LEFT, *lines_at, WIDTH - RIGHT]
    starts = [at for right in reversed(ends) for at in (right - 4 - width_of(text), right + 4)]
    between = [spot(text, x, row) for row in (y - 6, y + 15) for x in starts]
    near = [y + 4 + way * step for step in range(0, 61, 4) for way in (-1, 1)]
    beside = [spot(text, WIDTH - RIGHT + 6, row) for row in near]
    top = spot(text, WIDTH - RIGHT + 20, TOP - 14)
    return first_free(between, taken, PLOT) or first_free(beside, taken, BESIDE) or top


def _date_scale(days: Sequence[date]) -> tuple[Scale, date]:
    """Days from the first one; a lone day stands in a week of its own."""
    first = min(days, default=date(2000, 1, 1))
    span = max(((day - first).days for day in days), default=0)
    return Scale(Decimal(0), Decimal(max(span, 7)), LEFT + 10, WIDTH - RIGHT - 10), first


def _date_ticks(across: Scale, first: date) -> tuple[Tick, ...]:
    step = next((step for step in DAY_STEPS if across.high <= step * 5), DAY_STEPS[-1])
    months = across.high > 300

    def label(days: Decimal) -> str:
        day = first + timedelta(days=int(days))
        return f"{day:%b %Y}" if months else f"{day.day} {day:%b}"

    return ticks(across, Decimal(step), label)


def _named_ticks(axis: Sequence[tuple[date, str]], across: Scale, first: date) -> tuple[Tick, ...]:
    return tuple(Tick(across.place((day - first).days), name) for day, name in axis)


def _score_step(span: Decimal) -> Decimal:
    """Five or six lines: a questionnaire's range, or a safe full of milligrams."""
    steps = (1, 2, 5, 10, 20, 25, 50, *(step * 10**power for power in (2, 3, 4, 5) for step in (1, 2, 5)))
    return next((Decimal(step) for step in steps if span <= step * 6), Decimal(10**6))


def _band_areas(bands: Sequence[Band], up: Scale) -> tuple[BandArea, ...]:
    """Neighbouring whole-number bands meet halfway between their ends, so the ground has no gaps."""
    half = Decimal("0.5")
    areas = []
    for rank, band in enumerate(sorted(bands, key=lambda item: item.lowest), start=1):
        top = up.at(min(band.highest + half, up.high))
        bottom = up.at(max(band.lowest - half, up.low))
        areas.append(
            BandArea(
                coordinate(top), coordinate(bottom - top), coordinate((top + bottom) / 2 + 4), band.label, min(rank, 5)
            )
        )
    return tuple(areas)


def _describe(scores: Sequence[Score], doses: Sequence[Dose], baseline: Score | None) -> str:
    answered = [item for item in scores if item.score is not None]
    if not answered:
        return "No scores yet."
    lacking = next((item.absence for item in scores if item.score is None), "not answered")
    there = "shown" if lacking == "not shown" else "answered"
    start = f"Baseline {number(baseline.score)}. " if baseline else "No baseline. "
    return (
        f"{start}Latest score {number(answered[-1].score)} on {answered[-1].where}. {len(answered)} {there}, "
        f"{len(scores) - len(answered)} {lacking}, {len(doses)} doses. All values are in the table below the chart."
    )
