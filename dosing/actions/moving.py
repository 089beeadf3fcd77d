"""Drug that leaves a place without being given: moved, wasted from stock, handed over for destruction."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from accounts.second_person import confirm
from common import audit, occurrence
from common.errors import InvalidInput
from dosing.actions._balances import add_to_lot, hold, take_from_lot, write_movement
from dosing.actions._sheet import event_values
from dosing.amounts import MOST_IN_STOCK_MG, exact, required_text
from dosing.models import StockLot, StockMovement

GONE = {StockMovement.What.WASTE.value, StockMovement.What.DESTROY.value}


def transfer_stock(
    *,
    lot: StockLot,
    by: Actor,
    at: datetime,
    to_location: str,
    amount_mg: Decimal,
    note: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> StockLot:
    """Move part or all of a lot to another place of the practice: two movements, one act. Returns the lot there.

    `amount_mg` is mg of base; whole units of what comes in units. `id` is the client's id of the movement out.
    Raises InvalidInput, or Blocked when less is there.
    """
    role = authorize(by, Permission.TRANSFER_STOCK, practice_id=lot.practice_id)
    amount = _whole(lot, amount_mg)
    place = required_text("to_location", to_location, "Say where it is locked away now.", 2)[:60]
    if place == lot.location:
        raise InvalidInput({"to_location": "It is there already. Enter another place."})
    moment = occurrence.settle(occurred_at, at, late_reason)
    with transaction.atomic():
        known = replayed(id, by=by, lot=lot, change_mg=-amount, what=StockMovement.What.MOVE_OUT)
        if known is not None:
            return known.arrival.lot
        there, _ = StockLot.objects.get_or_create(
            practice_id=lot.practice_id,
            product_id=lot.product_id,
            lot_number=lot.lot_number,
            location=place,
            defaults={"expires_on": lot.expires_on, "received_at": at},
        )
        hold(lot, there)
        event = event_values(by, role, at=at, occurred_at=moment, late_reason=late_reason)
        more = {"event": event, "note": note.strip()[:300]}
        out = write_movement(
            take_from_lot(lot, amount), what=StockMovement.What.MOVE_OUT, **more, **({"id": id} if id else {})
        )
        write_movement(add_to_lot(there, amount), what=StockMovement.What.MOVE_IN, pair=out, **more)
        detail = {"movement": str(out.pk), "to": str(there.pk)}
        audit.record(by, "dosing.transfer_stock", at=at, subject=lot, role=role, detail=detail)
    return there


def dispose_stock(
    *,
    lot: StockLot,
    by: Actor,
    at: datetime,
    what: str,
    amount_mg: Decimal,
    note: str,
    witness_email: str,
    witness_password: str,
    taken_by: str = "",
    form_number: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> StockMovement:
    """Waste drug from stock (broken, spilled, expired on the shelf) or hand it over for destruction, with a witness.

    For destruction `taken_by` names the reverse distributor and `form_number` the DEA form (41 or 222). The witness
    signs with an own password. Raises InvalidInput, or Blocked when less is there.
    """
    role = authorize(by, Permission.DISPOSE_STOCK, practice_id=lot.practice_id)
    if what not in GONE:
        raise InvalidInput({"what": "Choose wasted or handed over for destruction."})
    amount = _whole(lot, amount_mg)
    reason = required_text("note", note, "Say why and how.", 5)
    if what == StockMovement.What.DESTROY:
        required_text("taken_by", taken_by, "Name who took it for destruction.", 2)
        required_text("form_number", form_number, "Enter the number of the DEA form.", 2)
    moment = occurrence.settle(occurred_at, at, late_reason)
    witness = confirm(
        by=by,
        practice_id=lot.practice_id,
        email=witness_email,
        password=witness_password,
        permission=Permission.WITNESS_WASTE,
        field="witness_email",
    )
    with transaction.atomic():
        known = replayed(id, by=by, lot=lot, change_mg=-amount, what=what)
        if known is not None:
            return known
        movement = write_movement(
            take_from_lot(lot, amount),
            what=what,
            event=event_values(by, role, at=at, occurred_at=moment, late_reason=late_reason),
            witness_id=witness.membership_id,
            supplier=taken_by.strip()[:120],
            invoice=form_number.strip()[:40],
            note=reason[:300],
            **({"id": id} if id else {}),
        )
        detail = {"movement": str(movement.pk), "what": what, "witness": str(witness.membership_id)}
        audit.record(by, "dosing.dispose_stock", at=at, subject=lot, role=role, detail=detail)
    return movement


def _whole(lot: StockLot, amount_mg: Decimal) -> Decimal:
    amount = exact("amount", amount_mg, most=MOST_IN_STOCK_MG)
    unit = lot.product.unit_mg
    if unit and amount % unit:
        raise InvalidInput({"amount": f"{lot.product.name} comes in whole units. Enter a whole number of them."})
    return amount


def replayed(row_id: UUID | None, *, by: Actor, lot: StockLot, change_mg: Decimal, what: str) -> StockMovement | None:
    """The movement that the same act stored before; raises InvalidInput when the id was used for something else."""
    row = StockMovement.objects.filter(pk=row_id).first() if row_id else None
    if row is None:
        return None
    if (row.recorded_by_id, row.lot_id, row.change_mg, row.what) != (by.membership_id, lot.pk, change_mg, str(what)):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return row
