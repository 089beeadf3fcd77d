"""The vital signs of one session as its page shows them: tiles, findings, table rows, chart."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from common.svg import vitals_chart
from common.svg.vitals_shapes import VitalsChart
from sessions_app.models import VitalReading
from sessions_app.session_facts import SessionFacts
from sessions_app.timeline import t_plus_minutes
from sessions_app.vital_limits import (
    MEASURES,
    Finding,
    Severity,
    judge,
    judge_measure,
    judge_with_earlier,
    value_of,
    worst,
)

# Lines across the chart: the limits that make a value critical or a pressure a warning (sources_monitoring.md).
LIMITS = (
    vitals_chart.Limit("systolic_mmhg", Decimal(180), "180"),
    vitals_chart.Limit("heart_rate_bpm", Decimal(120), "120"),
    vitals_chart.Limit("spo2_pct", Decimal(90), "90 %"),
)
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
    is_corrected: bool
    may_correct: bool


def tiles_of(facts: SessionFacts) -> tuple[VitalTile, ...]:
    tiles = []
    for measure, (label, unit) in MEASURES.items():
        row = next((one for one in reversed(facts.readings) if value_of(one, measure) is not None), None)
        finding = judge_measure(row, measure) if row is not None else None
        value = value_of(row, measure) if row is not None else None
        tiles.append(
            VitalTile(
                label=label,
                value="" if value is None else "/".join(map(str, value)) if measure == "pressure" else str(value),
                unit=unit,
                severity=finding.severity if finding else Severity.NORMAL,
                taken_at=row.occurred_at if row is not None else None,
            )
        )
    return tuple(tiles)


def findings_of(facts: SessionFacts) -> tuple[Finding, ...]:
    """What is abnormal in the last reading, also against the one before it."""
    if not facts.readings:
        return ()
    earlier = facts.readings[-2] if len(facts.readings) > 1 else None
    return judge_with_earlier(facts.readings[-1], earlier)


def reading_rows(facts: SessionFacts, may_correct: bool) -> tuple[ReadingRow, ...]:
    standing = {row.pk for row in facts.readings}
    rows, earlier = [], None
    for row in facts.all_readings:
        stands = row.pk in standing
        rows.append(
            ReadingRow(
                reading=row,
                minutes=t_plus_minutes(row.occurred_at, facts.session.first_dose_at),
                severity=worst(judge_with_earlier(row, earlier)),
                is_corrected=not stands,
                may_correct=may_correct and stands,
            )
        )
        earlier = row if stands else earlier
    return tuple(reversed(rows))


def chart_of(facts: SessionFacts, adverse) -> VitalsChart | None:
    """Drawn once there is a first dose to count from."""
    zero = facts.session.first_dose_at
    if zero is None or not facts.readings:
        return None
    readings = [
        vitals_chart.Reading(
            minute=t_plus_minutes(row.occurred_at, zero),
            critical=_critical_measures(row),
            note=row.note,
            **{name: None if getattr(row, name) is None else Decimal(getattr(row, name)) for name in CHARTED},
        )
        for row in facts.readings
    ]
    doses = [
        vitals_chart.Marker(t_plus_minutes(row.occurred_at, zero), f"Dose {row.number}", "dose")
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
    return vitals_chart.build(readings, [*doses, *events], limits=LIMITS, title="Vital signs")


def _critical_measures(row: VitalReading) -> tuple[str, ...]:
    found = [finding.measure for finding in judge(row) if finding.severity is Severity.CRITICAL]
    pressure = ("systolic_mmhg", "diastolic_mmhg")
    return tuple(name for measure in found for name in (pressure if measure == "pressure" else (measure,)))
