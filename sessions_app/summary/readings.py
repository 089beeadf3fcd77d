"""The vital signs of a summary: every reading of the log with its severity word, what was abnormal, and the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

from common.svg import vitals_chart
from common.svg.vitals_shapes import VitalsChart
from sessions_app.grading import critical_fields
from sessions_app.models import VitalReading
from sessions_app.session_events import SessionEvent, findings_told, standing
from sessions_app.session_vitals import CHARTED, lines_of
from sessions_app.vital_limits import MEASURES, Finding, Ladder, Severity, value_of, worst


@dataclass(frozen=True)
class SummaryReading:
    """One reading as it was judged when it was taken; `note` holds only what this reader may read."""

    id: UUID
    at: datetime
    minutes: int | None
    by: str
    late_reason: str
    values: SimpleNamespace
    findings: tuple[Finding, ...]
    is_corrected: bool
    note: str

    @property
    def severity(self) -> Severity:
        return worst(self.findings)

    @property
    def is_correction(self) -> bool:
        return self.values.corrects is not None

    @property
    def is_taken(self) -> bool:
        return any(value_of(self.values, measure) is not None for measure in MEASURES)

    @property
    def pressure(self) -> str:
        value = value_of(self.values, "pressure")
        return "" if value is None else f"{value[0]}/{value[1]}"

    @property
    def dissociation(self) -> str:
        value = self.values.dissociation
        return "" if value is None else str(VitalReading.Dissociation(value).label)

    @property
    def word(self) -> str:
        """One word for what this row is: its severity, or that it was corrected or not taken."""
        if self.is_corrected:
            return "Corrected later"
        return self.severity.label if self.is_taken else "Not taken"


@dataclass(frozen=True)
class Alarm:
    """A reading of warning or critical severity, in sentences; `is_unanswered` when nobody said what was done.

    Only what is critical has to be answered; whoever may not read answers is told nothing about them.
    """

    reading: SummaryReading
    sentences: tuple[str, ...]
    is_unanswered: bool


def readings_of(events: Sequence[SessionEvent], sees_clinical: bool) -> tuple[SummaryReading, ...]:
    """Every reading of the log in the order taken, also those corrected later."""
    rows = [event for event in events if event.kind == "reading"]
    corrected = {event.values["corrects"] for event in rows}
    found = []
    for event in rows:
        values = SimpleNamespace(**event.values, occurred_at=event.occurred_at, pk=event.id)
        found.append(
            SummaryReading(
                id=event.id,
                at=event.occurred_at,
                minutes=event.minutes,
                by=event.recorded_by,
                late_reason=event.late_reason,
                values=values,
                findings=findings_told(event),
                is_corrected=event.id in corrected,
                note=_note(values, sees_clinical),
            )
        )
    return tuple(found)


def _note(values: SimpleNamespace, sees_clinical: bool) -> str:
    """Free words are the care team's, except why nothing was taken and why a reading was corrected (R12)."""
    nothing_taken = all(value_of(values, measure) is None for measure in MEASURES)
    why = str(VitalReading.NotTaken(values.not_taken).label) if values.not_taken else ""
    note = values.note if sees_clinical or nothing_taken or values.corrects else ""
    return ": ".join(part for part in (why, note) if part)


def alarms_of(
    readings: Sequence[SummaryReading], events: Sequence[SessionEvent], reads_answers: bool
) -> tuple[Alarm, ...]:
    """Standing readings with a warning or critical finding, the sentences of the most severe first."""
    loud = (Severity.WARNING, Severity.CRITICAL)
    answered = {event.values["reading"] for event in events if event.kind == "alarm_answer"}
    found = []
    for row in readings:
        if not row.is_corrected and row.severity in loud:
            sentences = tuple(
                f"{finding.severity.label}: {finding.sentence}" for finding in row.findings if finding.severity in loud
            )
            is_open = reads_answers and row.severity is Severity.CRITICAL and row.id not in answered
            found.append(Alarm(row, sentences, is_open))
    return tuple(found)


def chart_of(readings: Sequence[SummaryReading], events: Sequence[SessionEvent], ladder: Ladder) -> VitalsChart | None:
    """The chart of the readings that stand with doses, infusion changes and adverse events marked; from T+0.

    `ladder` holds the limits drawn across it, those in force at the first dose.
    """
    shown = [row for row in readings if not row.is_corrected and row.minutes is not None]
    if not shown:
        return None
    points = [
        vitals_chart.Reading(
            minute=row.minutes,
            critical=critical_fields(row.findings),
            severity=row.severity.value,
            **{name: None if (v := getattr(row.values, name)) is None else Decimal(v) for name in CHARTED},
        )
        for row in shown
    ]
    markers = [mark for event in standing(events) if event.minutes is not None for mark in _marks(event)]
    limits = lines_of(ladder)
    return vitals_chart.build(
        points, markers, limits=limits, title="Course of the vital signs", chart_id="summary-vitals"
    )


def _marks(event: SessionEvent):
    told = event.values
    if event.kind == "dose":
        yield vitals_chart.Marker(event.minutes, f"Dose {told['number']}", "dose")
    elif event.kind == "infusion_change":
        words = {"pause": "Paused", "resume": "Resumed", "rate": "Rate"}[told["what"]]
        yield vitals_chart.Marker(event.minutes, words, "event")
    elif event.kind == "dose_end" and told["how"] == "stopped":
        yield vitals_chart.Marker(event.minutes, "Stopped", "event")
    elif event.kind == "adverse_event":
        kind = "critical" if told["grade"] >= 3 else "event"
        yield vitals_chart.Marker(event.minutes, f"Adverse event, grade {told['grade']}", kind)
