"""Turns the rows of one session into lines of its timeline, in the words of the ward."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from dosing.proposed_dose import show
from sessions_app.grading import Alarm
from sessions_app.models import AdverseEvent, Observation, SessionAddendum, SessionTransition
from sessions_app.session_facts import SessionFacts
from sessions_app.states import State
from sessions_app.timeline import TimelineEvent, merged, t_plus_minutes
from sessions_app.vital_limits import Severity, value_of, words_of, worst

MOVE_WORDS = {
    State.SCHEDULED: ("Scheduled", "calendar"),
    State.CHECKED_IN: ("Checked in", "log-in"),
    State.READY: ("Ready", "check"),
    State.DOSING: ("Dosing began", "syringe"),
    State.RECOVERY: ("Recovery began", "bed"),
    State.DISCHARGED: ("Discharged", "door-open"),
    State.ENDED_EARLY: ("Left before every criterion was met", "door-open"),
    State.SIGNED: ("Signed", "signature"),
    State.CANCELLED: ("Cancelled", "calendar-x"),
    State.NO_SHOW: ("Did not come", "calendar-x"),
    State.ABORTED: ("Aborted before a dose", "ban"),
}


def who(row) -> str:
    """Name and role of who wrote a row, and whether late."""
    late = "late-synced" if row.was_sent_later else "late entry" if row.is_late else ""
    return f"{row.recorded_by.user.full_name}, {row.recorded_as}" + (f" · {late}: {row.late_reason}" if late else "")


def timeline_of(
    facts: SessionFacts,
    *,
    transitions: Iterable[SessionTransition],
    observations: Iterable[Observation],
    adverse_events: Iterable[AdverseEvent],
    changes: Iterable = (),
    remainders: Iterable = (),
    addenda: Iterable[SessionAddendum] = (),
    alarms: Iterable[Alarm] = (),
) -> list[TimelineEvent]:
    """Every event of the session in order, each with its T+ minutes."""
    first = facts.session.first_dose_at
    events = [
        *(_moved(row) for row in transitions),
        *(_reading(row, facts) for row in facts.all_readings),
        *(_answer(alarm) for alarm in alarms if not alarm.is_open),
        *(_dose(row) for row in facts.administrations),
        *(_end(row) for row in facts.administrations if hasattr(row, "end") and row.pump_ml_per_h is not None),
        *(_change(row) for row in changes),
        *(_remainder(row) for row in remainders),
        *(_override(row) for row in facts.overrides),
        *(_observation(row) for row in observations),
        *(_adverse(row) for row in adverse_events),
        *(_addendum(row) for row in addenda),
    ]
    return merged(_with_minutes(event, first) for event in events)


def _with_minutes(event: TimelineEvent, first: datetime | None) -> TimelineEvent:
    return replace(event, minutes=t_plus_minutes(event.at, first))


def _line(row, title: str, **more) -> TimelineEvent:
    return TimelineEvent(at=row.occurred_at, recorded_at=row.recorded_at, title=title, meta=who(row), **more)


def _moved(row: SessionTransition) -> TimelineEvent:
    words, icon = MOVE_WORDS[State(row.to_state)]
    return _line(row, words, text=row.reason, icon_name=icon, order=40)


def reading_words(row) -> str:
    """All values of one reading on one line."""
    parts = [
        f"BP {words_of(row, 'pressure')}" if value_of(row, "pressure") else "",
        f"HR {row.heart_rate_bpm}" if row.heart_rate_bpm is not None else "",
        f"SpO2 {row.spo2_pct} %{' on oxygen' if row.on_oxygen else ''}" if row.spo2_pct is not None else "",
        f"RR {row.respiratory_rate}" if row.respiratory_rate is not None else "",
        f"{row.temperature_c} °C" if row.temperature_c is not None else "",
        f"MOAA/S {row.moaas}" if row.moaas is not None else "",
        f"dissociation {row.get_dissociation_display().lower()}" if row.dissociation is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def _reading(row, facts: SessionFacts) -> TimelineEvent:
    values = reading_words(row)
    text = " · ".join(part for part in (values, row.note) if part)
    if row not in facts.readings:
        return _line(row, "Reading, corrected later", text=text, icon_name="history", kind="corrected", order=60)
    if not values:
        return _line(row, "Reading not taken", text=text, icon_name="circle-slash", order=60)
    severity = worst(facts.grades[row.pk])
    kind = {Severity.CRITICAL: "critical", Severity.WARNING: "caution"}.get(severity, "")
    word = severity.label if severity is not Severity.NORMAL else ""
    title = "Correction of a reading" if row.corrects_id else "Reading"
    return _line(row, title, text=text, icon_name="activity", kind=kind, word=word, word_kind=severity.value, order=60)


def _answer(alarm: Alarm) -> TimelineEvent:
    row = alarm.answer
    text = f"{row.sentence} · Done: {row.action} · Told: {row.told_name}"
    return _line(row, "Critical value answered", text=text, icon_name="bell-ring", kind="critical", order=62)


def _dose(row) -> TimelineEvent:
    verb = "started" if row.pump_ml_per_h is not None else "given"
    title = f"Dose {row.number}: {show(row.planned_mg)} mg {row.route} {verb}"
    verified = f", verified by {row.verified_by.user.full_name}" if row.verified_by else ""
    place = f", {row.site}" if row.site else ""
    text = (
        f"{row.draw.lot.product.name}, lot {row.draw.lot.lot_number}{place}; by {row.given_by.user.full_name}{verified}"
    )
    return _line(row, title, text=text, icon_name="syringe", kind="dose", order=50)


def _end(row) -> TimelineEvent:
    end = row.end
    title = f"Infusion {end.get_how_display().lower()}: {show(end.given_mg)} mg given"
    return _line(end, title, text=end.reason, icon_name="circle-stop", kind="dose", order=55)


def _change(row) -> TimelineEvent:
    rate = f" to {show(row.pump_ml_per_h)} mL/h" if row.pump_ml_per_h else ""
    return _line(row, f"Infusion: {row.get_what_display().lower()}{rate}", text=row.reason, icon_name="gauge", order=52)


def _remainder(row) -> TimelineEvent:
    title = f"{row.get_what_display()}: {show(row.amount_mg)} mg"
    text = f"{row.method}; {row.reason}; {_witnessed(row)}"
    return _line(row, title, text=text, icon_name="trash-2", order=70)


def _override(row) -> TimelineEvent:
    return _line(
        row, "Went on although", text=f"{row.sentence} Reason: {row.reason}", icon_name="shield-alert", order=45
    )


def _observation(row: Observation) -> TimelineEvent:
    return _line(row, row.get_what_display(), text=row.text, icon_name="message-square", order=65)


def _adverse(row: AdverseEvent) -> TimelineEvent:
    kind = "critical" if row.grade >= 3 else "caution"
    title = f"Adverse event: {row.get_category_display()}, grade {row.grade}"
    text = f"{row.description} · Done: {row.action} · Outcome: {row.get_outcome_display().lower()}"
    word = "Serious" if row.is_serious else ""
    return _line(
        row, title, text=text, icon_name="triangle-alert", kind=kind, word=word, word_kind="critical", order=66
    )


def _addendum(row: SessionAddendum) -> TimelineEvent:
    return _line(row, "Addendum", text=f"{row.text} · Why: {row.reason}", icon_name="file-plus", order=80)


def _witnessed(row) -> str:
    return f"witnessed by {row.witness.user.full_name}" if row.witness_id else "nobody witnessed it"
