"""The drug in the safe: lots, one lot's ledger, receiving a delivery."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from dosing import actions
from dosing.drug_charts import balance_chart
from dosing.forms import LotFilterForm, ReceiveStockForm
from dosing.models import Discrepancy, Product, StockContainer, StockLot, StockMovement
from dosing.stock_page import container_rows, lot_rows, sections, stock_figures
from patients.scope import one

FIRST_FEW = 6


@needs(Permission.VIEW_STOCK)
@require_safe
def lots(request):
    day = timezone.localdate()
    everything = StockLot.objects.visible_to(request.actor)
    products = Product.objects.visible_to(request.actor).order_by("name")
    form = LotFilterForm(request.GET or None, products=products)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = everything.of_kind(chosen.get("show", ""), day)
    if chosen.get("product"):
        rows = rows.filter(product_id=chosen["product"])
    if chosen.get("q"):
        rows = rows.filter(lot_number__icontains=chosen["q"])
    page = page_of(rows.in_order(), request)
    context = {"form": form, "page": page, "rows": lot_rows(page, day), "figures": stock_figures(everything, day)}
    context |= {"may_receive": request.actor.can(Permission.RECEIVE_STOCK), "tabs": sections(request.actor, "stock")}
    audit.record_list(request.actor, "dosing.listed_stock", [])
    return render(request, "dosing/stock.html", context)


@needs(Permission.VIEW_STOCK)
@require_safe
def lot(request, pk):
    row = one(StockLot.objects.visible_to(request.actor).with_product(), pk=pk)
    page = page_of(StockMovement.objects.visible_to(request.actor).of_lot(row), request)
    context = {"lot": row, "page": page, "expiry": row.expiry_on(timezone.localdate())}
    if row.balance_mg:
        context |= {"may_transfer": request.actor.can(Permission.TRANSFER_STOCK)}
        context |= {"may_dispose": request.actor.can(Permission.DISPOSE_STOCK)}
    containers = StockContainer.objects.visible_to(request.actor).filter(lot=row).select_related("product").in_order()
    context["containers"], context["container_count"] = container_rows(containers[:FIRST_FEW]), containers.count()
    context["chart"] = balance_chart(row)
    context["discrepancies"] = list(Discrepancy.objects.visible_to(request.actor).open().filter(lot=row))
    audit.record_look(request.actor, "dosing.looked_at_lot", subject=row)
    return render(request, "dosing/lot.html", context)


@needs(Permission.RECEIVE_STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request):
    products = Product.objects.visible_to(request.actor).in_use()
    form = ReceiveStockForm(request.POST if request.method == "POST" else None, products=products)
    if request.method == "POST":
        received = submit(form, actions.receive_stock, by=request.actor, at=timezone.now())
        if not refused(received):
            messages.success(request, f"Received into lot {received.lot_number}.")
            return redirect("dosing:lot", received.pk)
    return render(request, "dosing/receive_stock.html", {"form": form}, status=form_status(form))
