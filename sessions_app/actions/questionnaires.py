"""Gives the questionnaires of a session: by the practice's protocol, or those somebody chose."""

from datetime import datetime

from django.db import transaction

from accounts.actor import Actor
from assessments.actions import change_instruments, give_assessments, leave_to_arrival, move_due
from assessments.models import AssessmentSet
from assessments.practice_catalogue import catalogue_of
from common import audit
from common.errors import InvalidInput
from sessions_app import hooks
from sessions_app.measuring import Protocol
from sessions_app.models import Session, SessionAssessment
from sessions_app.practice_measuring import choose_before, protocol_of

Moment = SessionAssessment.Moment
BEFORE, AFTER = Moment.PRE, Moment.POST


def give_session_assessments(
    *, session: Session, by: Actor, at: datetime, moment: str, instruments: list[str]
) -> AssessmentSet:
    """Give questionnaires for before ("pre") or after ("post") a session and join them to it."""
    if moment not in Moment.values:
        raise InvalidInput({"moment": "Choose before or after the session."})
    with transaction.atomic():
        given = _give(session, by, at, moment, instruments)
        hooks.plan_changed.collect(session=session, by=by, at=at)
    return given


def give_planned(session: Session, by: Actor, at: datetime, pre: list | tuple | None, post: list | tuple) -> None:
    """What is given when a session is planned; `pre` is None for what the protocol says. Part of that act."""
    if pre is None or pre:
        protocol = protocol_of(session.practice_id, session.series.route)
        by_protocol = pre is None
        asked = _asked_before(session, protocol, at) if by_protocol else pre
        if asked or protocol.asks_day_before:
            also = {"asks_day_before": protocol.asks_day_before}
            _give(session, by, at, BEFORE, asked, by_protocol=by_protocol, **also)
    if post:
        _give(session, by, at, AFTER, post)


def _asked_before(session: Session, protocol: Protocol, at: datetime) -> tuple[str, ...]:
    catalogue = catalogue_of(session.practice_id)
    return choose_before(session.patient_id, protocol.before, session.scheduled_for, at, catalogue).asked


@transaction.atomic
def settle_questionnaires(*, session: Session, by, at: datetime) -> None:
    """What the protocol asks before a session, settled anew when its day or what was answered has changed.

    Part of moving the session, and of asking the patient. What somebody chose, or the patient began, stays.
    """
    protocol = protocol_of(session.practice_id, session.series.route)
    for link in _open_before(session).filter(by_protocol=True):
        asked = list(_asked_before(session, protocol, at))
        if asked != link.assessment_set.instruments and (asked or link.assessment_set.asks_day_before):
            change_instruments(assessment_set=link.assessment_set, by=by, at=at, instruments=asked)


def _open_before(session: Session):
    open_sets = {"assessment_set__completed_at": None, "assessment_set__cancelled_at": None}
    return session.assessment_links.filter(moment=BEFORE, **open_sets).select_related("assessment_set__patient")


def give_after(session: Session, by: Actor, at: datetime) -> None:
    """What the protocol asks when the patient leaves, unless something is given for then. Part of that act."""
    protocol = protocol_of(session.practice_id, session.series.route)
    catalogue = catalogue_of(session.practice_id)
    asked = [code for code in protocol.after if catalogue.is_offered(code)]
    if asked and not session.assessment_links.filter(moment=AFTER).exists():
        _give(session, by, at, AFTER, asked, by_protocol=True)
    hooks.plan_changed.collect(session=session, by=by, at=at)


def move_questionnaires(session: Session, by: Actor, at: datetime) -> None:
    """The session has moved, and with it until when its questionnaires are due. Part of that act."""
    for link in _open_before(session):
        move_due(assessment_set=link.assessment_set, by=by, at=at, due_at=session.scheduled_for)
    settle_questionnaires(session=session, by=by, at=at)


def ask_in_person(session: Session, by: Actor, at: datetime) -> None:
    """The patient arrived: what is still open of the day before is asked now. Part of the check-in."""
    for link in _open_before(session).filter(assessment_set__asks_day_before=True):
        leave_to_arrival(assessment_set=link.assessment_set, by=by, at=at)


def _give(
    session: Session, by: Actor, at: datetime, moment: str, instruments, *, by_protocol: bool = False, **more
) -> AssessmentSet:
    given = give_assessments(
        patient=session.patient,
        by=by,
        at=at,
        occasion=moment,
        instruments=list(instruments),
        due_at=max(session.scheduled_for, at),
        scheduled=by_protocol,
        **more,
    )
    link = SessionAssessment(
        session=session, assessment_set=given, moment=moment, by_protocol=by_protocol, created_at=at
    )
    link.save(force_insert=True)
    audit.record(
        by,
        "sessions.give_session_assessments",
        at=at,
        subject=link,
        patient_id=session.patient_id,
        detail={"session": str(session.pk), "moment": str(moment)},
    )
    return given
