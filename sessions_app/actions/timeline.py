"""What is written down during a session: readings, observations, adverse events. Corrections are new rows (R40)."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common.errors import InvalidInput, StaleState
from common.idempotency import replayed
from common.occurrence import KeptOffline, settle_kept
from common.statements import Statement, columns_of, row_of
from dosing.actions import mark_vitals_gap
from sessions_app.actions.transition import event_fields, note_act, refuse_signed
from sessions_app.models import AdverseEvent, Observation, Session, VitalReading
from sessions_app.states import State

# Plausible values, the same as the database's own checks: name → (low, high, what the person is told).
RANGES = {
    "systolic_mmhg": (40, 300, "Enter systolic pressure between 40 and 300 mmHg."),
    "diastolic_mmhg": (20, 200, "Enter diastolic pressure between 20 and 200 mmHg."),
    "heart_rate_bpm": (20, 250, "Enter heart rate between 20 and 250 per minute."),
    "spo2_pct": (40, 100, "Enter SpO2 between 40 and 100 %."),
    "respiratory_rate": (0, 60, "Enter respiratory rate between 0 and 60 per minute."),
    "temperature_c": (Decimal("30.0"), Decimal("43.0"), "Enter temperature between 30.0 and 43.0 °C."),
    "moaas": (0, 5, "Enter MOAA/S between 0 and 5."),
    "dissociation": (0, 3, "Choose none, mild, moderate or severe."),
}
# A waiting-room reading may be this much older than the check-in.
BEFORE_CHECK_IN = timedelta(hours=2)
MAY_WRITE = (
    State.CHECKED_IN,
    State.READY,
    State.DOSING,
    State.RECOVERY,
    State.DISCHARGED,
    State.ENDED_EARLY,
    State.ABORTED,
)


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
    role = authorize(
        by,
        Permission.RECORD_VITALS,
        practice_id=session.practice_id,
        patient=session.patient_id,
        session=session.pk,
    )
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
        row = _held_for(session, VitalReading, id)
        if row.is_known:
            return _same(
                VitalReading, id, by, session_id=row.pk, **values, on_oxygen=on_oxygen, corrects_id=corrects_id
            )
        _check_state(row)
        original = _corrected(row, corrects_id)
        if original is not None:
            occurred_at, late_reason = occurred_at or original.occurred_at, late_reason.strip() or note
        moment, late_reason = settle_kept(occurred_at, at, late_reason, kept)
        _check_moment(row, moment)
        stamp = event_fields(by, role, at, moment, late_reason)
        more = {"on_oxygen": on_oxygen, "note": note.strip(), "corrects_id": corrects_id}
        reading = store_reading(row, stamp, {**values, **more}, id=id)
        if original is None and row.dosing_record_id and all(value is None for value in values.values()):
            mark_vitals_gap(dosing_record=row.dosing_record, by=by, at=at)
        act = "correct_reading" if original else "record_reading"
        corrects = {"corrects": str(corrects_id)} if original else {}
        note_act(by, act, at=at, session=row, subject=reading, role=role, **corrects, **_waited(kept))
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


@cache
def _held(model) -> Statement:
    """Reads and locks a session, in the transaction of who asks, and whether a row of `model` is stored already."""

    def make(session: UUID, row: UUID):
        rows = Session.objects.select_for_update(no_key=True).filter(pk=session)
        return rows.annotate(is_known=Exists(model.objects.filter(pk=row))).values_list(
            *columns_of(Session), "is_known"
        )

    return Statement(f"held_for_{model._meta.model_name}", make, session=UUID, row=UUID)


def _held_for(session: Session, model, row_id: UUID | None) -> Session:
    """The session as stored now, locked, and in the same query whether `row_id` is stored already."""
    ((*columns, is_known),) = _held(model).rows(session=session.pk, row=row_id or uuid4())
    row = row_of(Session, columns)
    row.is_known = is_known
    return row


def _same(model, row_id: UUID, by: Actor, **values):
    return replayed(model.objects, row_id, by=by, **values)


def _waited(kept: KeptOffline | None) -> dict:
    """The audit row says what waited on which device, and since when."""
    return {"offline": kept.detail} if kept else {}


def _check_state(session: Session) -> None:
    refuse_signed(session)
    if session.state_now not in MAY_WRITE:
        if session.state_now is State.SCHEDULED:
            raise StaleState("Check the patient in first.")
        raise StaleState(f"This session is {session.state_now.label.lower()}. Nothing can be added.")


def _check_moment(session: Session, moment: datetime) -> None:
    """An entry belongs to the visit: not long before the check-in, not after the patient left."""
    if session.checked_in_at and moment < session.checked_in_at - BEFORE_CHECK_IN:
        raise InvalidInput({"occurred_at": "This is more than 2 hours before the check-in. Check day and time."})
    if session.ended_at and moment > session.ended_at:
        raise InvalidInput({"occurred_at": "The patient had left by then. Enter when it happened."})


def _corrected(session: Session, corrects_id: UUID | None) -> VitalReading | None:
    if corrects_id is None:
        return None
    original = VitalReading.objects.filter(pk=corrects_id, session=session, corrected_by=None).first()
    if original is None:
        raise StaleState("This reading was already corrected, or is not part of this session. Reload to see it.")
    return original


def record_observation(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    what: str,
    text: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    kept: KeptOffline | None = None,
) -> Observation:
    """Something seen, said or done in the room."""
    role = authorize(
        by,
        Permission.RECORD_OBSERVATION,
        practice_id=session.practice_id,
        patient=session.patient_id,
        session=session.pk,
    )
    wrong = {}
    if what not in Observation.What.values:
        wrong["what"] = "Choose what it was."
    if not text.strip():
        wrong["text"] = "Write what you saw, heard or did."
    if wrong:
        raise InvalidInput(wrong)
    moment, late_reason = settle_kept(occurred_at, at, late_reason, kept)
    with transaction.atomic():
        row = _held_for(session, Observation, id)
        if row.is_known:
            return _same(Observation, id, by, session_id=row.pk, what=what, text=text.strip())
        _check_state(row)
        _check_moment(row, moment)
        stamp = event_fields(by, role, at, moment, late_reason)
        seen = Observation(**({"id": id} if id else {}), session=row, what=what, text=text.strip(), **stamp)
        seen.save(force_insert=True)
        note_act(by, "record_observation", at=at, session=row, subject=seen, role=role, **_waited(kept))
    return seen


def record_adverse_event(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    category: str,
    grade: int,
    relatedness: str,
    description: str,
    action: str,
    outcome: str,
    is_serious: bool = False,
    ended_at: datetime | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    kept: KeptOffline | None = None,
) -> AdverseEvent:
    """An adverse event with its CTCAE grade 1-5; `occurred_at` is the onset. The action taken is required.

    Grade 4 and 5, a fatal outcome and a transfer are serious by definition (clinical.md 2.5).
    """
    role = authorize(
        by,
        Permission.RECORD_ADVERSE_EVENT,
        practice_id=session.practice_id,
        patient=session.patient_id,
        session=session.pk,
    )
    moment, late_reason = settle_kept(occurred_at, at, late_reason, kept)
    values = {
        "category": category,
        "grade": grade,
        "relatedness": relatedness,
        "description": description.strip(),
        "action": action.strip(),
        "outcome": outcome,
        "ended_at": ended_at,
    }
    _check_event(values, moment, at)
    values["is_serious"] = is_serious or grade >= 4 or outcome in ("transferred", "fatal")
    with transaction.atomic():
        row = _held_for(session, AdverseEvent, id)
        if row.is_known:
            return _same(AdverseEvent, id, by, session_id=row.pk, **values)
        _check_state(row)
        _check_moment(row, moment)
        stamp = event_fields(by, role, at, moment, late_reason)
        event = AdverseEvent(**({"id": id} if id else {}), session=row, **values, **stamp)
        event.save(force_insert=True)
        note_act(by, "record_adverse_event", at=at, session=row, subject=event, role=role, **_waited(kept))
    return event


def _check_event(values: dict, moment: datetime, at: datetime) -> None:
    wrong = {}
    for name, choices, sentence in (
        ("category", AdverseEvent.Category, "Choose the kind of event."),
        ("grade", AdverseEvent.Grade, "Choose the grade, 1 to 5."),
        ("relatedness", AdverseEvent.Relatedness, "Choose how it relates to the drug."),
        ("outcome", AdverseEvent.Outcome, "Choose the outcome."),
    ):
        if values[name] not in choices.values:
            wrong[name] = sentence
    if not values["description"]:
        wrong["description"] = "Describe what happened."
    if not values["action"]:
        wrong["action"] = "Write what was done, also when it was only watching."
    if (values["grade"] == 5) != (values["outcome"] == "fatal"):
        wrong["outcome"] = "Grade 5 and a fatal outcome belong together."
    ended = values["ended_at"]
    if ended is not None and not moment <= ended <= at:
        wrong["ended_at"] = "The end is not before the beginning and not in the future."
    if wrong:
        raise InvalidInput(wrong)
