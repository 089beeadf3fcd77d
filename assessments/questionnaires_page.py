"""What the chart's questionnaire pages show: sets with their states, the latest scores, and courses as drawings."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from assessments.change import LOWER_IS_BETTER
from assessments.change_words import ChangeWords, words_of
from assessments.definitions import Instrument
from assessments.models import AnswerLink, Assessment, AssessmentSet
from assessments.practice_catalogue import Catalogue
from assessments.questions import is_rated
from assessments.trend import Point, Trend
from common.svg import sparkline, trend_chart
from common.templatetags.ui import decimal_trim

FLAG_KINDS = {"urgent": "critical", "alert": "warning", "warn": "caution"}
CHARTED = ("PHQ9", "GAD7", "PCL5")
LINK_WORDS = {
    "email": "Mailed link open",
    "text": "Texted link open",
    "handed": "Link open",
    "tablet": "Open on the tablet",
}


@dataclass(frozen=True)
class Part:
    """One instrument of a set: not started, begun, or sent."""

    code: str
    name: str
    row: Assessment | None
    is_rated: bool = False

    @property
    def is_sent(self) -> bool:
        return self.row is not None and self.row.submitted_at is not None

    @property
    def state(self) -> tuple[str, str]:
        """Chip kind and word."""
        if self.is_sent:
            return "done", "Answered"
        return ("waiting", "Begun") if self.row else ("neutral", "Not begun")


@dataclass(frozen=True)
class ShownSet:
    """A set with its parts and the link that can still be used."""

    row: AssessmentSet
    parts: tuple[Part, ...]
    link: AnswerLink | None
    at: datetime

    @property
    def done(self) -> int:
        return sum(part.is_sent for part in self.parts) + (self.row.day_before_told is not None)

    @property
    def total(self) -> int:
        return len(self.parts) + self.row.asks_day_before

    @property
    def is_rated(self) -> bool:
        """Whether a clinician rates something of it, so that no link opens it."""
        return any(part.is_rated for part in self.parts)

    @property
    def day_before_state(self) -> tuple[str, str]:
        """Chip kind and word."""
        return ("done", "Answered") if self.row.day_before_told is not None else ("neutral", "Not begun")

    @property
    def state(self) -> tuple[str, str]:
        if self.row.completed_at:
            return "done", "Complete"
        if self.row.cancelled_at:
            return "neutral", "Cancelled"
        if self.row.due_at < self.at:
            return "warning", "Overdue"
        return "waiting", "Waiting"

    @property
    def link_state(self) -> tuple[str, str] | None:
        """What to know about the newest link."""
        if self.link is None or not self.row.is_open:
            return None
        if self.link.locked_at:
            return "warning", "Link locked after wrong birth dates"
        if self.link.expires_at <= self.at:
            return "neutral", "Link expired"
        return "info", LINK_WORDS[self.link.channel]


def shown_set(row: AssessmentSet, at: datetime, catalogue: Catalogue) -> ShownSet:
    """Reads what `with_answers` prefetched; no query of its own."""
    by_code = {answered.instrument: answered for answered in row.assessments.all()}
    live = [link for link in row.links.all() if not (link.revoked_at or link.used_at)]
    asked = [catalogue.in_set(row, code) for code in row.instruments]
    parts = tuple(Part(each.code, each.name, by_code.get(each.code), is_rated(each)) for each in asked)
    return ShownSet(row, parts, max(live, key=lambda link: link.created_at, default=None), at)


@dataclass(frozen=True)
class ScoreLine:
    """One point of a course in words."""

    point: Point
    change: ChangeWords | None
    flags: tuple[dict, ...]


@dataclass(frozen=True)
class Course:
    """One instrument's course: its newest line, all lines newest first, and the drawing where scores have a range."""

    instrument: Instrument
    lines: tuple[ScoreLine, ...]
    chart: trend_chart.TrendChart | None
    spark: sparkline.Sparkline | None

    @property
    def latest(self) -> ScoreLine:
        return self.lines[0]

    @property
    def direction(self) -> str:
        return {True: "Lower is better.", False: "Higher is better."}.get(
            LOWER_IS_BETTER.get(self.instrument.direction), ""
        )


def course_of(trend: Trend) -> Course:
    lines = tuple(_line(point) for point in reversed(trend.points))
    return Course(trend.definition, lines, chart_of(trend, trend.definition), spark_of(trend, trend.definition))


def _line(point: Point) -> ScoreLine:
    flags = tuple({**flag, "kind": FLAG_KINDS.get(flag["severity"], "caution")} for flag in point.flags)
    return ScoreLine(point, words_of(point.change), flags)


def chart_of(trend: Trend, instrument: Instrument) -> trend_chart.TrendChart | None:
    rule = instrument.scoring
    if rule.low is None or rule.high is None:
        return None
    scores = [
        trend_chart.Score(p.on, _decimal(p.total), p.is_baseline, _note(p)) for p in trend.points if p.is_comparable
    ]
    scores += [trend_chart.Score(on, None) for on in trend.unanswered]
    zone = ZoneInfo(trend.time_zone)
    doses = [trend_chart.Dose(mark.at.astimezone(zone).date(), mark.label) for mark in trend.marks]
    bands = [trend_chart.Band(Decimal(b.low), Decimal(b.high), b.label) for b in instrument.bands]
    return trend_chart.build(
        scores,
        doses,
        lowest=Decimal(rule.low),
        highest=Decimal(rule.high),
        bands=bands,
        chart_id=f"trend-{instrument.code.lower()}",
        title=instrument.name,
    )


SPARKED = 12  # the newest scores of a course, which still are told apart in a row


def spark_of(trend: Trend, instrument: Instrument) -> sparkline.Sparkline | None:
    """The course in a few strokes, for a list; nothing for fewer than two scores."""
    rule, scores = instrument.scoring, [p.total for p in trend.points if p.is_comparable][-SPARKED:]
    if rule.low is None or rule.high is None or sum(total is not None for total in scores) < 2:
        return None
    return sparkline.build([_decimal(total) for total in scores], lowest=Decimal(rule.low), highest=Decimal(rule.high))


def _decimal(total) -> Decimal | None:
    return None if total is None else Decimal(total)


def _note(point: Point) -> str:
    said = words_of(point.change)
    return ". ".join(text for text in (point.severity.capitalize(), said.text if said else "") if text)


def courses_of(trends: dict[str, Trend]) -> list[Course]:
    """The usual measures first, then by name."""
    rank = {code: place for place, code in enumerate(CHARTED)}
    ordered = sorted(trends.values(), key=lambda t: (rank.get(t.instrument, len(rank)), t.definition.name))
    return [course_of(trend) for trend in ordered]


@dataclass(frozen=True)
class PlainCourse:
    """A course as its patient reads it: where it began and where it is now, in one sentence, and the drawing."""

    course: Course
    sentence: str


def plain_course(trend: Trend) -> PlainCourse:
    course = course_of(trend)
    scored = [
        line.point for line in reversed(course.lines) if line.point.total is not None and line.point.is_comparable
    ]
    if not scored:
        return PlainCourse(course, "There is no score yet.")
    last = scored[-1]
    told = f"Your newest score is {decimal_trim(last.total)}"
    if len(scored) == 1:
        return PlainCourse(course, f"{told}. It is the first one.")
    first = next((point for point in scored if point.is_baseline), scored[0])
    better = last.change.improvement if last.change else None
    words = (
        "" if better is None else "about the same" if better == 0 else "better" if better > 0 else "harder than then"
    )
    moved = f", {words}" if words else ""
    return PlainCourse(course, f"{told}; it began at {decimal_trim(first.total)}{moved}.")
