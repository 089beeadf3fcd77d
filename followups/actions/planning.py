"""Plans a session's check-ins from the real first dose, moves them with the patient, and takes them back."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, Min, Subquery

from accounts.access import authorize
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from followups.actions.ending import ONE_A_DAY, end_check_in
from followups.hours import hours_of
from followups.models import CheckIn, FollowUpPause, FollowUpPoint
from followups.schedule import USUAL, Hours, Slot, day_begins, slot_for, slot_of
from sessions_app.models import Session

FURTHER_DOSE = "A further dose starts a new plan."


@transaction.atomic
def plan_follow_ups(*, session: Session, by, at: datetime) -> list[CheckIn]:
    """One check-in per active time point of the practice, counted from `session.first_dose_at`.

    Called inside the transaction that records the first dose. Planned check-ins of the patient's earlier doses that
    lie after this one are replaced, so that nobody is asked twice; when this dose was entered late and a later one
    exists, its own check-ins end where that one's begin. Running it again plans nothing new.
    """
    if session.first_dose_at is None:
        raise InvalidInput("Follow-up is planned once the first dose is recorded.")
    points = _points(session)
    known = set(CheckIn.objects.filter(session=session).values_list("point_id", flat=True))
    next_dose = next_dose_at(session)
    planned, days = [], set()
    for point in points:
        slot = _slot(session, point, _hours(point))
        if point.pk in known or (next_dose is not None and slot.due_at >= next_dose):
            continue
        check_in = _check_in(session, point, slot, at)
        if slot.local_due[:10] in days:
            check_in.state, check_in.ended_at, check_in.ended_reason = CheckIn.State.SUPERSEDED, at, ONE_A_DAY
        days.add(slot.local_due[:10])
        planned.append(check_in)
    replaced = replace_earlier(session, at)
    CheckIn.objects.bulk_create(planned)
    detail = {"planned": len(planned), "replaced": replaced}
    audit.record(by, "followups.plan_follow_ups", at=at, subject=session, detail=detail)
    return planned


def _points(session: Session) -> list[FollowUpPoint]:
    """The practice's points with its hours, and the patient's pause if one stands, in one query."""
    pause = FollowUpPause.objects.standing().of_patient(session.patient_id)
    return list(
        FollowUpPoint.objects.filter(practice_id=session.practice_id, is_active=True)
        .select_related("practice__follow_up_rules")
        .annotate(is_paused=Exists(pause), paused_until=Subquery(pause.values("until")[:1]))
        .order_by("offset_hours")
    )


def _hours(point: FollowUpPoint) -> Hours:
    rules = getattr(point.practice, "follow_up_rules", None)
    return rules.hours if rules else USUAL


def _is_held(point: FollowUpPoint, slot: Slot) -> bool:
    """Whether this falls into the patient's pause."""
    until = point.paused_until
    return point.is_paused and (until is None or slot.due_at < day_begins(until, slot.time_zone))


def next_dose_at(session: Session) -> datetime | None:
    """When the patient's dose after this one was given."""
    later = Session.objects.filter(patient_id=session.patient_id, first_dose_at__gt=session.first_dose_at)
    return later.aggregate(first=Min("first_dose_at"))["first"]


def replace_earlier(session: Session, at: datetime) -> int:
    """End what earlier doses planned for the time after this one; how many."""
    return (
        CheckIn.objects.filter(
            patient_id=session.patient_id,
            state__in=[CheckIn.State.PLANNED, CheckIn.State.PAUSED],
            due_at__gte=session.first_dose_at,
        )
        .filter(session__first_dose_at__lt=session.first_dose_at)
        .exclude(session=session)
        .update(state=CheckIn.State.SUPERSEDED, ended_at=at, ended_reason=FURTHER_DOSE, version=F("version") + 1)
    )


def _slot(session: Session, point: FollowUpPoint, hours: Hours) -> Slot:
    return slot_for(
        session.first_dose_at,
        point.offset_hours,
        point.window_before_h,
        point.window_after_h,
        session.patient.time_zone,
        hours,
    )


def _check_in(session: Session, point: FollowUpPoint, slot: Slot, at: datetime) -> CheckIn:
    return CheckIn(
        patient_id=session.patient_id,
        session=session,
        point=point,
        label=point.label,
        due_at=slot.due_at,
        local_due=slot.local_due,
        time_zone=slot.time_zone,
        closes_at=slot.closes_at,
        planned_at=at,
        state=CheckIn.State.PAUSED if _is_held(point, slot) else CheckIn.State.PLANNED,
    )


@transaction.atomic
def move_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """Plan a check-in anew in the zone where the patient lives now (F12). Raises StaleState when it is not planned."""
    slot = slot_of(check_in, hours_of(check_in.patient.practice_id))
    moved = CheckIn.objects.filter(
        pk=check_in.pk, state=CheckIn.State.PLANNED, version=check_in.version, time_zone=check_in.time_zone
    ).update(
        due_at=slot.due_at,
        local_due=slot.local_due,
        time_zone=slot.time_zone,
        closes_at=slot.closes_at,
        version=F("version") + 1,
    )
    if not moved:
        raise StaleState("This check-in is no longer planned.")
    audit.record(by, "followups.move_check_in", at=at, subject=check_in)
    check_in.refresh_from_db()
    return check_in


@transaction.atomic
def cancel_check_in(*, check_in: CheckIn, by, at: datetime, reason: str) -> CheckIn:
    """Take one check-in back with a reason; its questionnaires, links and waiting messages end with it."""
    patient = check_in.patient
    role = authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)
    reason = reason.strip()
    if len(reason) < 5:
        raise InvalidInput({"reason": "Say in a few words why this check-in is cancelled."})
    if len(reason) > 200:
        raise InvalidInput({"reason": "Shorten the reason to 200 characters."})
    end_check_in(check_in, CheckIn.State.CANCELLED, at=at, by=by, reason=reason)
    audit.record(by, "followups.cancel_check_in", at=at, subject=check_in, role=role)
    return check_in
