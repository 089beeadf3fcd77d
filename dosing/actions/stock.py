"""Receiving a lot: the only way drug comes into the ledger."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit, occurrence
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, OutOfScope
from dosing.actions._balances import fill, hold_product
from dosing.actions._sheet import event_values
from dosing.amounts import MG_PLACES, MOST_IN_STOCK_MG, exact, required_text
from dosing.models import Product, StockLot, StockMovement
from dosing.proposed_dose import show

MOST_CONTAINERS = 2000


def receive_stock(
    *,
    by: Actor,
    at: datetime,
    product_id: UUID,
    lot_number: str,
    expires_on: date,
    location: str,
    amount_mg: Decimal,
    supplier: str,
    invoice: str = "",
    supplier_dea: str = "",
    note: str = "",
    containers: int | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> StockLot:
    """Enter a delivery into the ledger; the same lot at the same place again adds to its balance.

    `amount_mg` is mg of base, `containers` in how many vials, bottles, packs or devices it came; left out: as many as
    the product's pack says, or one where it says nothing. Each of them holds the same.

    `id` is the client's id of the ledger row: a retry changes nothing.
    Raises InvalidInput, or Blocked for a lot that has expired or whose expiry differs from the one on record.
    """
    role = authorize(by, Permission.RECEIVE_STOCK, practice_id=by.practice_id)
    product = Product.objects.filter(pk=product_id, practice_id=by.practice_id).first()
    if product is None:
        raise OutOfScope("product")
    amount = _whole_amount(product, amount_mg)
    number = _containers(product, amount, containers)
    label = required_text("lot_number", lot_number, "Enter the lot number on the package.", 1)
    place = required_text("location", location, "Say where it is locked away.", 2)
    required_text("supplier", supplier, "Enter who delivered it.", 2)
    moment = occurrence.settle(occurred_at, at, late_reason)
    with transaction.atomic():
        earlier = _replayed(id, by=by, amount=amount, lot_number=label)
        if earlier is not None:
            return earlier.lot
        hold_product(product)
        lot = _lot(product, label, place, expires_on, at)
        _refuse_unusable(lot, product, expires_on, moment.astimezone(ZoneInfo(by.practice.time_zone)).date())
        movement = fill(
            lot,
            amount / number,
            number,
            event=event_values(by, role, at=at, occurred_at=moment, late_reason=late_reason),
            supplier=supplier.strip(),
            supplier_dea=supplier_dea.strip(),
            invoice=invoice.strip(),
            note=note.strip(),
            **({"id": id} if id else {}),
        )
        detail = {"movement": str(movement.pk), "number": movement.number, "containers": number}
        audit.record(by, "dosing.receive_stock", at=at, subject=lot, role=role, detail=detail)
    return lot


def _whole_amount(product: Product, amount_mg: Decimal) -> Decimal:
    amount = exact("amount", amount_mg, most=MOST_IN_STOCK_MG)
    if product.unit_mg and amount % product.unit_mg:
        raise InvalidInput({"amount": f"{product.name} comes in whole units. Enter a whole number of them."})
    return amount


def _containers(product: Product, amount: Decimal, containers: int | None) -> int:
    word, each = product.container_word, product.container_mg
    if containers is None:
        if each is None:
            return 1
        if amount % each:
            sentence = f"One {word} of it holds {show(product.container_amount)} {product.measure}."
            raise InvalidInput({"amount": f"{sentence} Enter whole {word}s, or in how many it came."})
        return int(amount / each)
    if not 0 < containers <= MOST_CONTAINERS:
        raise InvalidInput({"containers": f"Enter 1 to {MOST_CONTAINERS} {word}s."})
    each = amount / containers
    if -each.normalize().as_tuple().exponent > MG_PLACES or (product.unit_mg and each % product.unit_mg):
        raise InvalidInput({"containers": f"So many {word}s cannot all hold the same of it. Receive them one by one."})
    return containers


def _replayed(row_id, *, by, amount, lot_number) -> StockMovement | None:
    row = StockMovement.objects.select_related("lot").filter(pk=row_id).first() if row_id else None
    if row is None:
        return None
    same = (row.recorded_by_id, row.change_mg, row.lot.lot_number) == (by.membership_id, amount, lot_number)
    if not same:
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return row


def _lot(product, number, place, expires_on, at) -> StockLot:
    lot, _ = StockLot.objects.get_or_create(
        practice_id=product.practice_id,
        product=product,
        lot_number=number,
        location=place,
        defaults={"expires_on": expires_on, "received_at": at},
    )
    return lot


def _refuse_unusable(lot, product, expires_on, day) -> None:
    found = []
    if not product.is_active:
        found.append(Blocker("PRODUCT_RETIRED", f"{product.name} is no longer used here.", "KAP-PROD"))
    if expires_on < day:
        found.append(Blocker("LOT_EXPIRED", f"This lot expired on {expires_on}. Do not take it in.", "KAP-DOSE-LOT"))
    if lot.expires_on != expires_on:
        sentence = f"Lot {lot.lot_number} is on record with expiry {lot.expires_on}. Check the package."
        found.append(Blocker("EXPIRY_DIFFERS", sentence, "KAP-DOSE-LOT"))
    if found:
        raise Blocked(found)
