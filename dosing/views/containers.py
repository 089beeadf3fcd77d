"""Single vials, bottles, packs and devices: those of a lot, and the ledger of one."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from dosing.models import Discrepancy, StockContainer, StockLot, StockMovement
from dosing.stock_page import container_rows, container_state
from patients.scope import one


@needs(Permission.VIEW_STOCK)
@require_safe
def of_lot(request, pk):
    lot = one(StockLot.objects.visible_to(request.actor).with_product(), pk=pk)
    rows = StockContainer.objects.visible_to(request.actor).filter(lot=lot).select_related("product").in_order()
    page = page_of(rows, request)
    audit.record_look(request.actor, "dosing.looked_at_lot", subject=lot)
    return render(request, "dosing/containers.html", {"lot": lot, "page": page, "rows": container_rows(page)})


@needs(Permission.VIEW_STOCK)
@require_safe
def container(request, pk):
    """From its delivery to its last drop: every movement, with the dose and the remainder behind it."""
    joined = ("product", "lot", "receipt__recorded_by__user", "receipt__lot")
    row = one(StockContainer.objects.visible_to(request.actor).select_related(*joined).in_order(), pk=pk)
    page = page_of(StockMovement.objects.visible_to(request.actor).of_container(row), request)
    kind, word = container_state(row)
    still = Discrepancy.objects.visible_to(request.actor).open().filter(container=row)
    context = {"container": row, "page": page, "kind": kind, "word": word, "discrepancies": list(still)}
    context["amount"] = row.amount(row.balance_mg)
    audit.record_look(request.actor, "dosing.looked_at_container", subject=row)
    return render(request, "dosing/container.html", context)
