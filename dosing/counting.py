"""What a count says about one lot, and how that compares with the ledger."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class CountedLot:
    """What was found of one lot; `movements` is how many the ledger had when counting began.

    `opened` is the mg of base left in each opened container: all that the ledger says are open, and others that were
    found open. `unopened` is the number of unopened ones by what one of them holds, in mg of base.
    """

    lot_id: UUID
    movements: int
    opened: Mapping[UUID, Decimal] = field(default_factory=dict)
    unopened: Mapping[Decimal, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LotToCount:
    """What a count of a lot asks for: each opened container, and how many unopened ones of each size.

    `sizes` are mg of base that one holds; `unopened` maps a number to a container and is never shown.
    """

    lot: object
    opened: list
    sizes: list[Decimal]
    unopened: Mapping[int, UUID]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a count in mg of base: of an opened container, or of the unopened ones that hold `size_mg` each."""

    container_id: UUID | None = None
    size_mg: Decimal | None = None
    counted_mg: Decimal
    expected_mg: Decimal

    @property
    def difference_mg(self) -> Decimal:
        return self.counted_mg - self.expected_mg

    @property
    def named(self) -> dict:
        return {"container_id": self.container_id, "size_mg": self.size_mg}


def lines_of(counted: CountedLot, opened: Mapping[UUID, Decimal], unopened: Mapping[Decimal, int]) -> Iterator[Line]:
    """What was found beside what the ledger says is there (`opened`, `unopened`, as in CountedLot)."""
    for pk, found in counted.opened.items():
        yield Line(container_id=pk, counted_mg=found, expected_mg=opened[pk])
    for size, number in counted.unopened.items():
        yield Line(size_mg=size, counted_mg=size * number, expected_mg=size * unopened.get(size, 0))
