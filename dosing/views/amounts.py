"""What an amount typed beside the patient is in mg, while it is typed."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from dosing.amounts_page import typed_amounts
from dosing.models import StockLot


@needs(Permission.GIVE_DOSE)
@require_safe
def in_mg(request):
    """A piece of the dose form: mg of what is drawn and given, and what the lot holds afterwards."""
    lots = StockLot.objects.visible_to(request.actor).with_product()
    shown = typed_amounts(lots, request.GET, timezone.localdate())
    audit.record_list(request.actor, "dosing.worked_out_amount", [])
    return render(request, "dosing/_amounts.html", {"amounts": shown})
