"""What the stock pages show beside the lots themselves: figures at the top, expiry words, the section's tabs."""

from decimal import Decimal

from django.urls import reverse

from accounts.roles import Permission
from dosing.models import StockLot

EXPIRY_CHIP = {"expired": ("critical", "expired"), "soon": ("caution", "expires soon"), "good": ("normal", "in date")}
# A lot below this share of what a usual dose needs is about to run out.
LOW_DOSES = Decimal(5)
USUAL_DOSE_MG = {"device": Decimal(84), "troche": Decimal(300), "capsule": Decimal(100)}
SECTIONS = (
    ("Lots", "dosing:stock", "stock", "package", Permission.VIEW_STOCK),
    ("Counts", "dosing:counts", "counts", "clipboard-check", Permission.VIEW_STOCK),
    ("Discrepancies", "dosing:discrepancies", "discrepancies", "scale", Permission.VIEW_STOCK),
    ("Diversion watch", "dosing:signs", "signs", "eye", Permission.REVIEW_DIVERSION),
    ("Products", "dosing:products", "products", "pill-bottle", Permission.VIEW_STOCK),
    ("Limits", "dosing:limits", "limits", "gauge", Permission.VIEW_SETTINGS),
)


def sections(actor, current: str) -> list[dict]:
    """The tabs over the pages of the drug."""
    return [
        {"label": label, "url": reverse(route), "icon": icon, "is_current": key == current}
        for label, route, key, icon, permission in SECTIONS
        if actor.can(permission)
    ]


def lot_rows(lots, day) -> list[dict]:
    """Each lot with the chip for its expiry."""
    rows = []
    for lot in lots:
        kind, word = EXPIRY_CHIP[lot.expiry_on(day)] if lot.balance_mg else ("neutral", "used up")
        rows.append({"lot": lot, "kind": kind, "word": word})
    return rows


GONE_WORDS = {
    "draw": ("neutral", "used up"),
    "waste": ("neutral", "wasted"),
    "destroy": ("neutral", "destroyed"),
    "loss": ("critical", "lost"),
    "adjust": ("caution", "corrected to nothing"),
}


def container_state(container) -> tuple[str, str]:
    """Chip and word for what became of a container; an empty one needs `last_what`, which `in_order` brings."""
    if not container.balance_mg:
        return GONE_WORDS.get(container.last_what, ("neutral", "empty"))
    return ("normal", "unopened") if container.opened_at is None else ("info", "opened")


def container_rows(containers) -> list[dict]:
    """Each container with its chip and the amount left in mL or units."""
    rows = []
    for row in containers:
        kind, word = container_state(row)
        rows.append({"container": row, "kind": kind, "word": word, "amount": row.amount(row.balance_mg)})
    return rows


def running_low(lots, day) -> list[str]:
    """Names of products in date of which fewer than five usual doses are left; one query."""
    sums = lots.in_stock().filter(expires_on__gte=day).in_stock_by_product()
    return [
        row["product__name"]
        for row in sums
        if row["mg"] < LOW_DOSES * USUAL_DOSE_MG.get(row["product__form"], Decimal(70))
    ]


def stock_figures(lots, day) -> dict:
    """Counts by state and the products that run low."""
    return {
        "in_stock": lots.in_stock().count(),
        "expiring": lots.expiring(day).count(),
        "expired": lots.expired(day).count(),
        "low": running_low(lots, day),
    }


def lots_to_look_at(actor, day) -> list[StockLot]:
    """Lots in stock that have expired or will soon, the oldest first."""
    mine = StockLot.objects.visible_to(actor)
    return list((mine.expired(day) | mine.expiring(day)).with_product().order_by("expires_on", "id")[:8])
