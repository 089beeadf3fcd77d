"""What every entry of a session shares: the held session, state, moment, retry, correction (R40, R42)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists

from accounts.actor import Actor
from common.errors import InvalidInput, StaleState
from common.idempotency import replayed
from common.occurrence import KeptOffline, settle_kept, waited
from common.statements import Statement, columns_of, row_of
from sessions_app.actions.transition import event_fields, note_act, refuse_signed
from sessions_app.models import Session
from sessions_app.models.correctable import CorrectableRecord
from sessions_app.states import State

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
SHORTEST_REASON = 5


@cache
def _held(model) -> Statement:
    """Reads and locks a session, in the transaction of who asks, and whether a row of `model` is stored already."""

    def make(session: UUID, row: UUID):
        rows = Session.objects.select_for_update(no_key=True).filter(pk=session)
        return rows.annotate(is_known=Exists(model.objects.filter(pk=row))).values_list(
            *columns_of(Session), "is_known"
        )

    return Statement(f"held_for_{model._meta.model_name}", make, session=UUID, row=UUID)


def held_for(session: Session, model, row_id: UUID | None) -> Session:
    """The session as stored now, locked, and in the same query whether `row_id` is stored already."""
    ((*columns, is_known),) = _held(model).rows(session=session.pk, row=row_id or uuid4())
    row = row_of(Session, columns)
    row.is_known = is_known
    return row


def same(model, row_id: UUID, by: Actor, **values):
    return replayed(model.objects, row_id, by=by, **values)


def check_state(session: Session) -> None:
    refuse_signed(session)
    if session.state_now not in MAY_WRITE:
        if session.state_now is State.SCHEDULED:
            raise StaleState("Check the patient in first.")
        raise StaleState(f"This session is {session.state_now.label.lower()}. Nothing can be added.")


def check_moment(session: Session, moment: datetime) -> None:
    """An entry belongs to the visit: not long before the check-in, not after the patient left."""
    if session.checked_in_at and moment < session.checked_in_at - BEFORE_CHECK_IN:
        raise InvalidInput({"occurred_at": "This is more than 2 hours before the check-in. Check day and time."})
    if session.ended_at and moment > session.ended_at:
        raise InvalidInput({"occurred_at": "The patient had left by then. Enter when it happened."})


def original_of(model: type[CorrectableRecord], session: Session, corrects_id: UUID | None):
    """The standing entry that is corrected, or None. Raises StaleState when it does not stand (any more)."""
    if corrects_id is None:
        return None
    standing = model.objects.filter(session=session, corrected_by=None, is_withdrawal=False)
    original = standing.filter(pk=corrects_id).first()
    if original is None:
        raise StaleState("This entry was already corrected, or is not part of this session. Reload to see it.")
    return original


def write_entry(
    model: type[CorrectableRecord],
    act: str,
    role: str,
    values: dict,
    *,
    session: Session,
    by: Actor,
    at: datetime,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    corrects_id: UUID | None = None,
    correction_reason: str = "",
    is_withdrawal: bool = False,
    kept: KeptOffline | None = None,
    check: Callable[[Session, datetime], None] | None = None,
) -> CorrectableRecord:
    """One row of `model` with its audit row, in one transaction; the caller has asked the permission.

    The same `id` again from the same person with the same values is the same row. With `corrects_id` it replaces that
    entry: `correction_reason` says why (5 characters), and its time is the earlier one's unless another is given.
    `kept` says how it waited on a device without network. `check(session, moment)` may refuse. Raises StaleState,
    InvalidInput, and Blocked once the session is signed.
    """
    reason = correction_reason.strip()
    if corrects_id is not None and len(reason) < SHORTEST_REASON:
        raise InvalidInput({"correction_reason": "Write why the entry is corrected, in at least 5 characters."})
    if corrects_id is None and reason:
        raise InvalidInput({"correction_reason": "Name the entry that this one corrects."})
    told = {**values, "corrects_id": corrects_id, "is_withdrawal": is_withdrawal}
    with transaction.atomic():
        row = held_for(session, model, id)
        if row.is_known:
            return same(model, id, by, session_id=row.pk, **told)
        check_state(row)
        original = original_of(model, row, corrects_id)
        if original is not None:
            occurred_at, late_reason = occurred_at or original.occurred_at, late_reason.strip() or reason
        moment, late_reason = settle_kept(occurred_at, at, late_reason, kept)
        check_moment(row, moment)
        if check is not None:
            check(row, moment)
        stamp = event_fields(by, role, at, moment, late_reason)
        entry = model(**({"id": id} if id else {}), session=row, **told, correction_reason=reason, **stamp)
        entry.save(force_insert=True)
        detail = {"corrects": str(corrects_id)} if corrects_id else {}
        note_act(by, act, at=at, session=row, subject=entry, role=role, **detail, **waited(kept))
    return entry
