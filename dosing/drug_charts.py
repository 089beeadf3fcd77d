"""Where looking beats reading: a lot's balance over time, the dose of each session, waste by person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils import timezone

from common.svg.trend_chart import Score, TrendChart, build
from dosing.models import DosingRecord, Draw, StockLot

LATEST = 400  # movements drawn
LOOKED_BACK = timedelta(days=90)


def balance_chart(lot: StockLot) -> TrendChart | None:
    """What was left at the end of each day, in mg; None while there are fewer than two days. One query."""
    rows = lot.ledger.order_by("-number").values_list("occurred_at", "after_mg", "number")[:LATEST]
    by_day: dict = {}
    for moment, after, _ in sorted(rows, key=lambda row: row[2]):
        by_day[timezone.localtime(moment).date()] = after
    if len(by_day) < 2:
        return None
    return build(
        [Score(day, mg) for day, mg in by_day.items()],
        lowest=Decimal(0),
        highest=max(by_day.values()) or Decimal(1),
        chart_id="balance",
        title="Balance over time, mg",
        value_label="mg at the end of the day",
    )


def dose_chart(records: list[DosingRecord]) -> TrendChart | None:
    """What was given in each session, in mg; None with fewer than two sessions. No query."""
    given = [row for row in records if row.first_dose_at is not None]
    if len(given) < 2:
        return None
    return build(
        [
            Score(timezone.localtime(row.first_dose_at).date(), row.given_mg, note=row.get_route_display())
            for row in given
        ],
        lowest=Decimal(0),
        highest=max(row.given_mg for row in given) or Decimal(1),
        chart_id="doses",
        title="Given in each session, mg",
        value_label="mg given",
    )


@dataclass(frozen=True)
class WasteOfPerson:
    """Mg that one person drew and what of it was wasted, in 90 days."""

    name: str
    draws: int
    drawn_mg: Decimal
    wasted_mg: Decimal

    @property
    def per_cent(self) -> Decimal:
        return round(100 * self.wasted_mg / self.drawn_mg, 1)


def waste_by_person(actor, at: datetime) -> list[WasteOfPerson]:
    """Whoever drew, the highest share first. One query."""
    mine = DosingRecord.objects.visible_to(actor).values("pk")
    draws = Draw.objects.filter(dosing_record__in=mine, drawn_at__gt=at - LOOKED_BACK)
    rows = draws.values("drawn_by__user__full_name").annotate(
        number=Count("pk"), drawn=Sum("drawn_mg"), wasted=Sum("wasted_mg")
    )
    found = [
        WasteOfPerson(row["drawn_by__user__full_name"], row["number"], row["drawn"], row["wasted"])
        for row in rows.order_by()
    ]
    return sorted(found, key=lambda one: -one.per_cent)
