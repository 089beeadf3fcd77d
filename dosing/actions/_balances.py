"""The only statements that change a lot's or a container's balance or a draw's account; always inside an action's
transaction.

Whoever changes a lot takes its row first (`hold`), so acts on one lot queue there. Each change is a compare-and-set
besides, so two people at once can never take the same milligram (R60, R61).
"""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Max, Value

from common.errors import Blocked, InvalidInput, StaleState
from common.fields import ExactDecimalField
from dosing.giving_rules import lot_too_small
from dosing.models import Draw, Product, StockContainer, StockLot, StockMovement
from dosing.proposed_dose import show

What = StockMovement.What
OPENS = {What.DRAW.value, What.WASTE.value}
AT_ONCE = 20
CHANGED = "Somebody changed this lot meanwhile. Nothing was stored; reload to see what is there."


def _mg(amount: Decimal) -> Value:
    return Value(amount, output_field=ExactDecimalField(places=3))


def hold(*lots: StockLot) -> None:
    """Take lots for this transaction and read their balances anew; always in the same order, so that two acts never
    wait for each other. SQLite has one writer and only reads.
    """
    rows = StockLot.objects.filter(pk__in=[lot.pk for lot in lots]).order_by("pk").select_for_update()
    now = {row.pk: row for row in rows}
    for lot in lots:
        lot.balance_mg, lot.movements = now[lot.pk].balance_mg, now[lot.pk].movements


def move(lot: StockLot, container: StockContainer, change_mg: Decimal, *, what, event: dict, **more) -> StockMovement:
    """One row of the ledger, after the balances of a held lot and of a container say the same.

    The container lies in `lot` from then on. Raises StaleState when somebody changed one of the two.
    """
    container_before = container.balance_mg
    after = container_before + change_mg
    opened_at = _opened_at(container, what, after, event["occurred_at"])
    lot_values = _change_lot(lot, change_mg)
    known = StockContainer.objects.filter(pk=container.pk, movements=container.movements, balance_mg=container_before)
    values = {"balance_mg": after, "movements": container.movements + 1, "opened_at": opened_at, "lot_id": lot.pk}
    if not known.update(**values):
        raise StaleState(CHANGED)
    for name, value in values.items():
        setattr(container, name, value)
    row = StockMovement(
        what=what,
        **lot_values,
        container=container,
        container_number=container.movements,
        container_before_mg=container_before,
        container_after_mg=after,
        **event,
        **more,
    )
    row.save(force_insert=True)
    return row


def _opened_at(container: StockContainer, what, after: Decimal, moment):
    """Since when it is open: from the first that was taken out; a device that came back unopened is not."""
    if what == What.RETURN and after == container.full_mg == container.product.unit_mg:
        return None
    opens = what in OPENS or after not in (0, container.full_mg)
    return moment if container.opened_at is None and opens else container.opened_at


def _change_lot(lot: StockLot, change_mg: Decimal) -> dict:
    """Change a held lot; the movement's number and amounts."""
    before, number = lot.balance_mg, lot.movements + 1
    same = StockLot.objects.filter(pk=lot.pk, movements=lot.movements, balance_mg=before)
    if not same.update(balance_mg=before + change_mg, movements=number):
        raise StaleState(CHANGED)
    lot.balance_mg, lot.movements = before + change_mg, number
    return {
        "lot": lot,
        "number": number,
        "change_mg": change_mg,
        "before_mg": before,
        "after_mg": lot.balance_mg,
    }


def take(lot: StockLot, amount_mg: Decimal, *, first: UUID | None = None, **told) -> list[StockMovement]:
    """Take an amount from what is open first, then from container after container: one row for each.

    `first` names the container to begin with. Another one is opened after it only where a container is one unit, such
    as a spray device: what is said to come from one vial comes from that vial. `told` is what `move` needs besides.
    Raises Blocked when the lot holds less, InvalidInput when the named container does.
    """
    hold(lot)
    if lot.balance_mg < amount_mg:
        raise Blocked([lot_too_small(lot.lot_number, lot.balance_mg)])
    rows, left = [], amount_mg
    for container in _in_order(lot, amount_mg, first):
        part = min(left, container.balance_mg)
        rows.append(move(lot, container, -part, **told))
        left -= part
        if not left:
            return rows
    raise StaleState(CHANGED)


