"""Signs of diversion for compliance: the daily reports' findings, one of them, settling it (R49)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from dosing import actions
from dosing.diversion_page import signs_of, watch_state
from dosing.drug_charts import waste_by_person
from dosing.forms import SettleForm, SignFilterForm
from dosing.models import DiversionFinding
from dosing.stock_page import sections
from patients.scope import one


@needs(Permission.REVIEW_DIVERSION)
@require_safe
def signs(request):
    form = SignFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = signs_of(DiversionFinding.objects.visible_to(request.actor), wanted)
    page = page_of(rows.with_names().newest_first(), request)
    audit.record_look(request.actor, "dosing.listed_signs")
    context = {"form": form, "page": page, "state": watch_state(request.actor, timezone.now())}
    context |= {"tabs": sections(request.actor, "signs"), "wastes": waste_by_person(request.actor, timezone.now())}
    return render(request, "dosing/signs.html", context)


@needs(Permission.REVIEW_DIVERSION)
@require_safe
def sign(request, pk):
    return _page(request, _found(request, pk), SettleForm())


def _found(request, pk) -> DiversionFinding:
    return one(DiversionFinding.objects.visible_to(request.actor).with_names(), pk=pk)


def _page(request, row, form):
    audit.record_look(request.actor, "dosing.looked_at_sign", subject=row)
    may_settle = row.settled_at is None and row.about_id != request.actor.membership_id
    context = {"sign": row, "form": form, "may_settle": may_settle}
    return render(request, "dosing/sign.html", context, status=form_status(form))


@needs(Permission.REVIEW_DIVERSION)
@require_POST
def settle(request, pk):
    row, form = _found(request, pk), SettleForm(request.POST)
    if refused(submit(form, actions.settle_finding, finding=row, by=request.actor, at=timezone.now())):
        return _page(request, row, form)
    messages.success(request, "The sign is settled.")
    return redirect("dosing:signs")
