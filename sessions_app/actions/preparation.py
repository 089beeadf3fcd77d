"""Before the dose: check-in, who is responsible, ready, and a prescriber's decision about a blocker."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission, Role
from common import audit
from common.errors import Blocked, InvalidInput, StaleState
from common.occurrence import settle
from sessions_app.actions.questionnaires import ask_in_person
from sessions_app.actions.schedule import require_reason
from sessions_app.actions.timeline import check_values, store_reading
from sessions_app.actions.transition import event_fields, held, move, note_act, refuse_signed, touch
from sessions_app.before_dose import GATE, dose_blockers, split
from sessions_app.models import BlockerOverride, CheckIn, RosterEntry, Session
from sessions_app.roster import roster_mark
from sessions_app.session_facts import load_facts
from sessions_app.states import State

DUTY_ROLE = {
    RosterEntry.Duty.PRESCRIBER: Role.PRESCRIBER,
    RosterEntry.Duty.MONITOR: Role.NURSE,
    RosterEntry.Duty.THERAPIST: Role.THERAPIST,
}
MAY_CHECK_IN = (State.SCHEDULED, State.CHECKED_IN, State.READY)


def check_in_patient(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    identity_confirmed: bool,
    fasting_confirmed: bool,
    escort_confirmed: bool,
    medicines_changed: bool,
    weight_kg: Decimal,
    escort_name: str = "",
    escort_phone: str = "",
    medicines_note: str = "",
    note: str = "",
    systolic_mmhg: int | None = None,
    diastolic_mmhg: int | None = None,
    heart_rate_bpm: int | None = None,
    spo2_pct: int | None = None,
    respiratory_rate: int | None = None,
    temperature_c: Decimal | None = None,
    moaas: int | None = None,
    on_oxygen: bool = False,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    version: int | None = None,
) -> CheckIn:
    """Record the arrival checks, with the baseline when it was taken at once. Again when something changes.

    `weight_kg` 30-300, today's. Identity must be confirmed. Raises Blocked once a dose was given.
    """
    role = authorize(by, Permission.CHECK_IN_PATIENT, practice_id=session.practice_id, patient=session.patient_id)
    moment = settle(occurred_at, at, late_reason)
    _check_arrival(identity_confirmed, escort_confirmed, escort_name, medicines_changed, medicines_note, weight_kg)
    values = {
        "systolic_mmhg": systolic_mmhg,
        "diastolic_mmhg": diastolic_mmhg,
        "heart_rate_bpm": heart_rate_bpm,
        "spo2_pct": spo2_pct,
        "respiratory_rate": respiratory_rate,
        "temperature_c": temperature_c,
        "moaas": moaas,
    }
    has_baseline = any(value is not None for value in values.values())
    if has_baseline:
        check_values(values, note="", has_correction=False)
    with transaction.atomic():
        row = held(session, version)
        if row.state_now not in MAY_CHECK_IN:
            raise StaleState(f"This session is now: {row.state_now.label.lower()}. Nobody can be checked in.")
        stamp = event_fields(by, role, at, moment, late_reason)
        arrival = CheckIn(
            session=row,
            identity_confirmed=identity_confirmed,
            fasting_confirmed=fasting_confirmed,
            escort_confirmed=escort_confirmed,
            escort_name=escort_name.strip(),
            escort_phone=escort_phone.strip(),
            medicines_changed=medicines_changed,
            medicines_note=medicines_note.strip(),
            weight_kg=weight_kg,
            note=note.strip(),
            **stamp,
        )
        arrival.save(force_insert=True)
        if has_baseline:
            store_reading(row, stamp, {**values, "on_oxygen": on_oxygen, "note": ""})
        _arrive(row, by=by, role=role, at=at, moment=moment, late_reason=late_reason)
        ask_in_person(row, by, at)
        note_act(by, "check_in_patient", at=at, session=row, subject=arrival, role=role, with_baseline=has_baseline)
    return arrival


def _arrive(row: Session, *, by: Actor, role: str, at: datetime, moment: datetime, late_reason: str) -> None:
    """The first check-in moves the session; a later one takes back that it was ready."""
    if row.state_now is State.SCHEDULED:
        stamp = {"by": by, "role": role, "at": at, "moment": moment, "late_reason": late_reason}
        move(row, State.CHECKED_IN, checked_in_at=moment, **stamp)
    elif row.state_now is State.READY:
        move(row, State.CHECKED_IN, by=by, role=role, at=at, moment=at, reason="Checked in again")
    else:
        touch(row)


def _check_arrival(identity, escort, escort_name, changed, medicines_note, weight_kg) -> None:
    wrong = {}
    if not identity:
        wrong["identity_confirmed"] = "Confirm name and birth date with the patient before checking in."
    if escort and not escort_name.strip():
        wrong["escort_name"] = "Enter the name of the adult who takes the patient home."
    if changed and not medicines_note.strip():
        wrong["medicines_note"] = "Write what changed."
    if weight_kg is None or not 30 <= weight_kg <= 300:
        wrong["weight_kg"] = "Enter today's weight between 30 and 300 kg."
    if wrong:
        raise InvalidInput(wrong)


def name_roster(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    prescriber_id: UUID | None = None,
    monitor_id: UUID | None = None,
    therapist_id: UUID | None = None,
    seen: str | None = None,
) -> list[RosterEntry]:
    """Set who supervises, monitors and accompanies; earlier entries stay with the time they ended.

    `seen` is the `roster_mark` of the entries that the person saw; another one now raises StaleState.
    Each is an active member of the practice with the role of the duty. After check-in prescriber and monitor
    must be named. Returns the entries on duty now.
    """
    role = authorize(by, Permission.SCHEDULE_SESSION, practice_id=session.practice_id, patient=session.patient_id)
    duty = RosterEntry.Duty
    wanted = {duty.PRESCRIBER: prescriber_id, duty.MONITOR: monitor_id, duty.THERAPIST: therapist_id}
    with transaction.atomic():
        row = held(session)
        refuse_signed(row)
        if row.state_now.is_over:
            raise StaleState(f"This session is now: {row.state_now.label.lower()}. Its roster stays as it was.")
        _check_roster(row, wanted)
        standing = {entry.duty: entry for entry in row.roster.filter(left_at=None)}
        if seen is not None and seen != roster_mark(standing.values()):
            raise StaleState("Somebody changed the roster first.", {"roster": roster_mark(standing.values())})
        changed = []
        for name, member_id in wanted.items():
            entry = standing.get(name)
            if entry is not None and entry.membership_id != member_id:
                RosterEntry.objects.filter(pk=entry.pk, left_at=None).update(left_at=at)
                standing.pop(name)
                changed.append(name.value)
            if member_id is not None and name not in standing:
                standing[name] = _join(row, name, member_id, by, at)
                changed.append(name.value)
        audit.record(
            by,
            "sessions.name_roster",
            at=at,
            subject=row,
            role=role,
            detail={"changed": sorted(set(changed)), "members": [str(pk) for pk in wanted.values() if pk]},
        )
    return list(standing.values())


def _join(session: Session, duty: str, member_id: UUID, by: Actor, at: datetime) -> RosterEntry:
    entry = RosterEntry(session=session, membership_id=member_id, duty=duty, joined_at=at, added_by_id=by.membership_id)
    entry.save(force_insert=True)
    return entry


def _check_roster(session: Session, wanted: dict) -> None:
    members = (
        Membership.objects.active().filter(practice_id=session.practice_id).in_bulk([m for m in wanted.values() if m])
    )
    wrong = {}
    for duty, member_id in wanted.items():
        needed = DUTY_ROLE[duty]
        member = members.get(member_id)
        if member_id is not None and (member is None or needed not in member.roles):
            wrong[f"{duty.value}_id"] = f"Choose an active {needed.label.lower()} of this practice."
        elif member_id is None and duty is not RosterEntry.Duty.THERAPIST and session.state_now.is_in_progress:
            wrong[f"{duty.value}_id"] = "This duty cannot be left empty once the patient is checked in."
    if wrong:
        raise InvalidInput(wrong)


def set_ready(*, session: Session, by: Actor, at: datetime, version: int | None = None) -> Session:
    """Mark a checked-in patient as ready: nothing stands between the patient and the dose."""
    role = authorize(by, Permission.CHECK_IN_PATIENT, practice_id=session.practice_id, patient=session.patient_id)
    with transaction.atomic():
        row = held(session, version)
        facts = load_facts(row)
        standing, _ = split(dose_blockers(facts, at), facts.overrides)
        if standing:
            raise Blocked(standing)
        move(row, State.READY, by=by, role=role, at=at, moment=at)
        audit.record(by, "sessions.set_ready", at=at, subject=row, role=role)
    return row


def override_blocker(*, session: Session, by: Actor, at: datetime, code: str, reason: str) -> BlockerOverride:
    """A prescriber's decision to go on although this blocker of the dose stands, with a reason (10 characters).

    It holds as long as the blocker's sentence stays the same; a new value needs a new decision.
    """
    role = authorize(by, Permission.OVERRIDE_BLOCKER, practice_id=session.practice_id, patient=session.patient_id)
    require_reason(reason)
    if len(reason.strip()) < 10:
        raise InvalidInput({"reason": "Give a reason of at least 10 characters."})
    with transaction.atomic():
        row = held(session)
        refuse_signed(row)
        facts = load_facts(row)
        standing, _ = split(dose_blockers(facts, at), facts.overrides)
        blocker = next((one for one in standing if one.code == code), None)
        if blocker is None:
            raise StaleState("This no longer stands in the way. Reload to see what does.")
        if blocker.override is None:
            raise Blocked([blocker])
        authorize(by, Permission(blocker.override), practice_id=row.practice_id, patient=row.patient_id)
        decision = store_override(row, blocker, reason, event_fields(by, role, at, at))
        note_act(by, "override_blocker", at=at, session=row, subject=decision, role=role, code=code)
    return decision


def store_override(session: Session, blocker, reason: str, stamp: dict, gate: str = GATE) -> BlockerOverride:
    decision = BlockerOverride(
        session=session,
        gate=gate,
        code=blocker.code[:40],
        sentence=blocker.sentence[:300],
        reason=reason.strip()[:500],
        **stamp,
    )
    decision.save(force_insert=True)
    return decision
