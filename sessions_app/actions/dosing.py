"""Giving the drug in a session: the gates of the room, then dosing's own act, in one transaction."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common.blockers import refuse_unless_overridden
from common.errors import InvalidInput, NotPermitted, StaleState
from dosing.actions import dispose_remainder, give_dose, open_dosing_record, waste_unwitnessed
from dosing.models import Administration, Remainder
from sessions_app import hooks
from sessions_app.actions.preparation import store_override
from sessions_app.actions.transition import (
    check_version,
    event_fields,
    held,
    move,
    note_act,
    refuse_signed,
    scope_of,
    touch,
)
from sessions_app.before_dose import MAY_GIVE, MAY_REPEAT, MAY_START, dose_blockers, split
from sessions_app.models import Session
from sessions_app.session_facts import SessionFacts, draw_of, load_facts
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
    role = authorize(by, Permission.GIVE_DOSE, **scope_of(session))
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
    try:
        return bool(authorize(by, Permission(permission), **scope_of(session)))
    except NotPermitted:
        return False


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
