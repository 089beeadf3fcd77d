"""Lays out a session's vital signs over minutes from the first dose: pressure band, pulse and oxygen lanes, markers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from common.svg.scale import Scale, bounds, coordinate, number, runs, spread, ticks, widest_step
from common.svg.vitals_shapes import Dot, Lane, Limit, LimitLine, Marker, PlacedMarker, Reading, Series, VitalsChart

__all__ = ["Limit", "Marker", "Reading", "VitalsChart", "build", "minute_label"]

WIDTH, LEFT, RIGHT = Decimal(780), Decimal(48), Decimal(86)
LANE_GAP, AXIS_HEIGHT = Decimal(30), Decimal(30)
MARKER_ROW, MARKER_SPACE = Decimal(19), Decimal(16)
LETTER = Decimal("7.4")
MINUTE_STEPS = (5, 10, 15, 20, 30, 60, 120, 240)


@dataclass(frozen=True)
class _Measure:
    field: str
    css: str
    name: str
    short: str


@dataclass(frozen=True)
class _LaneKind:
    label: str
    unit: str
    height: Decimal
    low: Decimal
    high: Decimal
    step: Decimal
    measures: tuple[_Measure, ...]


LANES = (
    _LaneKind(
        "Blood pressure",
        "mmHg",
        Decimal(170),
        Decimal(40),
        Decimal(180),
        Decimal(20),
        (
            _Measure("systolic_mmhg", "is-pressure", "Systolic", "sys"),
            _Measure("diastolic_mmhg", "is-pressure", "Diastolic", "dia"),
        ),
    ),
    _LaneKind(
        "Heart rate",
        "per min",
        Decimal(84),
        Decimal(40),
        Decimal(140),
        Decimal(20),
        (_Measure("heart_rate_bpm", "is-pulse", "Heart rate", "HR"),),
    ),
    _LaneKind(
        "Oxygen saturation",
        "%",
        Decimal(84),
        Decimal(85),
        Decimal(100),
        Decimal(5),
        (_Measure("spo2_pct", "is-oxygen", "SpO2", "SpO2"),),
    ),
)


def minute_label(minute: Decimal | int) -> str:
    """Minutes from the first dose as T+1:05."""
    whole = int(minute)
    return f"T{'−' if whole < 0 else '+'}{abs(whole) // 60}:{abs(whole) % 60:02d}"


def build(
    readings: Sequence[Reading],
    markers: Sequence[Marker] = (),
    *,
    limits: Sequence[Limit] = (),
    chart_id: str = "vitals",
    title: str = "Vital signs",
) -> VitalsChart:
    """The drawing for these readings, in any order; the first dose is minute 0, values are in their named units."""
    ordered = tuple(sorted(readings, key=lambda reading: reading.minute))
    across = _time_scale([item.minute for item in (*ordered, *markers)])
    placed, top = _place_markers(markers, across)
    lanes = []
    edge = top
    for kind in LANES:
        lanes.append(_lane(kind, ordered, limits, across, edge))
        edge += kind.height + LANE_GAP
    bottom = edge - LANE_GAP
    step = widest_step(across.high - across.low, MINUTE_STEPS, 9)
    return VitalsChart(
        chart_id=chart_id,
        title=title,
        description=_describe(ordered, markers),
        view_box=f"0 0 {coordinate(WIDTH)} {coordinate(bottom + AXIS_HEIGHT)}",
        left=coordinate(LEFT),
        right=coordinate(WIDTH - RIGHT),
        top=coordinate(top),
        bottom=coordinate(bottom),
        axis_label_y=coordinate(bottom + 20),
        lanes=tuple(lanes),
        time_ticks=ticks(across, step, minute_label),
        markers=placed,
        readings=ordered,
    )


def _time_scale(minutes: Sequence[int]) -> Scale:
    low, high = bounds([Decimal(minute) for minute in minutes], low=Decimal(0), high=Decimal(60), step=Decimal(10))
    return Scale(low, high, LEFT, WIDTH - RIGHT)


def _lane(kind: _LaneKind, readings, limits, across: Scale, top: Decimal) -> Lane:
    measures = {measure.field: measure for measure in kind.measures}
    shown = [limit for limit in limits if limit.measure in measures]
    values = [value for reading in readings for field in measures if (value := getattr(reading, field)) is not None]
    low, high = bounds([*values, *(limit.value for limit in shown)], low=kind.low, high=kind.high, step=kind.step)
    up = Scale(low, high, top + kind.height, top)
    step = kind.step if kind.step * 8 >= high - low else kind.step * 2
    if len(measures) == 1 and kind.step * 4 < high - low:
        step = kind.step * 2
    return Lane(
        label=kind.label,
        unit=kind.unit,
        top=coordinate(top),
        height=coordinate(kind.height),
        bottom=coordinate(top + kind.height),
        label_y=coordinate(top - 8),
        ticks=ticks(up, step),
        bands=_bands(readings, across, up) if len(measures) == 2 else (),
        series=_with_end_labels([_series(measure, readings, across, up) for measure in kind.measures]),
        limits=tuple(LimitLine(up.place(limit.value), limit.label) for limit in shown),
    )


def _series(measure: _Measure, readings, across: Scale, up: Scale) -> tuple[Series, Decimal | None]:
    """The line of one measure and the height of its last value."""
    places, dots, missing, last = [], [], [], None
    for reading in readings:
        value = getattr(reading, measure.field)
        x = across.place(reading.minute)
        if value is None:
            places.append(None)
            missing.append(
                Dot(x, coordinate(up.start - 8), f"{minute_label(reading.minute)}: {measure.name} not taken")
            )
            continue
        places.append(f"{x},{up.place(value)}")
        words = f"{minute_label(reading.minute)}: {measure.name} {number(value)}"
        dots.append(Dot(x, up.place(value), words, measure.field in reading.critical))
        last = value
    series = Series(
        measure=measure.name,
        css=measure.css,
        lines=tuple(" ".join(stretch) for stretch in runs(places) if len(stretch) > 1),
        dots=tuple(dots),
        missing=tuple(missing),
        end_x=coordinate(WIDTH - RIGHT + 10),
        end_label=f"{number(last)} {measure.short}" if last is not None else "",
        is_second=measure.short == "dia",
    )
    return series, up.at(last) if last is not None else None


def _with_end_labels(pairs) -> tuple[Series, ...]:
    """Each series with its last value written at the right edge; two labels never overlap."""
    known = sorted((height, index) for index, (_, height) in enumerate(pairs) if height is not None)
    moved = dict(
        zip((index for _, index in known), spread([height for height, _ in known], apart=Decimal(14)), strict=True)
    )
    return tuple(
        replace(series, end_y=coordinate(moved[index] + 4)) if index in moved else series
        for index, (series, _) in enumerate(pairs)
    )


def _bands(readings, across: Scale, up: Scale) -> tuple[str, ...]:
    """Filled areas between systolic and diastolic wherever neighbouring readings have both."""
    both = [r if r.systolic_mmhg is not None and r.diastolic_mmhg is not None else None for r in readings]
    areas = []
    for stretch in runs(both):
        if len(stretch) > 1:
            upper = [f"{across.place(r.minute)},{up.place(r.systolic_mmhg)}" for r in stretch]
            lower = [f"{across.place(r.minute)},{up.place(r.diastolic_mmhg)}" for r in reversed(stretch)]
            areas.append(" ".join(upper + lower))
    return tuple(areas)


def _place_markers(markers: Sequence[Marker], across: Scale) -> tuple[tuple[PlacedMarker, ...], Decimal]:
    """Markers with labels in as many rows as they need to stay apart, and where the first lane then begins."""
    row_ends: list[Decimal] = []
    chosen = []
    for marker in sorted(markers, key=lambda item: item.minute):
        label = marker.label if len(marker.label) <= 26 else marker.label[:25].rstrip() + "…"
        x, width = across.at(marker.minute), LETTER * len(label) + 24
        turned = x + 6 + width > WIDTH
        begin, end = (x - width, x) if turned else (x, x + width)
        row = next((index for index, taken in enumerate(row_ends) if taken <= begin), len(row_ends))
        row_ends[row : row + 1] = [end]
        chosen.append((marker, label, x, row, turned))
    top = MARKER_ROW * len(row_ends) + MARKER_SPACE + Decimal(14)
    placed = tuple(
        PlacedMarker(
            x=coordinate(x),
            label_x=coordinate(x - 9 if turned else x + 9),
            label_y=coordinate(MARKER_ROW * row + 15),
            symbol_y=coordinate(MARKER_ROW * row + 11),
            label=label,
            kind=marker.kind,
            minute=marker.minute,
            anchor="end" if turned else "start",
        )
        for marker, label, x, row, turned in chosen
    )
    return placed, top


def _describe(readings: Sequence[Reading], markers: Sequence[Marker]) -> str:
    if not readings:
        return "No vital signs are recorded yet."
    doses = sum(1 for marker in markers if marker.kind == "dose")
    critical = sum(1 for reading in readings if reading.critical)
    return (
        f"{len(readings)} readings from {minute_label(readings[0].minute)} to {minute_label(readings[-1].minute)}, "
        f"{doses} doses, {critical} readings with a critical value. All values are in the table below the chart."
    )
