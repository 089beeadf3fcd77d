"""Giving the drug in a session: the gates of the room, then dosing's own act, in one transaction."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.blockers import Blocker, refuse_unless_overridden
from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from dosing.actions import (
    change_infusion,
    dispose_remainder,
    end_administration,
    give_dose,
    open_dosing_record,
    waste_unwitnessed,
)
from dosing.models import Administration, AdministrationEnd, InfusionChange, Remainder
from patients.readiness import withdrawal_blockers
from sessions_app import hooks
from sessions_app.actions.preparation import store_override
from sessions_app.actions.transition import check_version, event_fields, held, move, note_act, refuse_signed, touch
from sessions_app.before_dose import MAY_GIVE, MAY_REPEAT, MAY_START, dose_blockers, split
from sessions_app.models import Session
from sessions_app.session_facts import SessionFacts, administration_of, draw_of, load_facts
from sessions_app.states import State


def give_session_dose(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    lot_id: UUID,
    drawn_mg: Decimal,
    planned_mg: Decimal,
    given_by_id: UUID,
    verified_email: str = "",
    verified_password: str = "",
    site: str = "",
    diluent: str = "",
    final_volume_ml: Decimal | None = None,
    duration_min: int | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    overrides: dict[str, str] | None = None,
    version: int | None = None,
    **more,
) -> Administration:
    """Give the first or a further dose: every blocker of the session, then dosing's, then the move to DOSING.

    Amounts in base mg. `overrides` maps a blocker's code to the typed reason; `more` goes to `dosing.give_dose`.
    The same `id` again answers with the stored dose. Raises Blocked with everything that stands.
    """
    role = authorize(
        by, Permission.GIVE_DOSE, practice_id=session.practice_id, patient=session.patient_id, session=session.pk
    )
    with transaction.atomic():
        row = held(session)
        known = Administration.objects.filter(pk=id, dosing_record_id=row.pk).first() if id else None
        if known is not None:
            return _replayed(known, by, planned_mg)
        check_version(row, version)
        refuse_signed(row)
        moment = occurred_at or at
        facts = load_facts(row).as_of(moment)
        _check_people(facts, given_by_id)
        if row.checked_in_at and moment < row.checked_in_at.replace(second=0, microsecond=0):
            raise InvalidInput({"occurred_at": "This is before the check-in. Check day and time."})
        standing, _ = split(dose_blockers(facts, moment), facts.overrides)
        passed = refuse_unless_overridden(standing, overrides=overrides or {}, may=lambda name: _may(by, row, name))
        record = open_dosing_record(by=by, at=at, id=row.pk, order=facts.order)
        administration = give_dose(
            dosing_record=record,
            by=by,
            at=at,
            lot_id=lot_id,
            drawn_mg=drawn_mg,
            planned_mg=planned_mg,
            given_by_id=given_by_id,
            verified_email=verified_email,
            verified_password=verified_password,
            site=site,
            diluent=diluent,
            final_volume_ml=final_volume_ml,
            duration_min=duration_min,
            occurred_at=occurred_at,
            late_reason=late_reason,
            id=id,
            overrides=overrides,
            **more,
        )
        for blocker, reason in passed:
            store_override(row, blocker, reason, event_fields(by, role, at, moment, late_reason))
        _begin(row, facts, record, administration, by=by, role=role, at=at, late_reason=late_reason)
        note_act(
            by,
            "give_session_dose",
            at=at,
            session=row,
            subject=administration,
            role=role,
            overridden=[blocker.code for blocker, _ in passed],
        )
    return administration


def _begin(row, facts, record, administration, *, by, role, at, late_reason) -> None:
    """The session follows the dose: DOSING, T+0 and the first-dose hooks; a further dose counts the version up."""
    stamp = {"by": by, "role": role, "at": at, "moment": administration.occurred_at, "late_reason": late_reason}
    if row.state_now in MAY_START:
        move(
            row,
            State.DOSING,
            first_dose_at=administration.occurred_at,
            order=facts.order,
            dosing_record=record,
            **stamp,
        )
        hooks.first_dose.collect(session=row, by=by, at=at)
    elif row.state_now is State.RECOVERY:
        move(row, State.DOSING, reason="Further dose", order=facts.order, **stamp)
    else:
        touch(row, order=facts.order)


def _replayed(known: Administration, by: Actor, planned_mg: Decimal) -> Administration:
    if known.recorded_by_id != by.membership_id or known.planned_mg != planned_mg:
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return known


def _check_people(facts: SessionFacts, given_by_id: UUID) -> None:
    """The giver stands on this session's roster now (R43)."""
    may_give = {entry.membership_id for duty, entry in facts.roster.items() if duty in MAY_GIVE}
    if facts.roster and given_by_id not in may_give:
        raise InvalidInput({"given_by_id": "Only the prescriber or the monitor named on this session gives the drug."})


