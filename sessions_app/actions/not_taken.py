"""Closing a due reading that was missed: why it was not taken, for that due time (KAP-MON-NOT-TAKEN)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common.errors import InvalidInput, StaleState
from dosing.actions import mark_vitals_gap
from sessions_app.actions._entry import check_state, held_for, same
from sessions_app.actions.timeline import store_reading
from sessions_app.actions.transition import event_fields, note_act, scope_of
from sessions_app.models import Session, VitalReading
from sessions_app.models.timeline import MEASURED
from sessions_app.open_readings import open_due_times
from sessions_app.session_facts import full, load_facts


def close_due_reading(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    due_at: datetime,
    not_taken: str,
    note: str,
    id: UUID | None = None,
) -> VitalReading:
    """Say why the reading due at `due_at` was not taken: a code of VitalReading.NotTaken and words (5 characters).

    The alarm of that due time ends; the gap stays one in the dosing record, shown with its reason. Raises StaleState
    when nothing is open at that time (any more).
    """
    role = authorize(by, Permission.RECORD_VITALS, **scope_of(session))
    wrong = {}
    if not_taken not in VitalReading.NotTaken.values:
        wrong["not_taken"] = "Choose why it was not taken."
    if len(note.strip()) < 5:
        wrong["note"] = "Write in a few words why it was not taken."
    if due_at is None:
        wrong["due_at"] = "Choose which reading was not taken."
    if wrong:
        raise InvalidInput(wrong)
    with transaction.atomic():
        row = held_for(session, VitalReading, id)
        if row.is_known:
            return same(VitalReading, id, by, session_id=row.pk, due_at=due_at, not_taken=not_taken, note=note.strip())
        check_state(row)
        facts = load_facts(full(Session.objects).get(pk=row.pk))
        if due_at not in open_due_times(facts, at):
            raise StaleState("No reading is open at this time. Reload to see what is.")
        values = {**dict.fromkeys(MEASURED), "note": note.strip(), "due_at": due_at, "not_taken": not_taken}
        moment = min(at, row.ended_at or at)
        late_reason = note if at > moment else ""
        reading = store_reading(row, event_fields(by, role, at, moment, late_reason), values, id=id)
        mark_vitals_gap(dosing_record=row.dosing_record, by=by, at=at)
        note_act(by, "close_due_reading", at=at, session=row, subject=reading, role=role, reason=not_taken)
    return reading
