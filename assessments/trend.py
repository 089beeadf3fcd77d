"""One instrument's scores of one patient over time: which is the baseline, how far each later score is from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from assessments.change import Change, ChangeNotDefined, measure_change, rule_of
from assessments.definitions import Instrument
from assessments.models import Assessment
from assessments.practice_catalogue import Catalogue, catalogue_of
from common.registry import Registry

# answer(patient_id, actor) -> list[Mark]; filled by the apps that know when a dose was given.
marks = Registry("when was a dose given to this patient?")
# answer(patient_id) -> list[Mark]; for rules, and for whoever was let in to a risk item
every_dose = Registry("when was a dose given to this patient, whoever asks?")


@dataclass(frozen=True)
class Mark:
    """A dose: when it was given, and a short label such as "1" or "IM 3"."""

    at: datetime
    label: str


@dataclass(frozen=True)
class Point:
    """One submitted questionnaire. `total` is None when the instrument gave no score; `change` is from baseline."""

    assessment_id: UUID
    set_id: UUID
    occasion: str
    answered_at: datetime
    on: date
    total: Decimal | None
    severity: str
    flags: tuple[dict, ...]
    is_complete: bool
    is_baseline: bool = False
    change: Change | None = None
    is_comparable: bool = True
    version: str = ""


@dataclass(frozen=True)
class Trend:
    """Points in the order they were answered, with the doses between them; `definition` is the newest one answered.

    A point whose version scored otherwise has a total and no change: totals of different sums are not compared.
    """

    instrument: str
    points: tuple[Point, ...]
    marks: tuple[Mark, ...]
    definition: Instrument | None = None

    @property
    def baseline(self) -> Point | None:
        return next((point for point in self.points if point.is_baseline), None)

    @property
    def latest(self) -> Point | None:
        return self.points[-1] if self.points else None


def doses_of(patient_id: UUID, actor) -> tuple[Mark, ...]:
    """Every known dose of the patient, oldest first."""
    return tuple(sorted(marks.collect(patient_id=patient_id, actor=actor), key=lambda mark: mark.at))


def trend_of(patient_id: UUID, instrument: str, *, actor) -> Trend:
    """The course of one instrument for whoever may see the patient's questionnaires, else an empty one."""
    return trends_of(patient_id, actor=actor, only=(instrument,)).get(instrument) or Trend(instrument, (), ())


def trends_of(patient_id: UUID, *, actor, only: Sequence[str] = ()) -> dict[str, Trend]:
    """The courses of every answered instrument by code, in one query and one question to `marks`."""
    rows = Assessment.objects.visible_to(actor).submitted().filter(patient_id=patient_id)
    if only:
        rows = rows.filter(instrument__in=only)
    rows = list(rows.select_related("assessment_set", "patient").order_by("answered_at", "id"))
    if not rows:
        return {}
    doses, catalogue = doses_of(patient_id, actor), catalogue_of(rows[0].patient.practice_id)
    of_code = {code: [row for row in rows if row.instrument == code] for code in _codes(rows)}
    return {code: _trend(code, found, doses, catalogue) for code, found in of_code.items()}


def _codes(rows: Iterable[Assessment]) -> list[str]:
    return sorted({row.instrument for row in rows})


def _trend(code: str, rows: list[Assessment], doses: tuple[Mark, ...], catalogue: Catalogue) -> Trend:
    newest = catalogue.of(rows[-1])
    alike = {row.pk for row in rows if catalogue.of(row).scores_like(newest)}
    baseline = baseline_of([row for row in rows if row.pk in alike], doses)
    return Trend(code, tuple(_point(row, baseline, newest, row.pk in alike) for row in rows), doses, newest)


def baseline_of(rows: Sequence[Assessment], doses: Sequence[Mark]) -> Assessment | None:
    """The last score before the first dose; without a dose or a score before it, the first (KAP-ASM-BASELINE)."""
    scored = [row for row in rows if row.total is not None]
    first_dose = min((mark.at for mark in doses), default=None)
    before = [row for row in scored if first_dose and row.answered_at <= first_dose]
    return before[-1] if before else next(iter(scored), None)


def _point(row: Assessment, baseline: Assessment | None, instrument: Instrument, is_comparable: bool) -> Point:
    is_later = is_comparable and baseline is not None and row.answered_at > baseline.answered_at
    return Point(
        assessment_id=row.pk,
        set_id=row.assessment_set_id,
        occasion=row.assessment_set.get_occasion_display(),
        answered_at=row.answered_at,
        on=row.answered_at.astimezone(ZoneInfo(row.patient.time_zone)).date(),
        total=row.total,
        severity=row.severity,
        flags=tuple(row.flags),
        is_complete=row.is_complete,
        is_baseline=baseline is not None and row.pk == baseline.pk,
        change=change_between(instrument, baseline.total, row.total) if is_later else None,
        is_comparable=is_comparable,
        version=row.instrument_version,
    )


def change_between(instrument: Instrument, baseline: Decimal | None, later: Decimal | None) -> Change | None:
    """The change, or None where the instrument has no better and no worse end."""
    try:
        return measure_change(rule_of(instrument), baseline, later)
    except ChangeNotDefined:
        return None
