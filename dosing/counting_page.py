"""What the pages about counts show: each place with its last count, one count with what was found and expected."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from dosing.counting import LotToCount
from dosing.models import Discrepancy, StockContainer, StockCount, StockLot

INVENTORY_EVERY = timedelta(days=730)  # at least every two years (21 CFR 1304.11)


@dataclass(frozen=True)
class Place:
    """One place where drug is kept; `last` is its newest count or None."""

    location: str
    lots: int
    last: StockCount | None
    open_discrepancies: int
    inventory_at: datetime | None

    @property
    def discrepancy_words(self) -> str:
        number = self.open_discrepancies
        return f"{number} discrepanc{'y' if number == 1 else 'ies'} open" if number else ""

    @property
    def shift_is_open(self) -> bool:
        """Whether a shift was begun there and not ended."""
        return self.last is not None and self.last.occasion == StockCount.Occasion.OPENING


def places_of(actor) -> list[Place]:
    """Every place in which drug lies, by name. Four queries."""
    lots = StockLot.objects.visible_to(actor).in_stock().values("location").annotate(lots=Count("pk"))
    lots = {row["location"]: row["lots"] for row in lots.order_by("location")}
    counts = StockCount.objects.visible_to(actor)
    times = counts.values("location").annotate(
        newest=Max("occurred_at"), inventory=Max("occurred_at", filter=Q(occasion__in=StockCount.INVENTORIES))
    )
    times = {row["location"]: row for row in times.order_by("location")}
    newest = [Q(location=place, occurred_at=row["newest"]) for place, row in times.items()]
    last: dict[str, StockCount] = {}
    if newest:
        together = newest[0]
        for one in newest[1:]:
            together |= one
        last = {row.location: row for row in counts.filter(together).newest_first()}
    still = Discrepancy.objects.visible_to(actor).open().values("location").annotate(number=Count("pk"))
    still = {row["location"]: row["number"] for row in still.order_by("location")}
    return [
        Place(
            location=name,
            lots=lots.get(name, 0),
            last=last.get(name),
            open_discrepancies=still.get(name, 0),
            inventory_at=times.get(name, {}).get("inventory"),
        )
        for name in sorted({*lots, *still})
    ]


def lots_to_count(actor, location: str) -> list[LotToCount]:
    """The lots that should lie there, as the form asks for them. Two queries.

    A lot of which nothing is unopened any more still asks how many unopened ones there are: the form is blind.
    """
    lots = list(StockLot.objects.visible_to(actor).in_stock().filter(location=location).in_order())
    rows = StockContainer.objects.visible_to(actor).filter(lot__in=lots).select_related("product").order_by("number")
    here: dict = {lot.pk: [] for lot in lots}
    for row in rows:
        here[row.lot_id].append(row)
    return [
        LotToCount(
            lot=lot,
            opened=[row for row in here[lot.pk] if row.balance_mg and row.opened_at],
            sizes=sorted({row.full_mg for row in here[lot.pk]}),
            unopened={row.number: row.pk for row in here[lot.pk] if row.is_unopened},
        )
        for lot in lots
    ]
