"""Turns the rows of one session into lines of its timeline, in the words of the ward."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from dosing.proposed_dose import show
from sessions_app.grading import Alarm
from sessions_app.models import AdverseEvent, SessionAddendum, SessionTransition
from sessions_app.room_state import RoomState
from sessions_app.room_timeline import correction_words, room_lines
from sessions_app.session_facts import SessionFacts
from sessions_app.states import State, is_early_stop
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

STOPPED_EARLY = ("Stopped early: recovery began", "circle-stop")


def moved_words(start: str, to: str, reason: str) -> tuple[str, str]:
    """What a change of state is called, and its icon."""
    return STOPPED_EARLY if is_early_stop(start, to, reason) else MOVE_WORDS[State(to)]


NOTHING = RoomState(())


def who(row) -> str:
    """Name and role of who wrote a row, and whether late."""
    late = "late-synced" if row.was_sent_later else "late entry" if row.is_late else ""
    return f"{row.recorded_by.user.full_name}, {row.recorded_as}" + (f" · {late}: {row.late_reason}" if late else "")


def timeline_of(
    facts: SessionFacts,
    *,
    transitions: Iterable[SessionTransition],
    adverse_events: Iterable[AdverseEvent],
    changes: Iterable = (),
    remainders: Iterable = (),
    addenda: Iterable[SessionAddendum] = (),
    alarms: Iterable[Alarm] = (),
    room: RoomState = NOTHING,
) -> list[TimelineEvent]:
    """Every event of the session in order, each with its T+ minutes."""
    first = facts.session.first_dose_at
    adverse = tuple(adverse_events)
    corrected = {row.corrects_id for row in adverse}
    events = [
        *(_moved(row) for row in transitions),
        *(_reading(row, facts) for row in facts.all_readings),
        *(_answer(alarm) for alarm in alarms if not alarm.is_open),
        *(_dose(row) for row in facts.administrations),
        *(_end(row) for row in facts.administrations if hasattr(row, "end") and row.pump_ml_per_h is not None),
        *(_change(row) for row in changes),
        *(_remainder(row) for row in remainders),
        *(_override(row) for row in facts.overrides),
        *room_lines(room),
        *(_adverse(row, row.pk in corrected) for row in adverse),
        *(_addendum(row) for row in addenda),
    ]
    return merged(_with_minutes(event, first) for event in events)


def _with_minutes(event: TimelineEvent, first: datetime | None) -> TimelineEvent:
    return replace(event, minutes=t_plus_minutes(event.at, first))


def _line(row, title: str, **more) -> TimelineEvent:
    return TimelineEvent(at=row.occurred_at, recorded_at=row.recorded_at, title=title, meta=who(row), **more)


def _moved(row: SessionTransition) -> TimelineEvent:
    words, icon = moved_words(*row.told)
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


def gap_words(row, facts: SessionFacts) -> str:
    """Which due reading was not taken and why."""
    if not row.not_taken:
        return row.note
    minutes = t_plus_minutes(row.due_at, facts.session.first_dose_at)
    return f"Due at T+{minutes // 60}:{minutes % 60:02d}. {row.get_not_taken_display()}: {row.note}"


def _reading(row, facts: SessionFacts) -> TimelineEvent:
    values = reading_words(row)
    text = " · ".join(part for part in (values, row.note) if part)
    if row not in facts.readings:
        return _line(row, "Reading, corrected later", text=text, icon_name="history", kind="corrected", order=60)
    if not values:
        return _line(row, "Reading not taken", text=gap_words(row, facts), icon_name="circle-slash", order=60)
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


def _adverse(row: AdverseEvent, is_struck: bool) -> TimelineEvent:
    title = f"Adverse event: {row.get_category_display()}, grade {row.grade}"
    text = f"{row.description} · Done: {row.action} · Outcome: {row.get_outcome_display().lower()}"
    more = correction_words(row.is_withdrawal, row.correction_reason)
    line = {"text": f"{text} · {more}" if more else text, "icon_name": "triangle-alert", "order": 66}
    if is_struck:
        return _line(row, f"Corrected later: {title}", kind="corrected", is_struck=True, **line)
    if row.is_withdrawal:
        return _line(row, f"Taken back: {title}", **line)
    kind = "critical" if row.grade >= 3 else "caution"
    word = "Serious" if row.is_serious else ""
    return _line(
        row,
        title,
        kind=kind,
        word=word,
        word_kind="critical",
        entry_kind="adverse_event",
        entry_id=row.pk,
        **line,
    )


def _addendum(row: SessionAddendum) -> TimelineEvent:
    return _line(row, "Addendum", text=f"{row.text} · Why: {row.reason}", icon_name="file-plus", order=80)


def _witnessed(row) -> str:
    return f"witnessed by {row.witness.user.full_name}" if row.witness_id else "nobody witnessed it"
