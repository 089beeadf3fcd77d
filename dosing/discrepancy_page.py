"""What the pages about discrepancies show, and who may do what about one."""

from dataclasses import dataclass
from datetime import date

from accounts.roles import Permission
from dosing.models import Discrepancy, DiscrepancyNote, StockCountLine, StockMovement

HISTORY = 20


def rows_of(rows, wanted: dict, day: date):
    """The discrepancies behind the choices of the filter; the open ones without a choice."""
    show = wanted.get("show") or "open"
    if show == "open":
        rows = rows.open()
    elif show == "overdue":
        rows = rows.overdue(day)
    elif show == "closed":
        rows = rows.filter(closed_at__isnull=False)
    return rows.filter(lot__lot_number__icontains=wanted["q"]) if wanted.get("q") else rows


@dataclass(frozen=True)
class DiscrepancyPage:
    row: Discrepancy
    is_overdue: bool
    notes: list[DiscrepancyNote]
    corrections: list[StockMovement]
    history: list[StockMovement]
    earlier_counts: list[StockCountLine]
    may_note: bool
    may_correct: bool
    may_close: bool

    @property
    def amount(self):
        """The difference in mL or units, or None."""
        product = self.row.lot.product if self.row.lot else None
        return product.amount_of(self.row.difference_mg) if product and self.row.difference_mg else None


def discrepancy_page(actor, row: Discrepancy, day: date) -> DiscrepancyPage:
    """A fixed number of queries: notes, corrections, and the latest movements and counts of the vial or lot."""
    corrections = list(row.corrections.select_related("recorded_by__user", "container__product").order_by("number"))
    opened_by_me = row.opened_by_id == actor.membership_id
    can_correct = row.is_open and row.what == Discrepancy.What.COUNT and not corrections and not opened_by_me
    return DiscrepancyPage(
        row=row,
        is_overdue=row.is_overdue_on(day),
        notes=list(row.notes.select_related("recorded_by__user", "new_owner__user").order_by("recorded_at")),
        corrections=corrections,
        history=_history(actor, row),
        earlier_counts=_counts(row),
        may_note=row.is_open and actor.can(Permission.INVESTIGATE_DISCREPANCY),
        may_correct=can_correct and actor.can(Permission.CORRECT_STOCK),
        may_close=row.is_open and not opened_by_me and actor.can(Permission.CLOSE_DISCREPANCY),
    )


def _history(actor, row: Discrepancy) -> list[StockMovement]:
    """The ledger of the vial that differs; of the lot where no single one does."""
    if row.container_id:
        return list(StockMovement.objects.visible_to(actor).of_container(row.container)[:HISTORY])
    if row.lot is None:
        return []
    return list(StockMovement.objects.visible_to(actor).of_lot(row.lot)[:HISTORY])


def _counts(row: Discrepancy) -> list[StockCountLine]:
    if row.lot is None:
        return []
    same = {"container": row.container_id} if row.container_id else {"container": None, "size_mg": row.size_mg}
    lines = row.lot.counted.filter(**same).select_related("count__recorded_by__user").order_by("-count__recorded_at")
    return list(lines[:5])
