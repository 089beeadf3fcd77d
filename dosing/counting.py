"""What a count says about one lot."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class CountedLot:
    """What was found of one lot, in mg of base; `movements` is how many the ledger had when counting began."""

    lot_id: UUID
    counted_mg: Decimal
    movements: int
