"""Drug that leaves a place without being given: moved, wasted from stock, handed over for destruction."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from accounts.second_person import confirm
from common import audit, occurrence
from common.errors import InvalidInput, StaleState
from dosing.actions._balances import hold, move
from dosing.actions._sheet import event_values
from dosing.amounts import MOST_IN_STOCK_MG, exact, required_text
from dosing.models import StockContainer, StockLot, StockMovement
from dosing.proposed_dose import show

GONE = {StockMovement.What.WASTE.value, StockMovement.What.DESTROY.value}


def transfer_stock(
    *,
    lot: StockLot,
    by: Actor,
    at: datetime,
    to_location: str,
    containers: Sequence[UUID],
    note: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> StockLot:
    """Move containers of a lot, each with what is in it, to another place of the practice. Returns the lot there.

    For each container two movements, out and in. `id` is the client's id of the first movement out.
    Raises InvalidInput, or StaleState when one of them is empty or lies elsewhere by now.
    """
    role = authorize(by, Permission.TRANSFER_STOCK, practice_id=lot.practice_id)
    chosen = _chosen(lot, containers)
    place = required_text("to_location", to_location, "Say where it is locked away now.", 2)[:60]
    if place == lot.location:
        raise InvalidInput({"to_location": "It is there already. Enter another place."})
    moment = occurrence.settle(occurred_at, at, late_reason)
    with transaction.atomic():
        known = _replayed(id, by=by, lot=lot, chosen=chosen, what=StockMovement.What.MOVE_OUT)
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
        outs = [_move_one(lot, there, container, more | own) for container, own in _in_stock(lot, chosen, id)]
        detail = {"movement": str(outs[0].pk), "to": str(there.pk), "containers": len(outs)}
        audit.record(by, "dosing.transfer_stock", at=at, subject=lot, role=role, detail=detail)
    return there


def dispose_stock(
    *,
    lot: StockLot,
    by: Actor,
    at: datetime,
    what: str,
    containers: Sequence[UUID],
    note: str,
    witness_email: str,
    witness_password: str,
    taken_by: str = "",
    form_number: str = "",
    amount_mg: Decimal | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> StockMovement:
    """Waste drug from stock (broken, spilled, expired on the shelf) or hand it over for destruction, with a witness.

    Of each of the containers all that is in it; `amount_mg` (mg of base) is a part of a single one.
    For destruction `taken_by` names the reverse distributor and `form_number` the DEA form (41 or 222). The witness
    signs with an own password. Raises InvalidInput, or StaleState when a container is empty or lies elsewhere by now.
    """
    role = authorize(by, Permission.DISPOSE_STOCK, practice_id=lot.practice_id)
    if what not in GONE:
        raise InvalidInput({"what": "Choose wasted or handed over for destruction."})
    chosen, amount = _chosen(lot, containers), _part(lot, containers, amount_mg)
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
        known = _replayed(id, by=by, lot=lot, chosen=chosen, what=what, amount=amount)
        if known is not None:
            return known
        hold(lot)
        more = {
            "what": what,
            "event": event_values(by, role, at=at, occurred_at=moment, late_reason=late_reason),
            "witness_id": witness.membership_id,
            "supplier": taken_by.strip()[:120],
            "invoice": form_number.strip()[:40],
            "note": reason[:300],
        }
        gone = [
            move(lot, container, -_enough(container, amount), **more, **own)
            for container, own in _in_stock(lot, chosen, id)
        ]
        detail = {"movement": str(gone[0].pk), "what": what, "containers": len(gone)}
        detail["witness"] = str(witness.membership_id)
        audit.record(by, "dosing.dispose_stock", at=at, subject=lot, role=role, detail=detail)
    return gone[0]


def _chosen(lot: StockLot, containers: Sequence[UUID]) -> list[UUID]:
    if not containers:
        raise InvalidInput({"containers": f"Say which {lot.product.container_word}s of the lot."})
    return list(dict.fromkeys(containers))


def _part(lot: StockLot, containers: Sequence[UUID], amount_mg: Decimal | None) -> Decimal | None:
    if amount_mg is None:
        return None
    amount = exact("amount", amount_mg, most=MOST_IN_STOCK_MG)
    if len(set(containers)) != 1:
        raise InvalidInput({"amount": f"A part is of one {lot.product.container_word}. Leave it empty for all."})
    if lot.product.unit_mg and amount % lot.product.unit_mg:
        raise InvalidInput({"amount": f"{lot.product.name} comes in whole units. Enter a whole number of them."})
    return amount


def _in_stock(lot: StockLot, chosen: list[UUID], row_id: UUID | None) -> list[tuple[StockContainer, dict]]:
    """The containers of a held lot by number, the first with the client's id for its row."""
    found = list(StockContainer.objects.in_stock().filter(lot=lot, pk__in=chosen).order_by("number"))
    if len(found) != len(chosen):
        raise StaleState(f"Not every {lot.product.container_word} you chose is still here. Reload and choose again.")
    for container in found:
        container.product = lot.product
    return [(container, {"id": row_id} if row_id and place == 0 else {}) for place, container in enumerate(found)]


def _move_one(lot: StockLot, there: StockLot, container: StockContainer, more: dict) -> StockMovement:
    held = container.balance_mg
    out = move(lot, container, -held, what=StockMovement.What.MOVE_OUT, **more)
    arrived = {name: more[name] for name in ("event", "note")}
    move(there, container, held, what=StockMovement.What.MOVE_IN, pair=out, **arrived)
    return out


def _enough(container: StockContainer, amount: Decimal | None) -> Decimal:
    if amount is None:
        return container.balance_mg
    if amount > container.balance_mg:
        held = f"{container.label.capitalize()} holds {show(container.balance_mg)} mg by the ledger."
        raise InvalidInput({"amount": f"{held} Enter less, or nothing for all of it."})
    return amount


def _replayed(row_id, *, by: Actor, lot: StockLot, chosen: list[UUID], what: str, amount=None) -> StockMovement | None:
    """The movement that the same act stored before; raises InvalidInput when the id was used for something else."""
    row = StockMovement.objects.filter(pk=row_id).first() if row_id else None
    if row is None:
        return None
    act = StockMovement.objects.filter(lot_id=row.lot_id, what=row.what, recorded_by=row.recorded_by_id)
    act = set(act.filter(recorded_at=row.recorded_at).values_list("container", flat=True))
    same = (row.recorded_by_id, row.lot_id, row.what) == (by.membership_id, lot.pk, str(what))
    if not same or not act.issuperset(chosen) or amount not in (None, -row.change_mg):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return row
