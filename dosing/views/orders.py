"""Dose orders: writing one with the arithmetic beside it, one order, all orders of a patient."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from dosing import actions
from dosing.drug_charts import dose_chart
from dosing.forms import ContinuePlanForm, OrderForm
from dosing.forms.parts import overrides_in
from dosing.models import DoseOrder, DosingRecord, Product
from dosing.order_page import OrderSheet, Preview, last_weight
from dosing.order_request import work_out
from dosing.plan_page import plan_page
from patients.chart import chart_context
from patients.models import TreatmentSeries
from patients.scope import Reach, one, patient_for


def _series(request, pk) -> TreatmentSeries:
    rows = TreatmentSeries.objects.visible_to(request.actor, Permission.SIGN_ORDER)
    return one(rows.select_related("patient"), pk=pk)


def _form(request, series) -> OrderForm:
    products = Product.objects.visible_to(request.actor).for_route(series.route)
    newest = DoseOrder.objects.visible_to(request.actor).newest_of(series.pk)
    data = request.POST if request.method == "POST" else None
    return OrderForm(data, series=series, products=products, newest=newest)


def _preview(form, series, data) -> Preview:
    day = timezone.localdate()
    worked = work_out(series=series, product=form.product, terms=form.terms, day=day, steps=form.steps)
    return Preview(worked, overrides_in(data))


@needs(Permission.SIGN_ORDER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, pk):
    series = _series(request, pk)
    form = _form(request, series)
    is_check = "check" in request.POST
    if request.method == "POST" and not is_check:
        order = submit(form, actions.sign_order, series=series, by=request.actor, at=timezone.now())
        if not refused(order):
            messages.success(request, f"Order signed, version {order.version}.")
            return redirect("dosing:order", order.pk)
    if is_check:
        form.forget_what_is_empty()
    return _order_form_page(request, series, form, 200 if is_check else form_status(form))


def _order_form_page(request, series, form, status):
    context = chart_context(request, series.patient, "orders")
    context |= {"series": series, "form": form, "newest": form.newest, "preview": _preview(form, series, request.POST)}
    context["last_weight"] = last_weight(series.patient, form.newest)
    audit.record_look(request.actor, "dosing.looked_at_order_form", subject=series)
    return render(request, "dosing/order_form.html", context, status=status)


@needs(Permission.SIGN_ORDER)
@require_POST
def preview(request, pk):
    """The arithmetic of what is typed so far, as a piece of the order form; nothing is stored."""
    series = _series(request, pk)
    form = _form(request, series)
    form.is_valid()
    audit.record_look(request.actor, "dosing.previewed_order", subject=series)
    return render(request, "dosing/_order_preview.html", {"preview": _preview(form, series, request.POST)})


@needs(Permission.VIEW_ORDER)
@require_safe
def order(request, pk):
    return _order_page(request, _found(request, pk))


def _found(request, pk, permission: Permission = Permission.VIEW_ORDER) -> DoseOrder:
    rows = DoseOrder.objects.visible_to(request.actor, permission).with_names().with_plan()
    return one(rows.select_related("replaced_by"), pk=pk)


def _order_page(request, row: DoseOrder, form=None):
    versions = DoseOrder.objects.visible_to(request.actor).with_names().select_related("replaced_by")
    history = versions.filter(series=row.series_id).order_by("-version")
    context = chart_context(request, row.patient, "orders")
    context |= {"sheet": OrderSheet(row), "versions": [OrderSheet(version) for version in history]}
    context["plan"] = plan = plan_page(row)
    if plan.due and not hasattr(row, "replaced_by") and Reach.of(request.actor, row.patient).may(Permission.SIGN_ORDER):
        context["continue_form"] = form or ContinuePlanForm(initial={"after_dose": plan.due[0]})
    audit.record_look(request.actor, "dosing.looked_at_order", subject=row)
    return render(request, "dosing/order.html", context, status=form_status(form) if form else 200)


@needs(Permission.SIGN_ORDER)
@require_POST
def continue_plan(request, pk):
    """Go on with the plan after a point of review."""
    row, form = _found(request, pk, Permission.SIGN_ORDER), ContinuePlanForm(request.POST)
    if refused(submit(form, actions.continue_plan, order=row, by=request.actor, at=timezone.now())):
        return _order_page(request, row, form)
    messages.success(request, "The plan goes on; the next dose can be given.")
    return redirect("dosing:order", pk)


@needs(Permission.VIEW_ORDER)
@require_safe
def of_patient(request, pk):
    patient = patient_for(request.actor, pk, Permission.VIEW_ORDER)
    rows = DoseOrder.objects.visible_to(request.actor).filter(patient=patient).with_names()
    page = page_of(rows.select_related("replaced_by").order_by("-signed_at", "-version"), request)
    context = chart_context(request, patient, "orders")
    context |= {"page": page, "sheets": [OrderSheet(row) for row in page]}
    context["open_series"] = _series_without_order(request.actor, patient)
    doses = DosingRecord.objects.visible_to(request.actor).filter(patient=patient).dosed()
    context["doses"] = list(doses.select_related("product").order_by("-first_dose_at")[:25])
    context["chart"] = dose_chart(context["doses"])
    audit.record_look(request.actor, "dosing.looked_at_orders", subject=patient)
    return render(request, "dosing/patient_orders.html", context)


def _series_without_order(actor, patient):
    """Open series that this person may order for: (series, whether an order exists)."""
    if not Reach.of(actor, patient).may(Permission.SIGN_ORDER):
        return []
    mine = TreatmentSeries.objects.visible_to(actor).filter(patient=patient, closed_at=None)
    return list(mine.order_by("-opened_at"))
