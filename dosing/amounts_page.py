"""Works out in mg what a person has typed in mL or units for one lot; says what is odd about it."""

import uuid
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dosing.containers import parts_of
from dosing.models import StockContainer, StockLot

SHOWN = 12


@dataclass(frozen=True)
class TypedAmounts:
    """Drawn and given of one lot, as typed and in mg; None where nothing readable was typed.

    `parts` says what it will be taken from: (container, mg).
    """

    lot: StockLot
    drawn: Decimal | None
    given: Decimal | None
    is_expired: bool
    parts: tuple = ()

    @property
    def drawn_mg(self):
        return None if self.drawn is None else self.lot.product.mg_of(self.drawn)

    @property
    def given_mg(self):
        return None if self.given is None else self.lot.product.mg_of(self.given)

    @property
    def remainder_mg(self):
        return None if self.drawn is None or self.given is None else self.drawn_mg - self.given_mg

    @property
    def balance_after_mg(self):
        return None if self.drawn is None else self.lot.balance_mg - self.drawn_mg

    @property
    def is_more_than_drawn(self):
        return self.remainder_mg is not None and self.remainder_mg < 0

    @property
    def is_more_than_in_lot(self):
        return self.balance_after_mg is not None and self.balance_after_mg < 0


def typed_amounts(lots, data, day) -> TypedAmounts | None:
    """None until a lot is chosen."""
    chosen = _id(data.get("lot"))
    lot = lots.filter(pk=chosen).first() if chosen else None
    if lot is None:
        return None
    drawn, given = _number(data.get("drawn_amount")), _number(data.get("given_amount"))
    parts = ()
    if drawn is not None:
        first = _id(data.get("container_id"))
        few = StockContainer.objects.to_take(lot)[:SHOWN]
        rows = [*StockContainer.objects.filter(pk=first, lot=lot), *few] if first else [*few]
        parts = tuple(parts_of({row.pk: row for row in rows}.values(), lot.product.mg_of(drawn), first))
    return TypedAmounts(lot, drawn, given, lot.expires_on < day, parts)


def _id(text) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _number(text) -> Decimal | None:
    try:
        number = Decimal((text or "").strip()[:12])
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number <= 100000 else None
