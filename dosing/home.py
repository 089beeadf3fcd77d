"""What this app puts into the navigation, onto the home pages and onto the chart."""

from django.urls import reverse
from django.utils import timezone

from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from dosing.diversion_page import watch_state
from dosing.models import Discrepancy, DoseOrder, DosingRecord, StockLot
from dosing.order_page import OrderSheet
from dosing.plan_page import plan_page
from dosing.plan_reviews import orders_to_review
from dosing.stock_page import lot_rows, lots_to_look_at, running_low
from patients.chart import ChartTab
from patients.scope import Reach

SHOWN = 8


def navigation_entries(actor) -> list[NavEntry]:
    return [
        NavEntry("Stock", "dosing:stock", "package", (Permission.VIEW_STOCK,), order=50),
        NavEntry("Limits", "dosing:limits", "gauge", (Permission.VIEW_SETTINGS,), order=82),
    ]


def home_panels_for(actor, at) -> list[Panel]:
    """For prescribers the plans that wait for them. For those who keep the drug: remainders still open, which is
    urgent; lots to look at and what runs low."""
    panels = _plan_reviews(actor) if actor.can(Permission.SIGN_ORDER) else []
    if not actor.can(Permission.VIEW_STOCK):
        return panels
    day = timezone.localdate(at)
    return [*panels, *_remainders(actor), *_discrepancies(actor, day), *_watch(actor, at), *_stock(actor, day)]


def _plan_reviews(actor) -> list[Panel]:
    """Series whose next dose waits until the plan was looked at."""
    waiting = orders_to_review(DoseOrder.objects.visible_to(actor, Permission.SIGN_ORDER))
    rows = list(waiting.select_related("patient", "series")[: SHOWN + 1])
    if not rows:
        return []
    count = len(rows) if len(rows) <= SHOWN else waiting.count()
    named = tuple(row.patient_id for row in rows[:SHOWN])
    context, template = {"orders": rows[:SHOWN]}, "dosing/_home_plan_reviews.html"
    return [
        Panel("plan-reviews", "Plan reviews due", template, context, count, urgent=True, order=6, patient_ids=named)
    ]


def _remainders(actor) -> list[Panel]:
    """Without those that a running infusion still holds."""
    rows = DosingRecord.objects.visible_to(actor).with_open_remainder().with_running().filter(is_running=False)
    shown = list(rows.select_related("product")[:8])
    if not shown:
        return []
    template = "dosing/_home_remainders.html"
    return [Panel("remainders", "Open remainders", template, {"remainders": shown}, len(shown), urgent=True, order=12)]


def _discrepancies(actor, day) -> list[Panel]:
    """Open ones, overdue first; urgent for compliance, which closes them."""
    mine = Discrepancy.objects.visible_to(actor).open().with_names().order_by("due_on", "opened_at")
    rows = list(mine[:8])
    if not rows:
        return []
    late = any(row.is_overdue_on(day) for row in rows)
    urgent = late and actor.can(Permission.CLOSE_DISCREPANCY)
    context = {"rows": [{"row": row, "is_overdue": row.is_overdue_on(day)} for row in rows]}
    template = "dosing/_home_discrepancies.html"
    return [Panel("discrepancies", "Open discrepancies", template, context, len(rows), urgent=urgent, order=13)]


def _watch(actor, at) -> list[Panel]:
    """For compliance: signs that nobody settled, and a night that was not looked at."""
    if not actor.can(Permission.REVIEW_DIVERSION):
        return []
    state = watch_state(actor, at)
    if not state.open_signs and not state.is_late:
        return []
    template, count = "dosing/_home_watch.html", state.open_signs
    return [Panel("watch", "Diversion watch", template, {"state": state}, count, urgent=state.is_late, order=14)]


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
    order = DoseOrder.objects.visible_to(actor).filter(series=series).with_plan()
    newest = order.select_related("product", "replaced_by", "series").order_by("-version").first()
    may_order = series.closed_at is None and Reach.of(actor, series.patient).may(Permission.SIGN_ORDER)
    context = {"series": series, "order": newest, "may_order": may_order}
    if newest is not None:
        context |= {"state": OrderSheet(newest).state, "plan": plan_page(newest)}
    return [Panel("dose-order", "Dose order", "dosing/_series_order.html", context, order=10)]
