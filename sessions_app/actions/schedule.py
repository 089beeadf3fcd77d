"""Planning a visit and taking it back: schedule, cancel, no-show, abort."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, StaleState
from common.occurrence import settle
from patients.models import TreatmentSeries
from sessions_app import hooks
from sessions_app.actions.questionnaires import give_planned, move_questionnaires
from sessions_app.actions.transition import event_fields, held, move, touch
from sessions_app.models import Room, Session, SessionTransition
from sessions_app.states import State

LONGEST = timedelta(hours=12)
CALLED_OFF = (State.CANCELLED.value, State.NO_SHOW.value, State.ABORTED.value)


def schedule_session(
    *,
    series: TreatmentSeries,
    by: Actor,
    at: datetime,
    scheduled_for: datetime,
    room_id: UUID | None = None,
    planned_minutes: int = 180,
    id: UUID | None = None,
    pre_instruments: list[str] | tuple[str, ...] | None = None,
    post_instruments: list[str] | tuple[str, ...] = (),
) -> Session:
    """Plan the next session of a series; its number is the next free one ("3 of 6").

    `planned_minutes` 30-720. Questionnaires for before come from the practice's protocol unless some, or none, are
    named; those for after may be named, too. Raises Blocked for a closed or full series, InvalidInput for a time in
    the past and a room or patient that is taken then.
    """
    patient = series.patient
    role = authorize(by, Permission.SCHEDULE_SESSION, practice_id=patient.practice_id, patient=patient.pk)
    with transaction.atomic():
        known = Session.objects.filter(pk=id).first() if id else None
        if known is not None:
            return _replayed(known, series, by, scheduled_for)
        number = _next_number(series)
        _check_plan(series, number)
        _check_time(at, scheduled_for, planned_minutes)
        room = _room(patient.practice_id, room_id)
        _check_free(patient, room, scheduled_for, planned_minutes)
        session = Session(
            **({"id": id} if id else {}),
            practice_id=patient.practice_id,
            patient=patient,
            series=series,
            number=number,
            room=room,
            scheduled_for=scheduled_for,
            planned_minutes=planned_minutes,
            created_at=at,
            created_by_id=by.membership_id,
        )
        _insert(session)
        SessionTransition(session=session, to_state=session.state, **event_fields(by, role, at, at)).save(
            force_insert=True
        )
        audit.record(by, "sessions.schedule_session", at=at, subject=session, role=role, detail={"number": number})
        give_planned(session, by, at, pre_instruments, post_instruments)
        hooks.plan_changed.collect(session=session, by=by, at=at)
    return session


def _insert(session: Session) -> None:
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Somebody scheduled a session of this series first. Reload to see it.") from error


def _replayed(known: Session, series: TreatmentSeries, by: Actor, scheduled_for: datetime) -> Session:
    same = (known.series_id, known.created_by_id, known.scheduled_for) == (series.pk, by.membership_id, scheduled_for)
    if not same:
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return known


def _next_number(series: TreatmentSeries) -> int:
    standing = Session.objects.filter(series=series).exclude(state__in=CALLED_OFF)
    return (standing.aggregate(last=Max("number"))["last"] or 0) + 1


def _check_plan(series: TreatmentSeries, number: int) -> None:
    blockers = []
    if series.closed_at is not None:
        blockers.append(Blocker("SERIES_CLOSED", "This treatment series is closed. Open a new one."))
    if number > series.planned_sessions:
        sentence = f"All {series.planned_sessions} sessions of this series are planned. Open a new series for more."
        blockers.append(Blocker("SERIES_FULL", sentence))
    if blockers:
        raise Blocked(blockers)


def _check_time(at: datetime, scheduled_for: datetime, planned_minutes: int) -> None:
    wrong = {}
    if scheduled_for < at - timedelta(hours=1):
        wrong["scheduled_for"] = "This time is past. Enter when the session will begin."
    if not 30 <= planned_minutes <= LONGEST.total_seconds() / 60:
        wrong["planned_minutes"] = "Enter between 30 and 720 minutes."
    if wrong:
        raise InvalidInput(wrong)


def _room(practice_id, room_id: UUID | None) -> Room | None:
    if room_id is None:
        return None
    room = Room.objects.filter(pk=room_id, practice_id=practice_id, is_active=True).first()
    if room is None:
        raise InvalidInput({"room_id": "Choose a room of this practice."})
    return room


def _check_free(patient, room: Room | None, start: datetime, minutes: int, but: Session | None = None) -> None:
    """Neither the patient nor the room is planned for another session at that time."""
    end = start + timedelta(minutes=minutes)
    near = Session.objects.filter(
        practice_id=patient.practice_id, scheduled_for__gt=start - LONGEST, scheduled_for__lt=end
    ).filter(state__in=[State.SCHEDULED.value, *(s.value for s in State if s.is_in_progress)])
    for other in near.exclude(pk=but.pk if but else None):
        if other.scheduled_for + timedelta(minutes=other.planned_minutes) <= start:
            continue
        if other.patient_id == patient.pk:
            raise InvalidInput({"scheduled_for": "The patient already has a session at this time."})
        if room is not None and other.room_id == room.pk:
            raise InvalidInput({"room_id": f"{room.name} is taken at this time. Choose another room or time."})


def reschedule_session(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    scheduled_for: datetime,
    room_id: UUID | None = None,
    planned_minutes: int = 180,
    version: int | None = None,
) -> Session:
    """Move a session that has not begun to another time or room; its number stays."""
    role = authorize(by, Permission.SCHEDULE_SESSION, practice_id=session.practice_id, patient=session.patient_id)
    with transaction.atomic():
        row = held(session, version)
        if row.state_now is not State.SCHEDULED:
            raise StaleState(f"This session is now: {row.state_now.label.lower()}. It cannot be moved.")
        _check_time(at, scheduled_for, planned_minutes)
        room = _room(row.practice_id, room_id)
        _check_free(row.patient, room, scheduled_for, planned_minutes, but=row)
        before = row.scheduled_for
        touch(row, scheduled_for=scheduled_for, room=room, planned_minutes=planned_minutes)
        detail = {"from": before.isoformat(), "to": scheduled_for.isoformat()}
        audit.record(by, "sessions.reschedule_session", at=at, subject=row, role=role, detail=detail)
        move_questionnaires(row, by, at)
        hooks.plan_changed.collect(session=row, by=by, at=at)
    return row


def cancel_session(*, session: Session, by: Actor, at: datetime, reason: str, version: int | None = None) -> Session:
    """Take a planned session back, with the reason."""
    return _call_off(session, State.CANCELLED, "sessions.cancel_session", by, at, reason, version)


def mark_no_show(*, session: Session, by: Actor, at: datetime, reason: str, version: int | None = None) -> Session:
    """The patient did not come; possible from the planned time on."""
    if at < session.scheduled_for:
        raise Blocked([Blocker("NOT_YET_TIME", "The session has not begun yet. Cancel it instead.")])
    return _call_off(session, State.NO_SHOW, "sessions.mark_no_show", by, at, reason, version)


def _call_off(session, to: State, action: str, by: Actor, at: datetime, reason: str, version) -> Session:
    role = authorize(by, Permission.SCHEDULE_SESSION, practice_id=session.practice_id, patient=session.patient_id)
    require_reason(reason)
    with transaction.atomic():
        row = held(session, version)
        move(row, to, by=by, role=role, at=at, moment=at, reason=reason, closing_reason=reason.strip())
        audit.record(by, action, at=at, subject=row, role=role)
        hooks.plan_changed.collect(session=row, by=by, at=at)
    return row


def abort_session(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    reason: str,
    version: int | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
) -> Session:
    """End a visit before any dose was given, with the reason."""
    role = authorize(by, Permission.CHECK_IN_PATIENT, practice_id=session.practice_id, patient=session.patient_id)
    require_reason(reason)
    moment = settle(occurred_at, at, late_reason)
    with transaction.atomic():
        row = held(session, version)
        move(
            row,
            State.ABORTED,
            by=by,
            role=role,
            at=at,
            moment=moment,
            late_reason=late_reason,
            reason=reason,
            closing_reason=reason.strip(),
            ended_at=moment,
        )
        audit.record(by, "sessions.abort_session", at=at, subject=row, role=role)
        hooks.plan_changed.collect(session=row, by=by, at=at)
    return row


def require_reason(reason: str, field: str = "reason") -> None:
    """A reason of at least 5 characters."""
    if len(reason.strip()) < 5:
        raise InvalidInput({field: "Give the reason in a few words."})
