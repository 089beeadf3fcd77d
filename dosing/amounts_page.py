"""Works out in mg what a person has typed in mL or units for one lot; says what is odd about it."""

import uuid
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dosing.models import StockLot


@dataclass(frozen=True)
class TypedAmounts:
    """Drawn and given of one lot, as typed and in mg; None where nothing readable was typed."""

    lot: StockLot
    drawn: Decimal | None
    given: Decimal | None
    is_expired: bool

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
    try:
        lot = lots.filter(pk=uuid.UUID(data.get("lot", ""))).first()
    except ValueError:
        return None
    if lot is None:
        return None
    drawn, given = _number(data.get("drawn_amount")), _number(data.get("given_amount"))
    return TypedAmounts(lot, drawn, given, lot.expires_on < day)


def _number(text) -> Decimal | None:
    try:
        number = Decimal((text or "").strip()[:12])
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number <= 100000 else None
