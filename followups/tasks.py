"""The doorbell: Celery looks into the tables for what is due; a lost or doubled task changes nothing (F1-F5)."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.actor import system_actor
from common.errors import StaleState
from followups import actions, doorbell
from followups.models import CheckIn, FollowUpPause, FollowUpPoint, OutboxMessage
from followups.outcomes import NotSent, Refused, Unclear
from followups.schedule import local_day
from followups.sending import send
from followups.watch import room

log = logging.getLogger("clinic.followups")
BATCH = 200


def _by(practice_id=None):
    return system_actor("follow-ups", practice_id)


@shared_task(name="followups.sweep")
def sweep() -> None:
    """Open and close what time asks for, settle what workers left behind, ring for waiting messages."""
    at = timezone.now()
    _each_check_in(CheckIn.objects.missed(at), actions.miss_check_in, at)
    _each_pause(at)
    _open_due(at)
    _remind(at)
    _each_check_in(CheckIn.objects.over(at), actions.expire_check_in, at)
    _each_message(OutboxMessage.objects.abandoned(at), actions.give_up_claim, at)
    _each_message(OutboxMessage.objects.unneeded(), actions.drop_message, at)
    for message_id in OutboxMessage.objects.may_go_out(at).values_list("pk", flat=True)[: min(BATCH, room(at))]:
        doorbell.ring_for(message_id)


def _open_due(at) -> None:
    """At most one question to a patient: of several that are due only the latest is asked (F4).

    Patients with an open risk item come first. What a session needs comes before any follow-up, and waits for none.
    """
    for check_in in _with_people(CheckIn.objects.due(at).told_from_later(at), "-is_at_risk", "due_at"):
        if check_in.time_zone != check_in.patient.time_zone:
            _act(actions.move_check_in, at, check_in=check_in)
        elif check_in.patient.discharged_from_care_at is not None:
            _act(actions.stop_check_in, at, check_in=check_in)
        elif not check_in.is_follow_up:
            _act(actions.open_check_in, at, check_in=check_in)
        elif check_in.yields_to_session:
            _act(actions.merge_check_in, at, check_in=check_in)
        elif check_in.is_outdated:
            _act(actions.supersede_check_in, at, check_in=check_in)
        elif _is_asked_today(check_in, at):
            _act(actions.merge_check_in, at, check_in=check_in)
        else:
            _act(actions.open_check_in, at, check_in=check_in)


def _is_asked_today(check_in: CheckIn, at) -> bool:
    """Whether the patient got, or waits for, a first message on this day by the patient's own clock."""
    return CheckIn.objects.asked_on_day(check_in, *local_day(at, check_in.patient.time_zone)).exists()


def _remind(at) -> None:
    hours = FollowUpPoint.objects.filter(remind_after_h__gt=0).values_list("remind_after_h", flat=True).distinct()
    for each in list(hours.order_by("remind_after_h")):
        _each_check_in(CheckIn.objects.to_remind(at, each), actions.queue_reminder, at)


def _each_pause(at) -> None:
    """Pauses whose day may have come somewhere on earth; the action asks the patient's own clock."""
    for pause in FollowUpPause.objects.may_be_over((at + timedelta(hours=14)).date()).select_related("patient")[:BATCH]:
        _act(actions.end_pause, at, pause=pause)


def _with_people(check_ins, *order: str) -> list[CheckIn]:
    rows = check_ins.select_related("patient", "point", "session__patient", "assessment_set")
    return list(rows.order_by(*(order or ["due_at"]))[:BATCH])


def _each_check_in(check_ins, action, at) -> None:
    for check_in in _with_people(check_ins):
        _act(action, at, check_in=check_in)


def _each_message(messages, action, at) -> None:
    """Their ids first: asked for both at once, a database may begin with the check-ins, of which there are far more."""
    ids = list(messages.values_list("pk", flat=True)[:BATCH])
    for message in OutboxMessage.objects.filter(pk__in=ids).select_related("check_in__patient"):
        _act(action, at, message=message)


def _act(action, at, **subject) -> None:
    """One row's trouble never keeps the others waiting; the row stays due and is tried again (F24)."""
    (row,) = subject.values()
    patient = row.check_in.patient if isinstance(row, OutboxMessage) else row.patient
    try:
        action(**subject, by=_by(patient.practice_id), at=at)
    except StaleState:
        return  # another worker was first
    except Exception:
        log.exception("%s %s could not be handled by %s", row._meta.label, row.pk, action.__name__)


@shared_task(name="followups.deliver")
def deliver(message_id: str) -> None:
    """Send one outbox message if it is still waiting."""
    by = _by()
    message = actions.claim_message(message_id=message_id, by=by, at=timezone.now())
    if message is None:
        return
    try:
        token = actions.make_message_link(message=message, by=by, at=timezone.now())
        if token is None:
            return
        provider_id = send(message, token)
    except Unclear as error:
        actions.record_unclear(message=message, by=by, at=timezone.now(), error=str(error))
    except Refused as error:
        actions.record_refused(message=message, by=by, at=timezone.now(), code=str(error))
    except NotSent as error:
        actions.record_trouble(message=message, by=by, at=timezone.now(), error=error)
    except Exception as error:  # anything before the server was reached: try later, at most five times
        log.error("message %s could not be sent: %s", message.pk, type(error).__name__)
        actions.record_trouble(message=message, by=by, at=timezone.now(), error=NotSent(type(error).__name__))
    else:
        actions.record_sent(message=message, by=by, at=timezone.now(), provider_id=provider_id)
