"""Correcting when a dose of the session was given; T+0, clocks and whoever waits for the dose follow (R40)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from common.anchors import anchor_chain
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, StaleState
from dosing.actions import correct_dose_time
from dosing.dose_times import refuse_others
from dosing.models import DoseTimeCorrection
from sessions_app import hooks
from sessions_app.actions.transition import held, note_act, touch
from sessions_app.dose_time_findings import time_findings
from sessions_app.models import Session
from sessions_app.session_facts import administration_of, load_facts

REVIEWED = Blocker(
    "RECORD_REVIEWED", "The dosing record is reviewed, so its times stand. Write an addendum.", "KAP-REV-SIGNED"
)


def correct_session_dose_time(
    *,
    session: Session,
    administration_id: UUID,
    by: Actor,
    at: datetime,
    given_at: datetime,
    reason: str,
    confirmed: bool = False,
    password: str = "",
    id: UUID | None = None,
    version: int | None = None,
) -> DoseTimeCorrection:
    """Say that a dose was given at `given_at`: by who gave or recorded it, or the prescriber on the roster.

    Once the session is signed it needs the own `password` and the right to add an addendum, and stands beside what was
    signed. What the time breaks is raised as Blocked until `confirmed` says that it was read. The same `id` again is
    the same correction. Raises InvalidInput for a time that cannot be (KAP-DOSE-TIME), StaleState, and Blocked once the
    dosing record is reviewed.
    """
    where = {"practice_id": session.practice_id, "patient": session.patient_id, "session": session.pk}
    role = authorize(by, Permission.GIVE_DOSE, **where)
    administration = administration_of(session, administration_id)
    refuse_others(administration, by)
    is_signed = session.signed_at is not None
    if is_signed:
        role = _beside_the_signature(by, password, where)
    with transaction.atomic():
        row = held(session)
        known = DoseTimeCorrection.objects.filter(pk=id).first() if id else None
        if known is not None:
            return _replayed(known, by, administration_id, given_at)
        _refuse_stale(row, is_signed, version)
        if row.dosing_record.reviewed_at is not None:
            raise Blocked([REVIEWED])
        findings = time_findings(load_facts(row), administration, given_at, at)
        if findings and not confirmed:
            raise Blocked(findings)
        correction = correct_dose_time(
            administration=administration,
            by=by,
            at=at,
            given_at=given_at,
            reason=reason,
            findings=tuple(finding.sentence for finding in findings),
            is_after_signature=is_signed,
            id=id,
        )
        _follow(row, administration, correction, by, at)
        note_act(
            by,
            "correct_session_dose_time",
            at=at,
            session=row,
            subject=correction,
            role=role,
            findings=[finding.code for finding in findings],
            signed=is_signed,
        )
        if is_signed:
            transaction.on_commit(anchor_chain, robust=True)
    return correction


def _beside_the_signature(by: Actor, password: str, where: dict) -> str:
    """The right to add to a signed session, under the own password."""
    role = authorize(by, Permission.ADD_ADDENDUM, **where)
    reauthenticate(by, password)
    return role


def _replayed(known: DoseTimeCorrection, by: Actor, administration_id: UUID, given_at: datetime) -> DoseTimeCorrection:
    stored = (known.recorded_by_id, known.administration_id, known.given_at)
    if stored != (by.membership_id, administration_id, given_at):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return known


def _refuse_stale(row: Session, is_signed: bool, version: int | None) -> None:
    if (row.signed_at is not None) != is_signed:
        raise StaleState("This session was signed meanwhile. Reload, and correct the time beside the signed record.")
    if version is not None and row.version != version:
        raise StaleState("Somebody changed this session first. Reload to see it.", {"version": row.version})


def _follow(row: Session, administration, correction: DoseTimeCorrection, by: Actor, at: datetime) -> None:
    """T+0 follows the first dose, in a signed session as the one column that may, and so does who counts from it."""
    moved = {"first_dose_at": correction.given_at} if administration.number == 1 else {}
    if row.signed_at is None:
        touch(row, **moved)
    elif moved:
        Session.objects.filter(pk=row.pk).update(**moved)
        row.first_dose_at = correction.given_at
    if moved:
        hooks.first_dose_moved.collect(session=row, correction=correction, by=by, at=at)
