"""Treatment series: the list of a patient, one series, opening, adjusting, closing."""

from uuid import uuid4

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from patients import actions
from patients.chart import chart_context, given_by_series, series_panels
from patients.forms import CloseSeriesForm, OpenSeriesForm, SeriesPlanForm
from patients.models import TreatmentSeries
from patients.scope import one, patient_for
from patients.views.posted import posted

PEOPLE = ("patient", "opened_by__user", "closed_by__user")


@needs(Permission.VIEW_SERIES)
@require_safe
def series_list(request, pk):
    patient = patient_for(request.actor, pk, Permission.VIEW_SERIES)
    rows = list(patient.series.select_related("opened_by__user").order_by("closed_at", "-opened_at"))
    given = given_by_series([row.pk for row in rows])
    rows.sort(key=lambda row: not row.is_open)
    context = chart_context(request, patient, "series")
    context |= {"rows": [(row, given[row.pk]) for row in rows], "has_open": any(row.is_open for row in rows)}
    audit.record_look(request.actor, "patients.looked_at_series_list", subject=patient)
    return render(request, "patients/series_list.html", context)


@needs(Permission.OPEN_SERIES)
@require_http_methods(["GET", "HEAD", "POST"])
def open_series(request, pk):
    patient = patient_for(request.actor, pk, Permission.OPEN_SERIES)
    form = OpenSeriesForm(posted(request), initial={"id": uuid4()})
    if request.method == "POST":
        series = submit(form, actions.open_series, patient=patient, by=request.actor, at=timezone.now())
        if not refused(series):
            messages.success(request, f"Series opened: {series.get_route_display()}, 0 of {series.planned_sessions}.")
            return redirect("patients:series", series.pk)
    audit.record_look(request.actor, "patients.looked_at_series_list", subject=patient)
    context = {"form": form, "has_open": patient.series.open().exists(), **chart_context(request, patient, "series")}
    return render(request, "patients/open_series.html", context, status=form_status(form))


def _series(request, pk, permission: Permission) -> TreatmentSeries:
    return one(TreatmentSeries.objects.visible_to(request.actor, permission).select_related(*PEOPLE), pk=pk)


@needs(Permission.VIEW_SERIES)
@require_safe
def series(request, pk):
    row = _series(request, pk, Permission.VIEW_SERIES)
    panels = series_panels.collect(actor=request.actor, series=row, at=timezone.now())
    context = chart_context(request, row.patient, "series")
    context |= {"series": row, "given": given_by_series([row.pk])[row.pk]}
    context["panels"] = sorted(panels, key=lambda panel: (not panel.urgent, panel.order))
    audit.record_look(request.actor, "patients.looked_at_series", subject=row)
    return render(request, "patients/series.html", context)


@needs(Permission.OPEN_SERIES)
@require_http_methods(["GET", "HEAD", "POST"])
def change_series(request, pk):
    row = _series(request, pk, Permission.OPEN_SERIES)
    stored = {name: getattr(row, name) for name in SeriesPlanForm.base_fields}
    form = SeriesPlanForm(posted(request), initial=stored)
    if request.method == "POST":
        saved = submit(form, actions.change_series_plan, series=row, by=request.actor, at=timezone.now())
        if not refused(saved):
            messages.success(request, "The plan is changed.")
            return redirect("patients:series", pk)
    audit.record_look(request.actor, "patients.looked_at_series", subject=row)
    context = {"form": form, "series": row, **chart_context(request, row.patient, "series")}
    return render(request, "patients/change_series.html", context, status=form_status(form))


@needs(Permission.OPEN_SERIES)
@require_http_methods(["GET", "HEAD", "POST"])
def close_series(request, pk):
    row = _series(request, pk, Permission.OPEN_SERIES)
    form = CloseSeriesForm(posted(request))
    if request.method == "POST":
        closed = submit(form, actions.close_series, series=row, by=request.actor, at=timezone.now())
        if not refused(closed):
            messages.success(request, "The series is closed.")
            return redirect("patients:series", pk)
    audit.record_look(request.actor, "patients.looked_at_series", subject=row)
    context = {"form": form, "series": row, **chart_context(request, row.patient, "series")}
    return render(request, "patients/close_series.html", context, status=form_status(form))
