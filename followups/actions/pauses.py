"""Pauses a patient's follow-up on request, and begins again with what is still worth asking."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from followups.actions.ending import end_check_in
from followups.hours import hours_of
from followups.models import CheckIn, FollowUpPause, OutboxMessage
from followups.schedule import Hours, day_begins, slot_of, waking_time
from patients.models import Patient

OVER_MEANWHILE = "Follow-up was paused on request until this could not be asked any more."
PAUSED_BEFORE_SENT = "Follow-up was paused on request before the message went out."
State = CheckIn.State


def _authorize(patient: Patient, by):
    return authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)


@transaction.atomic
def pause_follow_ups(*, patient: Patient, by, at: datetime, reason: str, until: date | None = None) -> FollowUpPause:
    """Ask nothing from now on; before `until` (a day where the patient lives), or without an end.

    What is planned in that time is held. What was already asked may still be answered, but nobody is reminded; a
    message that has not gone out yet is taken back. Raises InvalidInput, StaleState when follow-up is paused already.
    """
    role = _authorize(patient, by)
    _check(patient, reason.strip(), until, at)
    pause = FollowUpPause(
        patient=patient, paused_at=at, paused_by_id=by.membership_id, until=until, reason=reason.strip()
    )
    try:
        with transaction.atomic():
            pause.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Follow-up of this patient is paused already.") from error
    held = hold_planned(patient, until)
    taken_back = _take_back_unsent(patient, by, at)
    detail = {"until": until.isoformat() if until else "", "held": held, "taken_back": taken_back}
    audit.record(by, "followups.pause", at=at, subject=pause, role=role, detail=detail)
    return pause


def _check(patient: Patient, reason: str, until: date | None, at: datetime) -> None:
    wrong = {}
    if len(reason) < 5:
        wrong["reason"] = "Say in a few words why follow-up is paused."
    if len(reason) > 300:
        wrong["reason"] = "Shorten the reason to 300 characters."
    if until is not None and until <= at.astimezone(ZoneInfo(patient.time_zone)).date():
        wrong["until"] = "Enter a day that is still to come, or leave it empty."
    if wrong:
        raise InvalidInput(wrong)


def hold_planned(patient: Patient, until: date | None) -> int:
    """Hold what is planned before the end of a pause; part of pausing, and of planning during a pause."""
    planned = CheckIn.objects.filter(patient=patient, state=State.PLANNED)
    if until is not None:
        planned = planned.filter(due_at__lt=day_begins(until, patient.time_zone))
    return planned.update(state=State.PAUSED, version=F("version") + 1)


def _take_back_unsent(patient: Patient, by, at: datetime) -> int:
    """Check-ins that were opened, but whose message still waits for the morning or for a worker."""
    waiting = CheckIn.objects.filter(patient=patient, state=State.SENT, messages__state=OutboxMessage.State.PENDING)
    sent = OutboxMessage.State.SENT
    unsent = [row for row in waiting.distinct() if not row.messages.filter(state=sent).exists()]
    for check_in in unsent:
        end_check_in(check_in, State.CANCELLED, at=at, by=by, reason=PAUSED_BEFORE_SENT)
    return len(unsent)


@transaction.atomic
def resume_follow_ups(*, pause: FollowUpPause, by, at: datetime) -> FollowUpPause:
    """Begin again before the pause is over, or end one without an end. Raises StaleState when it is over already."""
    role = _authorize(pause.patient, by)
    asked, over = _resume(pause, by, at)
    detail = {"asked": asked, "over": over}
    audit.record(by, "followups.resume", at=at, subject=pause, role=role, detail=detail)
    return pause


@transaction.atomic
def end_pause(*, pause: FollowUpPause, by, at: datetime) -> FollowUpPause:
    """Its day has come: part of the sweep. Raises StaleState when somebody ended it first, or it is too early."""
    if pause.until is None or at < day_begins(pause.until, pause.patient.time_zone):
        raise StaleState("This pause is not over yet.")
    asked, over = _resume(pause, by, at)
    by = by.in_practice(pause.patient.practice_id)
    audit.record(by, "followups.end_pause", at=at, subject=pause, detail={"asked": asked, "over": over})
    return pause


def _resume(pause: FollowUpPause, by, at: datetime) -> tuple[int, int]:
    """Each held check-in keeps its own time when that is still to come, is asked at the next waking hour while its
    window is open, and otherwise ends. How many are asked, and how many were over."""
    ended = FollowUpPause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=at, ended_by_id=by.membership_id)
    if not ended:
        raise StaleState("This pause is over already.")
    pause.refresh_from_db()
    hours, over = hours_of(pause.patient.practice_id), 0
    held = list(CheckIn.objects.paused().filter(patient=pause.patient).select_related("point", "session", "patient"))
    for check_in in held:
        over += not _plan_again(check_in, hours, by, at)
    return len(held) - over, over


def _plan_again(check_in: CheckIn, hours: Hours, by, at: datetime) -> bool:
    slot = slot_of(check_in, hours)
    due_at = max(slot.due_at, waking_time(at, slot.time_zone, hours))
    if due_at >= slot.closes_at:
        end_check_in(check_in, State.CANCELLED, at=at, by=by, reason=OVER_MEANWHILE)
        return False
    local_due = due_at.astimezone(ZoneInfo(slot.time_zone)).strftime("%Y-%m-%d %H:%M")
    CheckIn.objects.paused().filter(pk=check_in.pk).update(
        state=State.PLANNED,
        due_at=due_at,
        local_due=local_due,
        time_zone=slot.time_zone,
        closes_at=slot.closes_at,
        version=F("version") + 1,
    )
    return True
