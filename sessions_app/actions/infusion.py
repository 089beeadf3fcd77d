"""A running infusion, and how dosing ends: the whole of it given, or stopped early with the reason."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.blockers import Blocker, refuse_unless_overridden
from common.errors import Blocked, InvalidInput
from common.idempotency import replayed
from common.occurrence import KeptOffline, settle_kept, waited
from dosing.actions import change_infusion, end_administration
from dosing.models import Administration, AdministrationEnd, InfusionChange
from patients.readiness import withdrawal_blockers
from sessions_app.actions.schedule import require_reason
from sessions_app.actions.transition import check_version, held, move, note_act, refuse_signed, scope_of, touch
from sessions_app.models import Session, SessionTransition
from sessions_app.session_facts import administration_of
from sessions_app.states import State


def change_session_infusion(
    *,
    session: Session,
    administration_id: UUID,
    by: Actor,
    at: datetime,
    what: str,
    reason: str,
    pump_ml_per_h: Decimal | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    kept: KeptOffline | None = None,
    version: int | None = None,
    **more,
) -> InfusionChange:
    """Pause, resume or change the rate (mL/h) of a running infusion of this session.

    A new rate and a resumption are for the session as the person saw it (`version`, else StaleState); a pause is
    never refused because somebody else was first, and what was done at the pump without network (`kept`) was done.
    The same `id` again is the same change.
    Raises Blocked for anything but a pause once the consent to treatment is withdrawn.
    """
    role = authorize(by, Permission.GIVE_DOSE, **scope_of(session))
    is_pause = what == InfusionChange.What.PAUSE
    with transaction.atomic():
        row = held(session)
        stored = replayed(InfusionChange.objects, id, by=by, administration_id=administration_id, what=what)
        if stored is not None:
            return stored
        check_version(row, None if is_pause or kept else version)
        refuse_signed(row)
        touch(row)
        moment, late_reason = settle_kept(occurred_at, at, late_reason, kept)
        if not is_pause:
            refuse_unless_overridden(withdrawal_blockers(row.patient, moment), overrides={}, may=lambda _: False)
        change = change_infusion(
            administration=administration_of(row, administration_id),
            by=by,
            at=at,
            what=what,
            pump_ml_per_h=pump_ml_per_h,
            reason=reason,
            occurred_at=moment,
            late_reason=late_reason,
            id=id,
            **more,
        )
        detail = {"what": what, **waited(kept)}
        note_act(by, "change_session_infusion", at=at, session=row, subject=change, role=role, **detail)
    return change


def end_session_infusion(
    *,
    session: Session,
    administration_id: UUID,
    by: Actor,
    at: datetime,
    how: str,
    given_mg: Decimal | None = None,
    reason: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    kept: KeptOffline | None = None,
    **more,
) -> AdministrationEnd:
    """End an infusion, complete or early; the session moves to recovery when nothing runs any more.

    The same `id` again is the same end; `kept` says how it waited on a device without network.
    """
    role = authorize(by, Permission.GIVE_DOSE, **scope_of(session))
    with transaction.atomic():
        row = held(session)
        stored = replayed(AdministrationEnd.objects, id, by=by, administration_id=administration_id, how=how)
        if stored is not None:
            return stored
        refuse_signed(row)
        moment, late_reason = settle_kept(occurred_at, at, late_reason, kept)
        end = end_administration(
            administration=administration_of(row, administration_id),
            by=by,
            at=at,
            how=how,
            given_mg=given_mg,
            reason=reason,
            occurred_at=moment,
            late_reason=late_reason,
            id=id,
            **more,
        )
        if row.state_now is State.DOSING and not is_running(row):
            early = reason if how == AdministrationEnd.How.STOPPED else ""
            stamp = {"by": by, "role": role, "at": at, "moment": moment, "late_reason": late_reason}
            move(row, State.RECOVERY, reason=early, **stamp)
        detail = {"how": how, **waited(kept)}
        note_act(by, "end_session_infusion", at=at, session=row, subject=end, role=role, **detail)
    return end


def start_recovery(*, session: Session, by: Actor, at: datetime, version: int | None = None) -> Session:
    """Say that no more doses follow for now. Raises Blocked while an infusion runs."""
    role = authorize(by, Permission.GIVE_DOSE, **scope_of(session))
    with transaction.atomic():
        row = held(session, version)
        _refuse_running(row)
        move(row, State.RECOVERY, by=by, role=role, at=at, moment=at)
        audit.record(by, "sessions.start_recovery", at=at, subject=row, role=role)
    return row


def stop_early(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    reason: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    kept: KeptOffline | None = None,
) -> SessionTransition:
    """No more of the drug is given although it was meant to be: recovery begins, with the reason (5 characters).

    For every route; what was drawn and not given is wasted or returned by its own act. The same `id` again is the same
    stop. Raises Blocked while an infusion runs, which is stopped itself, and StaleState when dosing is over already.
    """
    role = authorize(by, Permission.GIVE_DOSE, **scope_of(session))
    require_reason(reason)
    with transaction.atomic():
        row = held(session)
        stored = replayed(SessionTransition.objects, id, by=by, session_id=row.pk, to_state=State.RECOVERY.value)
        if stored is not None:
            return stored
        _refuse_running(row)
        moment, late_reason = settle_kept(occurred_at, at, late_reason, kept)
        _refuse_before_last_dose(row, moment)
        stamp = {"by": by, "role": role, "at": at, "moment": moment, "late_reason": late_reason}
        stop = move(row, State.RECOVERY, id=id, reason=reason, **stamp)
        note_act(by, "stop_early", at=at, session=row, subject=stop, role=role, **waited(kept))
    return stop


def is_running(session: Session) -> bool:
    if session.dosing_record_id is None:
        return False
    return Administration.objects.filter(dosing_record_id=session.dosing_record_id, end=None).exists()


def _refuse_running(session: Session) -> None:
    if is_running(session):
        raise Blocked([Blocker("INFUSION_RUNNING", "The infusion is still running. End it first.", "KAP-DIS-OBS")])


def _refuse_before_last_dose(session: Session, moment: datetime) -> None:
    """A time typed to the minute may lie within the minute of the dose."""
    given = Administration.objects.filter(dosing_record_id=session.dosing_record_id)
    last = given.order_by("-occurred_at").values_list("occurred_at", flat=True).first()
    if last is not None and moment < last.replace(second=0, microsecond=0):
        raise InvalidInput({"occurred_at": "This is before the last dose. Check day and time."})
