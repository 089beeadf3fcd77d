"""One page of outcomes: a questionnaire, a period, all of it, by route and by session number (J10, KAP-OUT-*)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Min

from accounts.actor import Actor
from accounts.roles import Permission
from assessments.change import ChangeRule
from assessments.definitions import Instrument
from common.clinical import Route
from common.svg import trend_chart
from outcomes.cohort import Excluded, excluded_of, pairs_of, reached, scored_sessions, within
from outcomes.kept import Kept, kept_of
from outcomes.measured import measured, names_of
from outcomes.outcome_words import definitions
from outcomes.periods import EVERYTHING, Period, periods
from outcomes.privacy import hidden
from outcomes.tally import Pairs, Result, result_of

FIRST_CHOICE = "PHQ9"
# Places on the chart: 0 is before, then by turns a dose and what came after it.
START = date(2000, 1, 1)


@dataclass(frozen=True)
class Group:
    """One row; `is_hidden` where so few people are in it that a report leaves it out."""

    label: str
    result: Result
    is_hidden: bool = False


@dataclass(frozen=True)
class Outcomes:
    measure: Instrument
    period: Period
    is_report: bool
    least: int
    overall: Group
    by_route: tuple[Group, ...]
    by_number: tuple[Group, ...]
    excluded: Excluded
    kept: Kept | None
    chart: trend_chart.TrendChart | None
    definitions: list[tuple[str, str]]

    @property
    def instrument(self) -> str:
        return self.measure.code

    @property
    def name(self) -> str:
        return self.measure.name

    @property
    def is_empty(self) -> bool:
        return not self.overall.result.total


def choices(actor: Actor, permission: Permission, at: datetime) -> tuple[dict[str, str], dict[str, Period]]:
    """Questionnaires by code and periods by code. Two queries."""
    first = reached(actor, permission).aggregate(first=Min("first_dose_at"))["first"] or at
    zone = ZoneInfo(actor.practice.time_zone)
    return names_of(actor.practice_id), periods(at.astimezone(zone).date(), first.astimezone(zone).date())


def outcomes_page(
    actor: Actor, permission: Permission, at: datetime, instrument: str = FIRST_CHOICE, period: Period | None = None
) -> Outcomes:
    """The outcomes that this person may see; the number of queries does not grow with the sessions.

    A report (VIEW_REPORTS) names no patient and leaves out small groups; a clinician's own patients are all shown.
    """
    period = period or Period(EVERYTHING, "Everything")
    zone, measure = actor.practice.time_zone, measured(instrument, actor.practice_id)
    rule = measure.rule
    sessions = reached(actor, permission)
    scored = scored_sessions(within(sessions, period, zone), measure, at)
    rows = pairs_of(scored)
    least = actor.practice.report_least_count if permission is Permission.VIEW_REPORTS else 0
    last = [row for row in rows if row.is_last]
    overall = _groups({"All": last}, rule, least)[0]
    by_number = _groups({f"Session {number}": _of(rows, number=number) for number in _numbers(rows)}, rule, least)
    return Outcomes(
        measure=measure.instrument,
        period=period,
        is_report=permission is Permission.VIEW_REPORTS,
        least=least,
        overall=overall,
        by_route=_groups({Route(route).label: _of(last, route=route) for route in _routes(last)}, rule, least),
        by_number=by_number,
        excluded=excluded_of(sessions, instrument, period, zone),
        kept=kept_of(scored, measure, least, at),
        chart=_chart(by_number, measure.instrument),
        definitions=definitions(measure),
    )


def _of(rows: list[Pairs], **same) -> list[Pairs]:
    return [row for row in rows if all(getattr(row, name) == value for name, value in same.items())]


def _numbers(rows: list[Pairs]) -> list[int]:
    return sorted({row.number for row in rows})


def _routes(rows: list[Pairs]) -> list[str]:
    return sorted({row.route for row in rows})


def _groups(rows: dict[str, list[Pairs]], rule: ChangeRule, least: int) -> tuple[Group, ...]:
    results = {label: result_of(pairs, rule) for label, pairs in rows.items()}
    counts = {label: result.counted or result.total for label, result in results.items()}
    left_out = hidden(counts, least)
    return tuple(Group(label, result, label in left_out) for label, result in results.items())


def _chart(by_number: tuple[Group, ...], instrument: Instrument) -> trend_chart.TrendChart | None:
    """The mean before the first dose and after each session, with the doses between; what is hidden is missing."""
    shown = [group for group in by_number if group.result.counted and not group.is_hidden]
    if not shown:
        return None
    scoring, bands = instrument.scoring, instrument.bands
    first = by_number[0]
    before = None if first.is_hidden else first.result.before.mean
    scores = [_score(0, "Before", before, first.result.counted if before is not None else 0, is_baseline=True)]
    doses, axis = [], [(START, "Before")]
    for place, group in enumerate(by_number, start=1):
        mean = None if group.is_hidden else group.result.after.mean
        scores.append(_score(2 * place, f"After {group.label.lower()}", mean, group.result.counted if mean else 0))
        number = group.label.removeprefix("Session ")
        doses.append(trend_chart.Dose(_day(2 * place - 1), number, place=f"Dose of session {number}"))
        axis.append((_day(2 * place), f"After {number}"))
    return trend_chart.build(
        scores,
        doses,
        lowest=Decimal(scoring.low),
        highest=Decimal(scoring.high),
        bands=[trend_chart.Band(Decimal(band.low), Decimal(band.high), band.label) for band in bands],
        chart_id="outcomes-mean",
        title=f"Mean {instrument.name} before and after each session",
        value_label="Mean score",
        axis=axis if len(axis) <= 9 else axis[:: len(axis) // 8 + 1],
    )


def _day(place: int) -> date:
    """Four days to a place: a chart is never less than a week wide, and so two places fill it."""
    return START + timedelta(days=4 * place)


def _score(place: int, words: str, mean: Decimal | None, counted: int, is_baseline: bool = False) -> trend_chart.Score:
    shown = None if mean is None else mean.quantize(Decimal("0.1"))
    note = f"{counted} counted." if shown is not None else "Not shown, or nobody counted."
    return trend_chart.Score(_day(place), shown, is_baseline, note, place=words)
