"""The board: today's sessions, the most pressing first, with state, clock, next reading and who is responsible."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.actor import Actor
from dosing.models import Administration
from sessions_app.day_before import ToReview, sessions_to_review
from sessions_app.grading import Alarm, alarms_of, graded, last_measured, open_alarms, standing
from sessions_app.models import RosterEntry, Session, VitalReading
from sessions_app.monitoring import DoseSpan, RouteClock, due_times, is_overdue, may_leave_from, next_due
from sessions_app.monitoring_settings import MonitoringSettings
from sessions_app.state_words import chip_of
from sessions_app.states import State
from sessions_app.supervision import Supervision, supervision_of
from sessions_app.vital_limits import Severity, worst

CALLED_OFF = (State.CANCELLED, State.NO_SHOW, State.ABORTED)


@dataclass(frozen=True)
class BoardCard:
    """One session on the board. `css` adds to board-card; `due_at` is the next reading's time; `reviews` is what the
    patient told the day before that nobody has decided about, in words."""

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
    clock: RouteClock
    alarms: tuple[Alarm, ...] = ()
    reviews: tuple[str, ...] = ()

    @property
    def patient(self):
        return self.session.patient

    @property
    def state(self) -> State:
        return self.session.state_now

    @property
    def is_stopped_early(self) -> bool:
        """Dosing ended before all of it was given."""
        return self.session.is_stopped_early

    @property
    def needs_attention(self) -> bool:
        return self.severity in (Severity.CRITICAL, Severity.WARNING)

    @property
    def open_alarms(self) -> tuple[Alarm, ...]:
        """Critical values that nobody has answered, oldest first."""
        return open_alarms(self.alarms)

    @property
    def place(self) -> int:
        """Where it stands among the day's cards: alarms that nobody answered, then who is here, comes, and has left."""
        if self.open_alarms:
            return 0
        if self.state.is_in_progress:
            return 1
        return 2 if self.state is State.SCHEDULED else 3

    @property
    def last_answer(self):
        """What was done about the last reading when it was critical."""
        return self.alarms[-1].answer if self.alarms and self.alarms[-1].reading == self.last_reading else None


@dataclass(frozen=True)
class BoardPage:
    day: datetime
    cards: tuple[BoardCard, ...]
    called_off: tuple[BoardCard, ...]
    supervision: Supervision
    to_review: tuple[ToReview, ...] = ()

    @property
    def in_progress(self) -> list[BoardCard]:
        return [card for card in self.cards if card.state.is_in_progress]

    @property
    def overdue(self) -> list[BoardCard]:
        return [card for card in self.cards if card.is_overdue]

    @property
    def open_alarms(self) -> list[Alarm]:
        """Critical values of the day that nobody has answered."""
        return [alarm for card in self.cards for alarm in card.open_alarms]

    @property
    def patient_ids(self) -> list:
        shown = (*self.cards, *self.called_off, *self.to_review)
        return list(dict.fromkeys(card.session.patient_id for card in shown))

    @property
    def stamp(self) -> str:
        """Changes whenever a card does, so that a poll sends nothing when nothing changed."""
        facts = [
            (card.session.pk, card.session.version, card.last_reading and card.last_reading.pk, card.is_overdue)
            + (card.severity.value, len(card.open_alarms), len(card.alarms))
            + tuple(entry.pk for entry in card.staff)
            for card in (*self.cards, *self.called_off)
        ]
        waiting = [(one.session.pk, one.words) for one in self.to_review]
        return hashlib.sha256(repr((facts, waiting, self.supervision.stamp)).encode()).hexdigest()[:16]


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
    """Six queries, whatever the number of sessions; two more while somebody's day before waits for a decision."""
    start, _ = day_bounds(at, actor.practice.time_zone)
    visible = on_board(actor, at)
    sessions = list(visible.with_names().with_early_stop().order_by("scheduled_for", "room__name", "id"))
    active = [session.pk for session in sessions if session.state_now.is_in_progress]
    unsigned = [session.pk for session in sessions if session.state_now in (State.DISCHARGED, State.ENDED_EARLY)]
    readings = _readings([*active, *unsigned])
    spans = _spans(active)
    supervision = supervision_of(actor.practice_id, at)
    settings = supervision.monitoring
    staff = _staff([session.pk for session in sessions])
    to_review = tuple(sessions_to_review(actor))
    reviews = {one.session.pk: tuple(one.words) for one in to_review}
    cards = [
        _card(
            session,
            at,
            readings[session.pk],
            spans[session.pk],
            tuple(staff[session.pk]),
            settings,
            reviews.get(session.pk, ()),
        )
        for session in sessions
    ]
    standing = tuple(sorted((card for card in cards if card.state not in CALLED_OFF), key=lambda card: card.place))
    called_off = tuple(card for card in cards if card.state in CALLED_OFF)
    return BoardPage(start, standing, called_off, supervision, to_review)


def _readings(session_ids: list) -> dict[object, list[VitalReading]]:
    """All readings by session, oldest first, each with its answer. Asking SQL which stand would scan every reading."""
    found = defaultdict(list)
    rows = VitalReading.objects.filter(session_id__in=session_ids).select_related("alarm_answer")
    for row in rows.order_by("occurred_at", "recorded_at"):
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


def _card(
    session: Session, at: datetime, readings, spans, staff, settings: MonitoringSettings, reviews: tuple[str, ...]
) -> BoardCard:
    first = session.first_dose_at
    clock = settings.clock_at(session.series.route, first)
    stand, grades = standing(readings), graded(readings, settings, first)
    alarms = alarms_of(readings, grades)
    taken = [
        row.due_at or row.occurred_at
        for row in stand
        if first is not None and row.occurred_at > first and (row.systolic_mmhg is not None or row.note)
    ]
    active = session.state_now.is_in_progress
    due = next_due(clock, due_times(clock, spans, at), taken) if active and spans else None
    last = last_measured(stand) if active else None
    severity = worst(grades[last.pk]) if last is not None else Severity.NORMAL
    if open_alarms(alarms):
        severity = Severity.CRITICAL
    overdue = is_overdue(clock, due, at)
    return BoardCard(
        session=session,
        chip_kind=chip_of(session.state_now),
        css=_css(session.state_now, severity, overdue),
        due_at=due,
        is_overdue=overdue,
        leave_at=may_leave_from(clock, spans) if active and spans else None,
        severity=severity,
        last_reading=last,
        staff=staff,
        is_running=any(span.ended_at is None for span in spans),
        clock=clock,
        alarms=alarms,
        reviews=reviews,
    )


def _css(state: State, severity: Severity, overdue: bool) -> str:
    if severity is Severity.CRITICAL:
        return "board-card--critical"
    if overdue:
        return "board-card--overdue"
    if severity is Severity.WARNING:
        return "board-card--caution"
    return "board-card--active" if state.is_in_progress else ""
