"""Vital signs as a review of the dosing record shows them: the numbers, what was critical, and why one is missing.

Free words of a reading stay with the care team (R12), except why nothing was taken and why it was corrected.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from common.svg import vitals_chart
from common.svg.vitals_shapes import VitalsChart
from dosing.models import InfusionChange
from sessions_app.grading import critical_fields
from sessions_app.models import VitalReading
from sessions_app.session_facts import SessionFacts
from sessions_app.session_vitals import lines_of
from sessions_app.timeline import t_plus_minutes
from sessions_app.vital_limits import MEASURES, Severity, value_of, worst

DRAWN = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_bpm", "spo2_pct")


@dataclass(frozen=True)
class ReviewedReading:
    reading: VitalReading
    minutes: int | None
    severity: Severity
    is_corrected: bool
    words: str

    @property
    def css(self) -> str:
        if self.is_corrected:
            return "row--corrected"
        return {Severity.CRITICAL: "row--critical", Severity.WARNING: "row--caution"}.get(self.severity, "")


def words_of_record(reading: VitalReading) -> str:
    """The note when it is the reason for a gap or for a correction, else nothing."""
    if reading.not_taken:
        return f"Not taken. {reading.get_not_taken_display()}: {reading.note}"
    nothing_taken = all(value_of(reading, measure) is None for measure in MEASURES)
    return reading.note if nothing_taken or reading.corrects_id else ""


def reviewed_readings(facts: SessionFacts) -> tuple[ReviewedReading, ...]:
    """Every reading in the order taken, also those corrected later."""
    standing = {row.pk for row in facts.readings}
    return tuple(
        ReviewedReading(
            reading=row,
            minutes=t_plus_minutes(row.occurred_at, facts.session.first_dose_at),
            severity=worst(facts.grades[row.pk]),
            is_corrected=row.pk not in standing,
            words=words_of_record(row),
        )
        for row in facts.all_readings
    )


def review_chart(facts: SessionFacts, changes) -> VitalsChart:
    """Readings that stand, with doses, pauses and ends of infusions marked; minute 0 is the first dose."""
    first = facts.session.first_dose_at
    readings = [
        vitals_chart.Reading(
            minute=t_plus_minutes(row.occurred_at, first),
            critical=critical_fields(facts.grades[row.pk]),
            severity=worst(facts.grades[row.pk]).value,
            taken_at=f"{timezone.localtime(row.occurred_at):%H:%M}",
            note=words_of_record(row),
            **{name: None if (v := getattr(row, name)) is None else Decimal(v) for name in DRAWN},
        )
        for row in facts.readings
    ]
    return vitals_chart.build(
        readings,
        _markers(facts, changes, first),
        limits=lines_of(facts.settings.ladder_at(first)),
        title="Pressure, pulse and oxygen",
        chart_id="record-vitals",
    )


def _markers(facts: SessionFacts, changes, first) -> list:
    doses = [(row.given_at, f"Dose {row.number}", "dose") for row in facts.administrations]
    ends = [
        (row.end.occurred_at, "Stopped" if row.end.how == "stopped" else "End", "event")
        for row in facts.administrations
        if row.pump_ml_per_h is not None and hasattr(row, "end")
    ]
    pauses = [
        (row.occurred_at, row.get_what_display(), "event") for row in changes if row.what != InfusionChange.What.RATE
    ]
    return [
        vitals_chart.Marker(t_plus_minutes(moment, first), label, kind)
        for moment, label, kind in sorted([*doses, *ends, *pauses])
    ]
