"""Plans a session's check-ins from the real first dose, moves them with the patient, and takes them back."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Min

from accounts.access import authorize
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from followups.actions.ending import end_check_in
from followups.models import CheckIn, FollowUpPoint
from followups.schedule import Slot, slot_for
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
    points = FollowUpPoint.objects.filter(practice_id=session.practice_id, is_active=True).order_by("offset_hours")
    known = set(CheckIn.objects.filter(session=session).values_list("point_id", flat=True))
    next_dose = _next_dose_at(session)
    planned = []
    for point in points:
        slot = _slot(session, point)
        if point.pk not in known and (next_dose is None or slot.due_at < next_dose):
            planned.append(_check_in(session, point, slot, at))
    replaced = _replace_earlier(session, at)
    CheckIn.objects.bulk_create(planned)
    audit.record(
        by, "followups.plan_follow_ups", at=at, subject=session, detail={"planned": len(planned), "replaced": replaced}
    )
    return planned


def _next_dose_at(session: Session) -> datetime | None:
    later = Session.objects.filter(patient_id=session.patient_id, first_dose_at__gt=session.first_dose_at)
    return later.aggregate(first=Min("first_dose_at"))["first"]


def _replace_earlier(session: Session, at: datetime) -> int:
    return (
        CheckIn.objects.filter(
            patient_id=session.patient_id, state=CheckIn.State.PLANNED, due_at__gte=session.first_dose_at
        )
        .filter(session__first_dose_at__lt=session.first_dose_at)
        .exclude(session=session)
        .update(state=CheckIn.State.SUPERSEDED, ended_at=at, ended_reason=FURTHER_DOSE, version=F("version") + 1)
    )


def _slot(session: Session, point: FollowUpPoint) -> Slot:
    return slot_for(
        session.first_dose_at,
        point.offset_hours,
        point.window_before_h,
        point.window_after_h,
        session.patient.time_zone,
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
    )


@transaction.atomic
def move_check_in(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """Plan a check-in anew in the zone where the patient lives now (F12). Raises StaleState when it is not planned."""
    slot = _slot(check_in.session, check_in.point)
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
