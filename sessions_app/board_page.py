"""The board: today's sessions by time, with state, clock, the next reading and who is responsible."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.actor import Actor
from dosing.models import Administration
from sessions_app.models import RosterEntry, Session, VitalReading
from sessions_app.monitoring import DoseSpan, due_times, is_overdue, may_leave_from, next_due
from sessions_app.state_words import chip_of
from sessions_app.states import State
from sessions_app.supervision import Supervision, supervision_of
from sessions_app.vital_limits import Severity, judge, worst

CALLED_OFF = (State.CANCELLED, State.NO_SHOW, State.ABORTED)


@dataclass(frozen=True)
class BoardCard:
    """One session on the board. `css` adds to board-card; `due_at` is the next reading's time."""

    session: Session
    chip_kind: str
    css: str
    due_at: datetime | None
    is_overdue: bool
    leave_at: datetime | None
    severity: Severity
    last_reading: VitalReading | None
    staff: tuple[RosterEntry, ...]
    is_running: bool

    @property
    def patient(self):
        return self.session.patient

    @property
    def state(self) -> State:
        return self.session.state_now

    @property
    def needs_attention(self) -> bool:
        return self.severity in (Severity.CRITICAL, Severity.WARNING)


@dataclass(frozen=True)
class BoardPage:
    day: datetime
    cards: tuple[BoardCard, ...]
    called_off: tuple[BoardCard, ...]
    supervision: Supervision

    @property
    def in_progress(self) -> list[BoardCard]:
        return [card for card in self.cards if card.state.is_in_progress]

    @property
    def overdue(self) -> list[BoardCard]:
        return [card for card in self.cards if card.is_overdue]

    @property
    def patient_ids(self) -> list:
        return [card.session.patient_id for card in (*self.cards, *self.called_off)]

    @property
    def stamp(self) -> str:
        """Changes whenever a card does, so that a poll sends nothing when nothing changed."""
        facts = [
            (card.session.pk, card.session.version, card.last_reading and card.last_reading.pk, card.is_overdue)
            + tuple(entry.pk for entry in card.staff)
            for card in (*self.cards, *self.called_off)
        ]
        return hashlib.sha256(repr((facts, self.supervision.stamp)).encode()).hexdigest()[:16]


def day_bounds(at: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """The practice's calendar day that `at` falls in, as [start, end)."""
    zone = ZoneInfo(time_zone)
    day = at.astimezone(zone).date()
    start = datetime.combine(day, time(), zone)
    return start, datetime.combine(day + timedelta(days=1), time(), zone)


def on_board(actor: Actor, at: datetime):
    """The sessions of the practice's day that this person may see."""
    start, end = day_bounds(at, actor.practice.time_zone)
    return Session.objects.visible_to(actor).on_board(actor.practice_id, start, end)


def load_board(actor: Actor, at: datetime) -> BoardPage:
    """Five queries, whatever the number of sessions."""
    start, _ = day_bounds(at, actor.practice.time_zone)
    visible = on_board(actor, at)
    sessions = list(visible.select_related("patient", "series", "room").order_by("scheduled_for", "room__name", "id"))
    active = [session.pk for session in sessions if session.state_now.is_in_progress]
    readings = _readings(active)
    spans = _spans(active)
    staff = _staff([session.pk for session in sessions])
    cards = [
        _card(session, at, readings[session.pk], spans[session.pk], tuple(staff[session.pk])) for session in sessions
    ]
    standing = tuple(card for card in cards if card.state not in CALLED_OFF)
    called_off = tuple(card for card in cards if card.state in CALLED_OFF)
    return BoardPage(start, standing, called_off, supervision_of(actor.practice_id, at))


def _readings(session_ids: list) -> dict[object, list[VitalReading]]:
    """The readings that stand, by session. Corrected ones are left out here: asking SQL for it scans every reading."""
    found = defaultdict(list)
    rows = list(VitalReading.objects.filter(session_id__in=session_ids).order_by("occurred_at", "recorded_at"))
    corrected = {row.corrects_id for row in rows}
    for row in rows:
        if row.pk not in corrected:
            found[row.session_id].append(row)
    return found


def _spans(session_ids: list) -> dict[object, list[DoseSpan]]:
    found = defaultdict(list)
    rows = Administration.objects.filter(dosing_record_id__in=session_ids).order_by("number")
    for record_id, began_at, ended_at in rows.values_list("dosing_record_id", "occurred_at", "end__occurred_at"):
        found[record_id].append(DoseSpan(began_at, ended_at))
    return found


def _staff(session_ids: list) -> dict[object, list[RosterEntry]]:
    found = defaultdict(list)
    rows = RosterEntry.objects.filter(session_id__in=session_ids, left_at=None)
    for row in rows.select_related("membership__user").order_by("duty"):
        found[row.session_id].append(row)
    return found


def _card(session: Session, at: datetime, readings, spans, staff) -> BoardCard:
    route, first = session.series.route, session.first_dose_at
    taken = [
        row.occurred_at
        for row in readings
        if first is not None and row.occurred_at > first and (row.systolic_mmhg is not None or row.note)
    ]
    active = session.state_now.is_in_progress
    due = next_due(due_times(route, spans, at), taken) if active and spans else None
    last = readings[-1] if readings else None
    severity = worst(judge(last)) if last is not None else Severity.NORMAL
    return BoardCard(
        session=session,
        chip_kind=chip_of(session.state_now),
        css=_css(session.state_now, severity, is_overdue(due, at)),
        due_at=due,
        is_overdue=is_overdue(due, at),
        leave_at=may_leave_from(route, spans) if active and spans else None,
        severity=severity,
        last_reading=last,
        staff=staff,
        is_running=any(span.ended_at is None for span in spans),
    )


def _css(state: State, severity: Severity, overdue: bool) -> str:
    if severity is Severity.CRITICAL:
        return "board-card--critical"
    if overdue:
        return "board-card--overdue"
    if severity is Severity.WARNING:
        return "board-card--caution"
    return "board-card--active" if state.is_in_progress else ""
