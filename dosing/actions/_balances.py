"""The only statements that change a lot's balance or a draw's account; always inside an action's transaction.

Each is one conditional UPDATE, so two people at once can never take the same milligram (R60, R61).
"""

from decimal import Decimal

from django.db.models import F, Value

from common.errors import Blocked, StaleState
from common.fields import ExactDecimalField
from dosing.giving_rules import lot_too_small
from dosing.models import Draw, StockLot, StockMovement


def _mg(amount: Decimal) -> Value:
    return Value(amount, output_field=ExactDecimalField(places=3))


def take_from_lot(lot: StockLot, amount_mg: Decimal) -> dict:
    """Lower the balance; the movement's number and amounts. Raises Blocked when less is there."""
    enough = StockLot.objects.filter(pk=lot.pk, balance_mg__gte=amount_mg)
    if not enough.update(balance_mg=F("balance_mg") - _mg(amount_mg), movements=F("movements") + 1):
        balance = StockLot.objects.values_list("balance_mg", flat=True).get(pk=lot.pk)
        raise Blocked([lot_too_small(lot.lot_number, balance)])
    return _movement(lot, -amount_mg)


def add_to_lot(lot: StockLot, amount_mg: Decimal) -> dict:
    """Raise the balance; the movement's number and amounts."""
    StockLot.objects.filter(pk=lot.pk).update(balance_mg=F("balance_mg") + _mg(amount_mg), movements=F("movements") + 1)
    return _movement(lot, amount_mg)


def hold(*lots: StockLot) -> None:
    """Take several lots for this transaction, always in the same order, so that two acts never wait for each other.

    SQLite has one writer and needs none of it.
    """
    list(StockLot.objects.filter(pk__in=[lot.pk for lot in lots]).order_by("pk").select_for_update())


def _movement(lot: StockLot, change_mg: Decimal) -> dict:
    lot.refresh_from_db(fields=["balance_mg", "movements"])
    return {
        "lot": lot,
        "number": lot.movements,
        "change_mg": change_mg,
        "before_mg": lot.balance_mg - change_mg,
        "after_mg": lot.balance_mg,
    }


def write_movement(movement: dict, *, what: str, event: dict, **more) -> StockMovement:
    row = StockMovement(what=what, **movement, **event, **more)
    row.save(force_insert=True)
    return row


def settle_draw(draw: Draw, column: str, amount_mg: Decimal, at) -> Draw:
    """Move mg of a draw from outstanding to given, wasted or returned; the draw closes when nothing is left.

    Raises StaleState when less is outstanding or the draw is closed.
    """
    if amount_mg:
        open_draw = Draw.objects.filter(pk=draw.pk, closed_at=None, outstanding_mg__gte=amount_mg)
        changes = {column: F(column) + _mg(amount_mg), "outstanding_mg": F("outstanding_mg") - _mg(amount_mg)}
        if not open_draw.update(**changes):
            raise StaleState("Less of this draw is left than you entered. Reload to see what others have recorded.")
    Draw.objects.filter(pk=draw.pk, closed_at=None, outstanding_mg=0).update(closed_at=at)
    return Draw.objects.select_related("lot").get(pk=draw.pk)
