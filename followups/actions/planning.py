"""Plans a session's check-ins from the real first dose, and takes them back."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from assessments.actions import cancel_set
from common import audit
from common.errors import InvalidInput, StaleState
from followups.models import CheckIn, FollowUpPoint
from followups.schedule import slot_for

OPEN_STATES = (CheckIn.State.PLANNED, CheckIn.State.SENT)


@transaction.atomic
def plan_follow_ups(*, session, by, at: datetime) -> list[CheckIn]:
    """One check-in per active time point of the practice, counted from `session.first_dose_at`.

    Called inside the transaction that records the first dose. Planned check-ins of the patient's earlier sessions
    that lie after this dose are replaced, so that nobody is asked twice. Running it again plans nothing new.
    """
    if session.first_dose_at is None:
        raise InvalidInput("Follow-up is planned once the first dose is recorded.")
    patient = session.patient
    points = FollowUpPoint.objects.filter(practice_id=session.practice_id, is_active=True).order_by("offset_hours")
    known = set(CheckIn.objects.filter(session=session).values_list("point_id", flat=True))
    planned = [_check_in(session, patient, point, at) for point in points if point.pk not in known]
    replaced = (
        CheckIn.objects.filter(patient=patient, state=CheckIn.State.PLANNED, due_at__gte=session.first_dose_at)
        .exclude(session=session)
        .update(
            state=CheckIn.State.SUPERSEDED,
            ended_at=at,
            ended_reason="A further dose starts a new plan.",
            version=F("version") + 1,
        )
    )
    CheckIn.objects.bulk_create(planned)
    audit.record(
        by, "followups.plan_follow_ups", at=at, subject=session, detail={"planned": len(planned), "replaced": replaced}
    )
    return planned


def _check_in(session, patient, point: FollowUpPoint, at: datetime) -> CheckIn:
    slot = slot_for(
        session.first_dose_at, point.offset_hours, point.window_before_h, point.window_after_h, patient.time_zone
    )
    return CheckIn(
        patient=patient,
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
def cancel_check_in(*, check_in: CheckIn, by, at: datetime, reason: str) -> CheckIn:
    """Take one check-in back with a reason; its questionnaires and links end with it."""
    patient = check_in.patient
    role = authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)
    if len(reason.strip()) < 5:
        raise InvalidInput({"reason": "Say in a few words why this check-in is cancelled."})
    changed = CheckIn.objects.filter(pk=check_in.pk, state__in=OPEN_STATES).update(
        state=CheckIn.State.CANCELLED, ended_at=at, ended_reason=reason.strip()[:200], version=F("version") + 1
    )
    if not changed:
        raise StaleState("This check-in is already answered, over or cancelled.")
    if check_in.assessment_set_id and check_in.assessment_set.is_open:
        cancel_set(assessment_set=check_in.assessment_set, by=by, at=at, scheduled=True)
    audit.record(by, "followups.cancel_check_in", at=at, subject=check_in, role=role)
    check_in.refresh_from_db()
    return check_in


@transaction.atomic
def cancel_open_check_ins(*, patient, by, at: datetime, reason: str) -> int:
    """Stop everything still planned for a patient, for example when consent to messages is withdrawn."""
    stopped = CheckIn.objects.filter(patient=patient, state=CheckIn.State.PLANNED).update(
        state=CheckIn.State.CANCELLED, ended_at=at, ended_reason=reason[:200], version=F("version") + 1
    )
    audit.record(by, "followups.cancel_open_check_ins", at=at, patient_id=patient.pk, detail={"stopped": stopped})
    return stopped
