"""The risk queue, one item, and what is done about it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.home_page import shown_panel
from accounts.paging import page_of
from accounts.roles import Permission
from assessments import actions
from assessments.forms import CloseForm, ContactForm, QueueFilter
from assessments.home import risk_panel
from assessments.live_risk import risk_stamp
from assessments.models import RiskItem
from assessments.on_call import risk_rows
from assessments.risk_page import purpose_of, risk_page
from common import audit
from common.http import form_status, refused, submit
from patients.chart import chart_context
from patients.scope import one


@needs(Permission.VIEW_RISK)
@require_safe
def queue(request):
    return render(request, "assessments/risk_queue.html", _queue(request, timezone.now()))


def _queue(request, at) -> dict:
    form, stamp = QueueFilter(request.GET or None), risk_stamp(request.actor, at)
    rows = RiskItem.objects.visible_to(request.actor)
    chosen = {"open": rows.open(), "closed": rows.closed(), "all": rows}[form.chosen]
    page = page_of(chosen.with_people().most_pressing_first(), request)
    audit.record_list(request.actor, "assessments.listed_risk", [row.patient_id for row in page])
    shown = risk_rows(page, request.actor.practice_id, at)
    return {"form": form, "page": page, "rows": shown, "state": form.chosen, "at": at, "stamp": stamp}


@needs(Permission.VIEW_RISK, poll=True)
@require_safe
def rows(request):
    """The queue's rows again, or 204 when nothing changed since the `stamp`: then in one statement."""
    at = timezone.now()
    if request.GET.get("stamp") == risk_stamp(request.actor, at):
        return HttpResponse(status=204)
    return render(request, "assessments/_risk_rows.html", _queue(request, at) | {"is_news": True})


@needs(Permission.VIEW_RISK, poll=True)
@require_safe
def panel(request):
    """The same for the home page's panel."""
    at = timezone.now()
    if request.GET.get("stamp") == risk_stamp(request.actor, at):
        return HttpResponse(status=204)
    made = risk_panel(request.actor, at)
    audit.record_list(request.actor, "assessments.listed_risk", list(made.patient_ids))
    return render(request, "assessments/_risk_panel_poll.html", {"item": shown_panel(made, request)})


@needs(Permission.VIEW_RISK)
@require_safe
def item(request, pk):
    row = one(RiskItem.objects.visible_to(request.actor).with_people(), pk=pk)
    audit.record_look(request.actor, "assessments.looked_at_risk", subject=row, purpose=purpose_of(row, request.actor))
    return _page(request, row, ContactForm(), CloseForm())


def _page(request, row, contact_form, close_form):
    context = chart_context(request, row.patient, "assessments")
    context |= {
        "shown": risk_page(row, request.actor, timezone.now()),
        "contact_form": contact_form,
        "close_form": close_form,
    }
    if not context["shown"].is_on_team:
        context["chart_tabs"] = []  # a turn on call opens this page alone
    status = max(form_status(contact_form), form_status(close_form))
    return render(request, "assessments/risk_item.html", context, status=status)


def _item_to_handle(request, pk) -> RiskItem:
    return one(RiskItem.objects.visible_to(request.actor, Permission.HANDLE_RISK).with_people(), pk=pk)


@needs(Permission.HANDLE_RISK)
@require_POST
def acknowledge(request, pk):
    row = _item_to_handle(request, pk)
    actions.acknowledge_risk(item=row, by=request.actor, at=timezone.now())
    messages.success(request, "Acknowledged. Reach the patient, then record the contact here.")
    return redirect("assessments:risk_item", pk)


@needs(Permission.HANDLE_RISK)
@require_POST
def record_contact(request, pk):
    row, form = _item_to_handle(request, pk), ContactForm(request.POST)
    contact = submit(form, actions.record_risk_contact, item=row, by=request.actor, at=timezone.now())
    if refused(contact):
        return _page(request, row, form, CloseForm())
    messages.success(request, "The contact is recorded.")
    return redirect("assessments:risk_item", pk)


@needs(Permission.HANDLE_RISK)
@require_POST
def close(request, pk):
    row, form = _item_to_handle(request, pk), CloseForm(request.POST)
    closed = submit(form, actions.close_risk, item=row, by=request.actor, at=timezone.now())
    if refused(closed):
        return _page(request, row, ContactForm(), form)
    messages.success(request, "Closed. The next dose is not held by this answer any more.")
    return redirect("assessments:risk_queue")
