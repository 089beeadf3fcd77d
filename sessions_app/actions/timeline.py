"""Readings of a session, and due ones that were not taken. Corrections are new rows (R40)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common.errors import InvalidInput, StaleState
from common.occurrence import KeptOffline, settle_kept, waited
from dosing.actions import mark_vitals_gap
from sessions_app.actions._entry import check_moment, check_state, held_for, same
from sessions_app.actions.transition import event_fields, note_act, scope_of
from sessions_app.corrections import newest_correction
from sessions_app.models import Session, VitalReading
from sessions_app.plausible import RANGES


def record_reading(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    systolic_mmhg: int | None = None,
    diastolic_mmhg: int | None = None,
    heart_rate_bpm: int | None = None,
    spo2_pct: int | None = None,
    respiratory_rate: int | None = None,
    temperature_c: Decimal | None = None,
    moaas: int | None = None,
    dissociation: int | None = None,
    on_oxygen: bool = False,
    note: str = "",
    corrects_id: UUID | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    kept: KeptOffline | None = None,
) -> VitalReading:
    """One timed set of vital signs: at least one value, or a note why none was taken; both pressures or none.

    The same `id` again from the same person is the same row. `corrects_id` names the reading that this one
    replaces; then `note` says why, and its time is the earlier one's unless another is given. `kept` says how it waited
    on a device without network. Raises Blocked once the session is signed.
    """
    role = authorize(by, Permission.RECORD_VITALS, **scope_of(session))
    values = {
        "systolic_mmhg": systolic_mmhg,
        "diastolic_mmhg": diastolic_mmhg,
        "heart_rate_bpm": heart_rate_bpm,
        "spo2_pct": spo2_pct,
        "respiratory_rate": respiratory_rate,
        "temperature_c": temperature_c,
        "moaas": moaas,
        "dissociation": dissociation,
    }
    check_values(values, note, has_correction=corrects_id is not None)
    with transaction.atomic():
        row = held_for(session, VitalReading, id)
        if row.is_known:
            return same(VitalReading, id, by, session_id=row.pk, **values, on_oxygen=on_oxygen, corrects_id=corrects_id)
        check_state(row)
        original = _corrected(row, corrects_id)
        if original is not None:
            occurred_at, late_reason = occurred_at or original.occurred_at, late_reason.strip() or note
        moment, late_reason = settle_kept(occurred_at, at, late_reason, kept)
        check_moment(row, moment)
        stamp = event_fields(by, role, at, moment, late_reason)
        more = {"on_oxygen": on_oxygen, "note": note.strip(), "corrects_id": corrects_id}
        reading = store_reading(row, stamp, {**values, **more}, id=id)
        if original is None and row.dosing_record_id and all(value is None for value in values.values()):
            mark_vitals_gap(dosing_record=row.dosing_record, by=by, at=at)
        act = "correct_reading" if original else "record_reading"
        corrects = {"corrects": str(corrects_id)} if original else {}
        note_act(by, act, at=at, session=row, subject=reading, role=role, **corrects, **waited(kept))
    return reading


def check_values(values: dict, note: str, has_correction: bool) -> None:
    """Raises InvalidInput beside every value that cannot be, or when there is nothing to store."""
    wrong = {
        name: sentence
        for name, (low, high, sentence) in RANGES.items()
        if values.get(name) is not None and not low <= values[name] <= high
    }
    systolic, diastolic = values["systolic_mmhg"], values["diastolic_mmhg"]
    if (systolic is None) != (diastolic is None):
        wrong["systolic_mmhg" if systolic is None else "diastolic_mmhg"] = "Enter both pressures, or neither."
    elif systolic is not None and diastolic >= systolic and "diastolic_mmhg" not in wrong:
        wrong["diastolic_mmhg"] = "Diastolic pressure has to be below systolic. Check both numbers."
    nothing = all(value is None for value in values.values())
    if nothing and len(note.strip()) < 5:
        wrong["note"] = "Enter at least one value, or write why nothing was taken."
    if has_correction and len(note.strip()) < 5:
        wrong["note"] = "Write why the reading is corrected."
    if wrong:
        raise InvalidInput(wrong)


def store_reading(session: Session, stamp: dict, values: dict, id: UUID | None = None) -> VitalReading:
    """Write a checked reading; before the first dose it is a baseline."""
    first = session.first_dose_at
    phase = VitalReading.Phase.MONITORING
    if first is None or stamp["occurred_at"] <= first:
        phase = VitalReading.Phase.BASELINE
    reading = VitalReading(**({"id": id} if id else {}), session=session, phase=phase, **values, **stamp)
    reading.save(force_insert=True)
    return reading


def _corrected(session: Session, corrects_id: UUID | None) -> VitalReading | None:
    if corrects_id is None:
        return None
    original = VitalReading.objects.filter(pk=corrects_id, session=session).first()
    if original is None:
        raise StaleState("This reading is not part of this session. Reload to see it.")
    newest = newest_correction(original)
    if newest.pk != original.pk:
        raise StaleState("Somebody corrected this reading first.", {"reading": str(newest.pk)})
    return original
