"""Grades every reading of a session under the limits that were in force when it was taken."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sessions_app.monitoring_settings import MonitoringSettings
from sessions_app.vital_limits import MEASURES, Finding, Severity, criticals, judge, value_of, worst

BASELINE_VALUES = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_bpm", "spo2_pct", "respiratory_rate")


def standing(readings: Iterable) -> tuple:
    """Those that no later row corrects, in the order given."""
    rows = tuple(readings)
    corrected = {row.corrects_id for row in rows}
    return tuple(row for row in rows if row.pk not in corrected)


def baseline_of(stand: Sequence, first_dose_at: datetime | None):
    """The last full set of vital signs up to the first dose, or None (KAP-MON-BASELINE)."""
    before = [row for row in stand if first_dose_at is None or row.occurred_at <= first_dose_at]
    full = [row for row in before if None not in (getattr(row, name) for name in BASELINE_VALUES)]
    return full[-1] if full else None


def graded(
    readings: Sequence, settings: MonitoringSettings, first_dose_at: datetime | None, only: Container | None = None
) -> dict:
    """Reading id → its findings. `readings` are all of one session, oldest first, also those corrected later.

    Each is held against the readings that stand from before it. A rise or fall is counted from the baseline only after
    the first dose. `only` are the ids that are asked for; without it, all are.
    """
    stand = standing(readings)
    ids, baseline = {row.pk for row in stand}, baseline_of(stand, first_dose_at)
    found, earlier = {}, []
    for row in readings:
        if only is None or row.pk in only:
            start = baseline if first_dose_at is not None and row.occurred_at > first_dose_at else None
            ladder = settings.ladder_at(row.occurred_at)
            found[row.pk] = judge(row, ladder, baseline=start, earlier=earlier)
        if row.pk in ids:
            earlier.append(row)
    return found


@dataclass(frozen=True)
class Alarm:
    """The critical findings of one reading, with what was done about them once somebody said so."""

    reading: object
    findings: tuple[Finding, ...]
    answer: object | None

    @property
    def is_open(self) -> bool:
        return self.answer is None

    @property
    def sentence(self) -> str:
        return " ".join(finding.sentence for finding in self.findings)

    @property
    def measures(self) -> str:
        """What is critical, by name."""
        return ", ".join(MEASURES[finding.measure][0] for finding in self.findings)


def alarms_of(readings: Sequence, grades: dict) -> tuple[Alarm, ...]:
    """Readings that stand with something critical, and those corrected later that were answered, oldest first."""
    ids = {row.pk for row in standing(readings)}
    found = []
    for row in readings:
        answer = getattr(row, "alarm_answer", None)
        findings = criticals(grades[row.pk])
        if findings and (row.pk in ids or answer is not None):
            found.append(Alarm(row, findings, answer))
    return tuple(found)


def open_alarms(alarms: Iterable[Alarm]) -> tuple[Alarm, ...]:
    return tuple(alarm for alarm in alarms if alarm.is_open)


def critical_fields(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The columns of a reading that its critical findings are about."""
    pressure = ("systolic_mmhg", "diastolic_mmhg")
    measures = [finding.measure for finding in findings if finding.severity is Severity.CRITICAL]
    return tuple(name for one in measures for name in (pressure if one == "pressure" else (one,)))


def last_measured(stand: Sequence):
    """The last reading with any value, or None: a due reading that was not taken says nothing about the patient."""
    return next(
        (row for row in reversed(stand) if any(value_of(row, measure) is not None for measure in MEASURES)), None
    )


def last_taken(readings: Sequence, measure: str):
    return next((row for row in reversed(readings) if value_of(row, measure) is not None), None)


def severity_of(findings: Iterable[Finding], measure: str) -> Severity:
    return worst(finding for finding in findings if finding.measure == measure)
