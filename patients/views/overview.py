"""The first page of a chart."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from patients.chart import chart_context
from patients.overview_page import overview_page
from patients.scope import patient_for


@needs(Permission.VIEW_IDENTITY)
@require_safe
def overview(request, pk):
    patient = patient_for(request.actor, pk)
    context = chart_context(request, patient, "overview")
    context["overview"] = overview_page(patient, context["reach"], timezone.now())
    audit.record_look(request.actor, "patients.looked_at_chart", subject=patient)
    return render(request, "patients/overview.html", context)