def _in_order(lot: StockLot, amount_mg: Decimal, first: UUID | None) -> Iterator[StockContainer]:
    """Some at a time: what was taken from and is empty is no longer among them."""
    rows = StockContainer.objects.to_take(lot)
    if first is not None:
        yield _named(lot, rows, amount_mg, first)
        rows = rows.exclude(pk=first)
    while batch := list(rows[:AT_ONCE]):
        for container in batch:
            container.product = lot.product
            yield container


def _named(lot: StockLot, rows, amount_mg: Decimal, pk: UUID) -> StockContainer:
    word = lot.product.container_word
    found = rows.filter(pk=pk).first()
    if found is None:
        sentence = f"This {word} is not in the lot you chose, or it is empty. Choose another one."
        raise InvalidInput({"container_id": sentence})
    found.product = lot.product
    if found.balance_mg < amount_mg and found.full_mg != lot.product.unit_mg:
        held = f"{found.label.capitalize()} holds {show(found.balance_mg)} mg by the ledger."
        raise InvalidInput({"container_id": f"{held} Draw less from it, or leave the choice open."})
    return found


def fill(lot: StockLot, full_mg: Decimal, number: int, *, event: dict, **more) -> StockMovement:
    """Add so many new containers of a delivery: one row for all. The product must be held (`hold_product`)."""
    hold(lot)
    lines = _change_lot(lot, full_mg * number)
    row = StockMovement(what=What.RECEIVE, **lines, containers=number, **event, **more)
    made = _new(lot, full_mg, number, received_mg=full_mg, receipt=row)
    StockContainer.objects.bulk_create(made, batch_size=500)
    row.save(force_insert=True)
    return row


def hold_product(product: Product) -> None:
    """Whoever adds containers takes the product first: their numbers count over all its places."""
    list(Product.objects.filter(pk=product.pk).select_for_update(no_key=True).values_list("pk"))


def found_one(lot: StockLot, full_mg: Decimal) -> StockContainer:
    """A new, empty container for what a count found; a movement fills it. The product must be held."""
    [container] = _new(lot, full_mg, 1, received_mg=Decimal(0))
    container.save(force_insert=True)
    return container


def _new(lot: StockLot, full_mg: Decimal, number: int, **more) -> list[StockContainer]:
    label = {"practice_id": lot.practice_id, "product": lot.product, "lot_number": lot.lot_number}
    last = StockContainer.objects.filter(**label).aggregate(last=Max("number"))["last"] or 0
    held = {"full_mg": full_mg, "balance_mg": more["received_mg"], **more}
    return [StockContainer(lot=lot, number=place, **label, **held) for place in range(last + 1, last + 1 + number)]


def give_back(draw: Draw, amount_mg: Decimal, **told) -> list[StockMovement]:
    """Put whole, unopened units of a draw back into what they were taken from, the last one first."""
    taken = _taken(draw)
    containers = StockContainer.objects.filter(pk__in=taken)
    lots = {lot.pk: lot for lot in StockLot.objects.filter(pk__in=containers.values("lot")).with_product()}
    hold(*lots.values())
    now = {row.pk: row for row in containers.select_related("product")}
    rows, left = [], amount_mg
    for pk in reversed(taken):
        part = min(left, taken[pk])
        if not part or pk not in now or now[pk].lot_id not in lots:
            continue
        rows.append(move(lots[now[pk].lot_id], now[pk], part, draw=draw, **told))
        left -= part
    if left:
        raise StaleState(CHANGED)
    return rows


def _taken(draw: Draw) -> dict[UUID, Decimal]:
    """Mg of a draw by container, as they were taken; a row from before containers were kept means the lot's one."""
    taken: dict[UUID, Decimal] = {}
    for pk, change in draw.movements.order_by("recorded_at", "number").values_list("container", "change_mg"):
        known = pk or StockContainer.objects.filter(lot=draw.lot_id).order_by("number").values_list("pk", flat=True)[0]
        taken[known] = taken.get(known, Decimal(0)) - change
    return taken


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
