"""The vital signs of one session as its page shows them: tiles, findings, table rows, chart."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from common.svg import vitals_chart
from common.svg.vitals_shapes import VitalsChart
from sessions_app.grading import Alarm, critical_fields, last_measured, last_taken, open_alarms, severity_of
from sessions_app.models import VitalReading
from sessions_app.session_facts import SessionFacts
from sessions_app.timeline import t_plus_minutes
from sessions_app.vital_limits import MEASURES, Finding, Ladder, Severity, value_of, worst

# Lines across the chart: these limits of the practice.
LINES = {
    "systolic_mmhg": ("systolic_warning_from", ""),
    "diastolic_mmhg": ("diastolic_warning_from", " diastolic"),
    "heart_rate_bpm": ("heart_rate_warning_above", ""),
    "spo2_pct": ("spo2_critical_below", " %"),
}
CHARTED = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_bpm", "spo2_pct")


@dataclass(frozen=True)
class VitalTile:
    """The last value of one measure with its judgement; `taken_at` None means never taken."""

    label: str
    value: str
    unit: str
    severity: Severity
    taken_at: datetime | None


@dataclass(frozen=True)
class ReadingRow:
    reading: VitalReading
    minutes: int | None
    severity: Severity
    findings: tuple[Finding, ...]
    is_corrected: bool
    may_correct: bool


def tiles_of(facts: SessionFacts) -> tuple[VitalTile, ...]:
    tiles = []
    for measure, (label, unit) in MEASURES.items():
        row = last_taken(facts.readings, measure)
        value = value_of(row, measure) if row is not None else None
        tiles.append(
            VitalTile(
                label=label,
                value="" if value is None else "/".join(map(str, value)) if measure == "pressure" else str(value),
                unit=unit,
                severity=severity_of(facts.grades[row.pk], measure) if row is not None else Severity.NORMAL,
                taken_at=row.occurred_at if row is not None else None,
            )
        )
    return tuple(tiles)


def findings_of(facts: SessionFacts) -> tuple[Finding, ...]:
    """What is abnormal in the last reading; what is critical and not answered yet stands among the open alarms."""
    last = last_measured(facts.readings)
    if last is None:
        return ()
    is_open = any(alarm.reading.pk == last.pk for alarm in open_alarms(facts.alarms))
    return tuple(one for one in facts.grades[last.pk] if not (is_open and one.severity is Severity.CRITICAL))


def reading_rows(facts: SessionFacts, may_correct: bool) -> tuple[ReadingRow, ...]:
    standing = {row.pk for row in facts.readings}
    rows = [
        ReadingRow(
            reading=row,
            minutes=t_plus_minutes(row.occurred_at, facts.session.first_dose_at),
            severity=worst(facts.grades[row.pk]),
            findings=facts.grades[row.pk],
            is_corrected=row.pk not in standing,
            may_correct=may_correct and row.pk in standing,
        )
        for row in facts.all_readings
    ]
    return tuple(reversed(rows))


def chart_of(facts: SessionFacts, adverse, rescue=()) -> VitalsChart | None:
    """Drawn once there is a first dose to count from."""
    zero = facts.session.first_dose_at
    if zero is None or not facts.readings:
        return None
    readings = [
        vitals_chart.Reading(
            minute=t_plus_minutes(row.occurred_at, zero),
            critical=critical_fields(facts.grades[row.pk]),
            severity=worst(facts.grades[row.pk]).value,
            note=row.note,
            **{name: None if getattr(row, name) is None else Decimal(getattr(row, name)) for name in CHARTED},
        )
        for row in facts.readings
    ]
    doses = [
        vitals_chart.Marker(t_plus_minutes(row.given_at, zero), f"Dose {row.number}", "dose")
        for row in facts.administrations
    ]
    events = [
        vitals_chart.Marker(
            t_plus_minutes(row.occurred_at, zero),
            f"{row.get_category_display()} ({row.grade})",
            "critical" if row.grade >= 3 else "event",
        )
        for row in adverse
    ]
    events += [vitals_chart.Marker(event.minutes, event.values["name"], "event") for event in rescue]
    return vitals_chart.build(
        readings, [*doses, *events], limits=lines_of(facts.settings.ladder_at(zero)), title="Vital signs"
    )


def lines_of(ladder: Ladder) -> tuple[vitals_chart.Limit, ...]:
    """The limits drawn across the chart, those in force at the first dose."""
    return tuple(
        vitals_chart.Limit(measure, Decimal(ladder.values[name]), f"{ladder.values[name]}{unit}")
        for measure, (name, unit) in LINES.items()
        if name in ladder.values
    )


@dataclass(frozen=True)
class AlarmRow:
    """One alarm as the page shows it; `minutes` from the first dose, None before it."""

    alarm: Alarm
    minutes: int | None

    @property
    def key(self) -> str:
        return str(self.alarm.reading.pk)


def alarm_rows(facts: SessionFacts) -> tuple[AlarmRow, ...]:
    """Every alarm of the session, the newest first."""
    first = facts.session.first_dose_at
    rows = [AlarmRow(alarm, t_plus_minutes(alarm.reading.occurred_at, first)) for alarm in facts.alarms]
    return tuple(reversed(rows))