def _may(by: Actor, session: Session, permission: str) -> bool:
    where = {"practice_id": session.practice_id, "patient": session.patient_id, "session": session.pk}
    try:
        return bool(authorize(by, Permission(permission), **where))
    except NotPermitted:
        return False


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
    version: int | None = None,
    **more,
) -> InfusionChange:
    """Pause, resume or change the rate (mL/h) of a running infusion of this session.

    A new rate and a resumption are for the session as the person saw it (`version`, else StaleState); a pause is
    never refused because somebody else was first.
    Raises Blocked for anything but a pause once the consent to treatment is withdrawn.
    """
    with transaction.atomic():
        row = held(session, None if what == InfusionChange.What.PAUSE else version)
        refuse_signed(row)
        touch(row)
        if what != InfusionChange.What.PAUSE:
            refuse_unless_overridden(
                withdrawal_blockers(row.patient, occurred_at or at), overrides={}, may=lambda _: False
            )
        return change_infusion(
            administration=administration_of(row, administration_id),
            by=by,
            at=at,
            what=what,
            pump_ml_per_h=pump_ml_per_h,
            reason=reason,
            occurred_at=occurred_at,
            late_reason=late_reason,
            **more,
        )


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
    **more,
) -> AdministrationEnd:
    """End an infusion, complete or early; the session moves to recovery when nothing runs any more."""
    role = authorize(
        by, Permission.GIVE_DOSE, practice_id=session.practice_id, patient=session.patient_id, session=session.pk
    )
    with transaction.atomic():
        row = held(session)
        refuse_signed(row)
        end = end_administration(
            administration=administration_of(row, administration_id),
            by=by,
            at=at,
            how=how,
            given_mg=given_mg,
            reason=reason,
            occurred_at=occurred_at,
            late_reason=late_reason,
            **more,
        )
        if row.state_now is State.DOSING and not is_running(row):
            move(
                row,
                State.RECOVERY,
                by=by,
                role=role,
                at=at,
                moment=end.occurred_at,
                late_reason=late_reason,
                reason=reason,
            )
        note_act(by, "end_session_infusion", at=at, session=row, subject=end, role=role, how=how)
    return end


def start_recovery(*, session: Session, by: Actor, at: datetime, version: int | None = None) -> Session:
    """Say that no more doses follow for now. Raises Blocked while an infusion runs."""
    role = authorize(
        by, Permission.GIVE_DOSE, practice_id=session.practice_id, patient=session.patient_id, session=session.pk
    )
    with transaction.atomic():
        row = held(session, version)
        if is_running(row):
            raise Blocked([Blocker("INFUSION_RUNNING", "The infusion is still running. End it first.", "KAP-DIS-OBS")])
        move(row, State.RECOVERY, by=by, role=role, at=at, moment=at)
        audit.record(by, "sessions.start_recovery", at=at, subject=row, role=role)
    return row


def is_running(session: Session) -> bool:
    if session.dosing_record_id is None:
        return False
    return Administration.objects.filter(dosing_record_id=session.dosing_record_id, end=None).exists()


def dispose_session_remainder(
    *,
    session: Session,
    draw_id: UUID,
    by: Actor,
    at: datetime,
    what: str,
    amount_mg: Decimal,
    method: str,
    reason: str,
    witness_email: str,
    witness_password: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    **more,
) -> Remainder:
    """Waste or return what is left of a draw of this session, with a second person's own sign-in (R48)."""
    if session.state_now not in (*MAY_REPEAT, State.DISCHARGED, State.ENDED_EARLY):
        raise StaleState(f"This session is now: {session.state_now.label.lower()}. Nothing is left to dispose of.")
    return dispose_remainder(
        draw=draw_of(session, draw_id),
        by=by,
        at=at,
        what=what,
        amount_mg=amount_mg,
        method=method,
        reason=reason,
        witness_email=witness_email,
        witness_password=witness_password,
        occurred_at=occurred_at,
        late_reason=late_reason,
        id=id,
        **more,
    )


def waste_session_unwitnessed(
    *,
    session: Session,
    draw_id: UUID,
    by: Actor,
    at: datetime,
    amount_mg: Decimal,
    method: str,
    reason: str,
    password: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> Remainder:
    """Waste what is left of a draw where nobody could witness it; a discrepancy opens (R48)."""
    if session.state_now not in (*MAY_REPEAT, State.DISCHARGED, State.ENDED_EARLY):
        raise StaleState(f"This session is now: {session.state_now.label.lower()}. Nothing is left to dispose of.")
    return waste_unwitnessed(
        draw=draw_of(session, draw_id),
        by=by,
        at=at,
        amount_mg=amount_mg,
        method=method,
        reason=reason,
        password=password,
        occurred_at=occurred_at,
        late_reason=late_reason,
        id=id,
    )
