"""Counting the stock: the places, a blind count, and what it found (R50)."""

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
from dosing.counting_page import lots_to_count, places_of
from dosing.forms import CountForm
from dosing.models import Discrepancy, StockCount
from dosing.stock_page import sections
from patients.scope import one


@needs(Permission.VIEW_STOCK)
@require_safe
def counts(request):
    page = page_of(StockCount.objects.visible_to(request.actor).newest_first(), request)
    audit.record_look(request.actor, "dosing.listed_counts")
    context = {"places": places_of(request.actor), "page": page, "tabs": sections(request.actor, "counts")}
    context |= {"may_count": request.actor.can(Permission.COUNT_STOCK), "occasions": StockCount.Occasion}
    return render(request, "dosing/counts.html", context)


@needs(Permission.COUNT_STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def count_new(request):
    """Place and occasion come with the address; a place in which nothing lies leads back to the list."""
    location, occasion = request.GET.get("location", ""), request.GET.get("occasion", "")
    lots = lots_to_count(request.actor, location)
    if not lots or occasion not in StockCount.Occasion.values:
        messages.info(request, "Choose the place and what kind of count it is.")
        return redirect("dosing:counts")
    still = Discrepancy.objects.visible_to(request.actor).open().at_location(location).with_names()
    form = CountForm(
        request.POST if request.method == "POST" else None,
        location=location,
        occasion=occasion,
        lots=lots,
        open_discrepancies=list(still),
    )
    if request.method == "POST":
        stored = submit(form, actions.count_stock, by=request.actor, at=timezone.now())
        if not refused(stored):
            messages.success(request, _told(stored))
            return redirect("dosing:count", stored.pk)
    context = {"form": form, "location": location, "occasion": StockCount.Occasion(occasion).label}
    return render(request, "dosing/count_new.html", context, status=form_status(form))


def _told(count: StockCount) -> str:
    if not count.differences and not count.found_besides:
        return "Counted. Everything agrees with the ledger."
    return "Counted. What differs is a discrepancy now."


@needs(Permission.VIEW_STOCK)
@require_safe
def count(request, pk):
    row = one(StockCount.objects.visible_to(request.actor).newest_first(), pk=pk)
    lines = row.lines.select_related("lot__product", "container__product")
    lines = list(lines.order_by("lot__product__name", "lot__lot_number", "container__number", "size_mg"))
    found = Discrepancy.objects.visible_to(request.actor).filter(lot__in=[line.lot_id for line in lines])
    by_line = {_about(one): one for one in found.filter(opened_at=row.recorded_at)}
    audit.record_look(request.actor, "dosing.looked_at_count", subject=row)
    context = {"count": row, "lines": [{"line": line, "discrepancy": by_line.get(_about(line))} for line in lines]}
    return render(request, "dosing/count.html", context)


def _about(row) -> tuple:
    return row.lot_id, row.container_id, row.size_mg
