"""The contacts around a session: asked to prepare some days before it, and asked when the patient leaves."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from assessments.models import AssessmentSet
from common import audit
from common.errors import StaleState
from followups.actions.ending import TAKEN_BACK, end_check_in
from followups.hours import hours_of
from followups.models import CheckIn, FollowUpPause
from followups.schedule import Slot, day_begins, not_before, slot_after_leaving, slot_before
from sessions_app.models import Session, SessionAssessment
from sessions_app.practice_measuring import protocol_of
from sessions_app.states import State as SessionState

State, Occasion = CheckIn.State, CheckIn.Occasion
CALLED_OFF = "The session was called off."
SHORTEST = timedelta(hours=1)  # before a session begins; later the patient is on the way (KAP-FUP-BEFORE)
LEFT = (SessionState.DISCHARGED, SessionState.ENDED_EARLY)
GONE = (SessionState.CANCELLED, SessionState.NO_SHOW, SessionState.ABORTED)


@transaction.atomic
def follow_session(*, session: Session, by, at: datetime) -> CheckIn | None:
    """Plan, move or end the contacts that hang on a session, as its state says; part of the act that changed it."""
    if session.state_now in GONE:
        for check_in in _open(session):
            end_check_in(check_in, State.CANCELLED, at=at, by=by, reason=CALLED_OFF)
            audit.record(by, "followups.end_with_session", at=at, subject=check_in)
        return None
    if session.state_now is SessionState.SCHEDULED:
        return _prepare(session, by, at)
    return _ask_on_leaving(session, by, at) if session.state_now in LEFT else None


def _open(session: Session, occasion: str | None = None):
    rows = CheckIn.objects.filter(session=session, state__in=[State.PLANNED, State.PAUSED, State.SENT])
    rows = rows.exclude(occasion=Occasion.FOLLOW_UP) if occasion is None else rows.filter(occasion=occasion)
    return rows.select_related("patient", "assessment_set")


def _given(session: Session, moment: str) -> AssessmentSet | None:
    """The open set that was given first for this moment."""
    links = session.assessment_links.filter(
        moment=moment, assessment_set__completed_at=None, assessment_set__cancelled_at=None
    )
    link = links.select_related("assessment_set").order_by("created_at").first()
    return link.assessment_set if link else None


def _prepare(session: Session, by, at: datetime) -> CheckIn | None:
    """One contact before the session; a session that moved takes along what was not sent yet."""
    known = _open(session, Occasion.BEFORE).first()
    if known is not None and not known.assessment_set.is_open:
        end_check_in(known, State.CANCELLED, at=at, by=by, reason=TAKEN_BACK)
        known = None
    given = known.assessment_set if known else _given(session, SessionAssessment.Moment.PRE)
    days = known.days_before if known else protocol_of(session.practice_id, session.series.route).days_before
    if given is None or not days:
        return None
    slot = _slot_before(session, days, at)
    if known is not None:
        return _move(known, slot, by, at)
    if slot.due_at > session.scheduled_for - SHORTEST:
        return None
    return _plan(session, Occasion.BEFORE, given, slot, by, at, days_before=days)


def _slot_before(session: Session, days: int, at: datetime) -> Slot:
    hours = hours_of(session.practice_id)
    own = slot_before(session.scheduled_for, session.planned_minutes, days, session.patient.time_zone, hours)
    return not_before(own, at, hours)


def _move(check_in: CheckIn, slot: Slot, by, at: datetime) -> CheckIn:
    """What was sent already stays sent, and stays open until the new end."""
    moved = {"closes_at": slot.closes_at}
    if check_in.state != State.SENT:
        held = State.PAUSED if _is_held(check_in.patient_id, slot) else State.PLANNED
        moved |= {"due_at": slot.due_at, "local_due": slot.local_due, "time_zone": slot.time_zone, "state": held}
    rows = CheckIn.objects.filter(pk=check_in.pk, version=check_in.version)
    if not rows.update(**moved, version=F("version") + 1):
        raise StaleState("This check-in is no longer planned.")
    audit.record(by, "followups.move_with_session", at=at, subject=check_in)
    check_in.refresh_from_db()
    return check_in


def _ask_on_leaving(session: Session, by, at: datetime) -> CheckIn | None:
    given = _given(session, SessionAssessment.Moment.POST)
    if given is None or _open(session, Occasion.AFTER).exists():
        return None
    slot = slot_after_leaving(at, session.patient.time_zone, hours_of(session.practice_id))
    return _plan(session, Occasion.AFTER, given, slot, by, at)


def _plan(session: Session, occasion: str, given: AssessmentSet, slot: Slot, by, at: datetime, **more) -> CheckIn:
    check_in = CheckIn(
        patient_id=session.patient_id,
        session=session,
        occasion=occasion,
        assessment_set=given,
        label=occasion.label,
        due_at=slot.due_at,
        local_due=slot.local_due,
        time_zone=slot.time_zone,
        closes_at=slot.closes_at,
        planned_at=at,
        state=State.PAUSED if _is_held(session.patient_id, slot) else State.PLANNED,
        **more,
    )
    check_in.save(force_insert=True)
    audit.record(by, "followups.plan_around_session", at=at, subject=check_in)
    return check_in


def _is_held(patient_id, slot: Slot) -> bool:
    """Whether this falls into the patient's pause."""
    pause = FollowUpPause.objects.standing().of_patient(patient_id).first()
    return pause is not None and (pause.until is None or slot.due_at < day_begins(pause.until, slot.time_zone))
