"""What this app puts into the navigation, onto the home pages and onto the chart."""

from django.urls import reverse
from django.utils import timezone

from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from dosing.models import DoseOrder, DosingRecord, StockLot
from dosing.order_page import OrderSheet
from dosing.stock_page import lot_rows, lots_to_look_at, running_low
from patients.chart import ChartTab
from patients.scope import Reach


def navigation_entries(actor) -> list[NavEntry]:
    return [
        NavEntry("Stock", "dosing:stock", "package", (Permission.VIEW_STOCK,), order=50),
        NavEntry("Limits", "dosing:limits", "gauge", (Permission.VIEW_SETTINGS,), order=82),
    ]


def home_panels_for(actor, at) -> list[Panel]:
    """For those who keep the drug: remainders still open, which is urgent; lots to look at and what runs low."""
    if not actor.can(Permission.VIEW_STOCK):
        return []
    return [*_remainders(actor), *_stock(actor, timezone.localdate(at))]


def _remainders(actor) -> list[Panel]:
    """Without those that a running infusion still holds."""
    rows = DosingRecord.objects.visible_to(actor).with_open_remainder().with_running().filter(is_running=False)
    shown = list(rows.select_related("product")[:8])
    if not shown:
        return []
    template = "dosing/_home_remainders.html"
    return [Panel("remainders", "Open remainders", template, {"remainders": shown}, len(shown), urgent=True, order=12)]


def _stock(actor, day) -> list[Panel]:
    lots = lot_rows(lots_to_look_at(actor, day), day)
    low = running_low(StockLot.objects.visible_to(actor), day)
    if not lots and not low:
        return []
    urgent = any(row["kind"] == "critical" for row in lots)
    context = {"lots": lots, "low": low}
    return [Panel("stock", "Stock", "dosing/_home_stock.html", context, len(lots) + len(low), urgent=urgent, order=35)]


def chart_tabs(reach, patient) -> list[ChartTab]:
    if not reach.may(Permission.VIEW_ORDER):
        return []
    url = reverse("dosing:patient_orders", args=[patient.pk])
    return [ChartTab("Orders", url, "orders", order=30, icon="clipboard-pen")]


def series_panels(actor, series, at) -> list[Panel]:
    order = DoseOrder.objects.visible_to(actor).filter(series=series).select_related("product", "replaced_by")
    newest = order.order_by("-version").first()
    may_order = series.closed_at is None and Reach.of(actor, series.patient).may(Permission.SIGN_ORDER)
    context = {"series": series, "order": newest, "may_order": may_order}
    if newest is not None:
        context["state"] = OrderSheet(newest).state
    return [Panel("dose-order", "Dose order", "dosing/_series_order.html", context, order=10)]
