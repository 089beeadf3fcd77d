"""Draws the vitals chart into a PDF as lines and letters, from the same geometry as the page's drawing: crisp in print.

Told apart without colour: systolic and diastolic by line and dash, critical values by a filled square.
"""

from fpdf import FPDF

from common.svg.vitals_shapes import Dot, Lane, Series, VitalsChart

INK, SOFT, GRID, BAND, LIMIT = 0, 90, 205, 232, 110
SMALL = 6.2
LETTER_PT = 2.83465  # points in one mm


class ChartPen:
    """Turns places of the drawing into mm of the page; `family` is the document's font."""

    def __init__(self, document: FPDF, chart: VitalsChart, *, left: float, top: float, width: float, family: str):
        self.document, self.chart, self.family = document, chart, family
        _, _, wide, high = (float(one) for one in chart.view_box.split())
        self.scale, self.left, self.top = width / wide, left, top
        self.height = high * self.scale

    def x(self, place: str | float) -> float:
        return self.left + float(place) * self.scale

    def y(self, place: str | float) -> float:
        return self.top + float(place) * self.scale

    def draw(self) -> float:
        """Draw it and return the height in mm."""
        chart = self.chart
        with self.document.local_context():
            for tick in chart.time_ticks:
                self._line(tick.place, chart.top, tick.place, chart.bottom, GRID)
                self._text(tick.label, tick.place, chart.axis_label_y, align="C")
            for lane in chart.lanes:
                self._lane_ground(lane)
            for marker in chart.markers:
                self._line(marker.x, marker.symbol_y, marker.x, chart.bottom, LIMIT, dash=(0.8, 0.8))
            for lane in chart.lanes:
                self._lane(lane)
            for marker in chart.markers:
                self._marker(marker)
        return self.height

    def _lane_ground(self, lane: Lane) -> None:
        for area in lane.bands:
            self.document.set_fill_color(BAND)
            self.document.polygon(self._points(area), style="F")
        for tick in lane.ticks:
            self._line(self.chart.left, tick.place, self.chart.right, tick.place, GRID)
            self._text(tick.label, float(self.chart.left) - 6, float(tick.place) + 4, align="R")
        for limit in lane.limits:
            self._line(self.chart.left, limit.y, self.chart.right, limit.y, LIMIT, dash=(1.6, 1.0))
            self._text(f"limit {limit.label}", float(self.chart.right) - 4, float(limit.y) - 4, align="R")
        self._line(self.chart.left, lane.bottom, self.chart.right, lane.bottom, SOFT)

    def _lane(self, lane: Lane) -> None:
        self._text(f"{lane.label}, {lane.unit}", self.chart.left, lane.label_y, style="B")
        for series in lane.series:
            self._series(series)

    def _series(self, series: Series) -> None:
        self.document.set_draw_color(INK)
        self.document.set_line_width(0.35)
        self.document.set_dash_pattern(*((1.1, 0.7) if series.is_second else (0, 0)))
        for line in series.lines:
            self.document.polyline(self._points(line))
        self.document.set_dash_pattern(0, 0)
        for dot in series.missing:
            self._cross(dot)
        for dot in series.dots:
            self._dot(dot)
        if series.end_label:
            self._text(series.end_label, series.end_x, series.end_y)

    def _dot(self, dot: Dot) -> None:
        self.document.set_fill_color(INK)
        x, y = self.x(dot.x), self.y(dot.y)
        if dot.is_critical:
            self.document.rect(x - 1.1, y - 1.1, 2.2, 2.2, style="F")
        else:
            self.document.circle(x, y, 0.55, style="F")

    def _cross(self, dot: Dot) -> None:
        x, y = self.x(dot.x), self.y(dot.y)
        self.document.set_line_width(0.25)
        self.document.line(x - 0.8, y - 0.8, x + 0.8, y + 0.8)
        self.document.line(x - 0.8, y + 0.8, x + 0.8, y - 0.8)

    def _marker(self, marker) -> None:
        x, y = self.x(marker.x), self.y(marker.symbol_y)
        self.document.set_fill_color(INK)
        self.document.set_draw_color(INK)
        self.document.set_line_width(0.25)
        if marker.kind == "dose":
            self.document.polygon([(x - 1.3, y - 1.1), (x + 1.3, y - 1.1), (x, y + 1.3)], style="F")
        elif marker.kind == "critical":
            self.document.rect(x - 1.1, y - 1.1, 2.2, 2.2, style="F")
        else:
            self.document.circle(x, y, 0.95, style="D")
        self._text(marker.label, marker.label_x, marker.label_y, align="R" if marker.anchor == "end" else "L")

    def _points(self, text: str) -> list[tuple[float, float]]:
        pairs = (pair.split(",") for pair in text.split())
        return [(self.x(x), self.y(y)) for x, y in pairs]

    def _line(self, x1, y1, x2, y2, grey: int, dash=(0, 0)) -> None:
        self.document.set_draw_color(grey)
        self.document.set_line_width(0.15)
        self.document.set_dash_pattern(*dash)
        self.document.line(self.x(x1), self.y(y1), self.x(x2), self.y(y2))
        self.document.set_dash_pattern(0, 0)

    def _text(self, text: str, x, y, align: str = "L", style: str = "") -> None:
        self.document.set_font(self.family, style, SMALL)
        width = self.document.get_string_width(text)
        shift = {"L": 0, "C": width / 2, "R": width}[align]
        self.document.text(self.x(x) - shift, self.y(y), text)
