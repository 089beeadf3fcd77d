"""Lays out one questionnaire's scores over dates, with severity bands, the baseline and the days of doses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from common.svg.scale import Scale, Tick, coordinate, number, runs, ticks

WIDTH, HEIGHT = Decimal(620), Decimal(310)
LEFT, RIGHT, TOP, BOTTOM = Decimal(36), Decimal(150), Decimal(30), Decimal(34)
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
    """Everything the template needs; coordinates are text in the units of `view_box`."""

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
            missing.append(Dot(x, coordinate(up.start - 8), f"{item.where}: not answered"))
            continue
        y = up.place(item.score)
        places.append(f"{x},{y}")
        dots.append(Dot(x, y, f"{item.where}: {number(item.score)}", item.is_baseline))
        last = item
    baseline = next((item for item in ordered if item.is_baseline and item.score is not None), None)
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
        band_label_x=coordinate(WIDTH - RIGHT + 28),
        bands=_band_areas(bands, up),
        score_ticks=ticks(up, _score_step(highest - lowest)),
        date_ticks=_named_ticks(axis, across, first) if axis else _date_ticks(across, first),
        lines=tuple(" ".join(stretch) for stretch in runs(places) if len(stretch) > 1),
        dots=tuple(dots),
        missing=tuple(missing),
        doses=tuple(
            DoseMark(across.place((dose.on - first).days), dose.label, dose.words)
            for dose in sorted(doses, key=lambda item: item.on)
        ),
        baseline_y=up.place(baseline.score) if baseline else "",
        baseline_label=f"Baseline {number(baseline.score)}" if baseline else "",
        end_x=coordinate(across.at((last.on - first).days) + 9) if last else "",
        end_y=coordinate(up.at(last.score) + 4) if last else "",
        end_label=number(last.score) if last else "",
        scores=ordered,
        value_label=value_label,
        place_label="When" if axis else "Day",
    )


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
    start = f"Baseline {number(baseline.score)}. " if baseline else "No baseline. "
    return (
        f"{start}Latest score {number(answered[-1].score)} on {answered[-1].where}. {len(answered)} answered, "
        f"{len(scores) - len(answered)} not answered, {len(doses)} doses. All values are in the table below the chart."
    )
