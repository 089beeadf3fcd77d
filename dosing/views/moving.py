"""Moving a lot to another place; wasting from stock or handing over for destruction, with a witness."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from dosing import actions
from dosing.forms import DisposeForm, TransferForm
from dosing.models import StockContainer, StockLot
from patients.scope import one

FORM = ["GET", "HEAD", "POST"]


def _lot(request, pk) -> StockLot:
    return one(StockLot.objects.visible_to(request.actor).with_product(), pk=pk)


def _in_stock(request, lot):
    return StockContainer.objects.visible_to(request.actor).in_stock().filter(lot=lot)


@needs(Permission.TRANSFER_STOCK)
@require_http_methods(FORM)
def transfer(request, pk):
    lot = _lot(request, pk)
    places = StockLot.objects.visible_to(request.actor).exclude(location=lot.location)
    places = list(places.order_by("location").values_list("location", flat=True).distinct())
    posted = request.POST if request.method == "POST" else None
    form = TransferForm(posted, lot=lot, in_stock=_in_stock(request, lot), places=places)
    if request.method == "POST":
        there = submit(form, actions.transfer_stock, lot=lot, by=request.actor, at=timezone.now())
        if not refused(there):
            messages.success(request, f"Moved to {there.location}.")
            return redirect("dosing:lot", there.pk)
    audit.record_look(request.actor, "dosing.looked_at_lot", subject=lot)
    return render(request, "dosing/transfer.html", {"form": form, "lot": lot}, status=form_status(form))


@needs(Permission.DISPOSE_STOCK)
@require_http_methods(FORM)
def dispose(request, pk):
    lot = _lot(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = DisposeForm(posted, lot=lot, in_stock=_in_stock(request, lot))
    if request.method == "POST":
        gone = submit(form, actions.dispose_stock, lot=lot, by=request.actor, at=timezone.now())
        if not refused(gone):
            messages.success(request, "It is recorded with its witness.")
            return redirect("dosing:lot", lot.pk)
    audit.record_look(request.actor, "dosing.looked_at_lot", subject=lot)
    return render(request, "dosing/dispose.html", {"form": form, "lot": lot}, status=form_status(form))
