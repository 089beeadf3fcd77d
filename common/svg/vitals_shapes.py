"""What goes into the vital-signs chart (readings, markers, limits) and the geometry that comes out of it."""

from dataclasses import dataclass
from decimal import Decimal

from common.svg.scale import Tick


@dataclass(frozen=True)
class Reading:
    """One round of vital signs. `minute` counts from the first dose (negative before it); None is a value not taken.

    `critical` names the measures (field names) that passed a critical limit. `severity` is the worst of the reading
    (normal, caution, warning, critical) and goes to the table with `taken_at` and `note`.
    """

    minute: int
    systolic_mmhg: Decimal | None = None
    diastolic_mmhg: Decimal | None = None
    heart_rate_bpm: Decimal | None = None
    spo2_pct: Decimal | None = None
    critical: tuple[str, ...] = ()
    severity: str = ""
    taken_at: str = ""
    note: str = ""


@dataclass(frozen=True)
class Marker:
    """Something that happened at a minute. `kind` is dose, event or critical."""

    minute: int
    label: str
    kind: str = "event"


@dataclass(frozen=True)
class Limit:
    """A practice's limit drawn across the lane of `measure`."""

    measure: str
    value: Decimal
    label: str


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    words: str
    is_critical: bool = False


@dataclass(frozen=True)
class Series:
    """One line: `lines` are the unbroken stretches, `missing` the places where a reading lacks this value."""

    measure: str
    css: str
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    missing: tuple[Dot, ...]
    end_x: str = ""
    end_y: str = ""
    end_label: str = ""
    is_second: bool = False


@dataclass(frozen=True)
class LimitLine:
    y: str
    label: str


@dataclass(frozen=True)
class Lane:
    label: str
    unit: str
    top: str
    height: str
    bottom: str
    label_y: str
    ticks: tuple[Tick, ...]
    bands: tuple[str, ...]
    series: tuple[Series, ...]
    limits: tuple[LimitLine, ...]


@dataclass(frozen=True)
class PlacedMarker:
    x: str
    label_x: str
    label_y: str
    symbol_y: str
    label: str
    kind: str
    minute: int
    anchor: str


@dataclass(frozen=True)
class VitalsChart:
    """Everything the template needs; coordinates are text in the units of `view_box`."""

    chart_id: str
    title: str
    description: str
    view_box: str
    left: str
    right: str
    top: str
    bottom: str
    axis_label_y: str
    lanes: tuple[Lane, ...]
    time_ticks: tuple[Tick, ...]
    markers: tuple[PlacedMarker, ...]
    readings: tuple[Reading, ...]
