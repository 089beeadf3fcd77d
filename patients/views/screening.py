"""The contraindication screen."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from patients import actions
from patients.chart import chart_context
from patients.forms import ScreeningForm
from patients.scope import patient_for
from patients.screening_page import screening_page


@needs(Permission.VIEW_CHART)
@require_safe
def contraindications(request, pk):
    patient = patient_for(request.actor, pk, Permission.VIEW_CHART)
    return _page(request, patient, ScreeningForm())


def _page(request, patient, form):
    audit.record_look(request.actor, "patients.looked_at_contraindications", subject=patient)
    context = {"form": form, "screen": screening_page(patient, form), **chart_context(request, patient, "screening")}
    return render(request, "patients/contraindications.html", context, status=form_status(form))


@needs(Permission.EDIT_CHART)
@require_POST
def answer_contraindications(request, pk):
    patient = patient_for(request.actor, pk, Permission.EDIT_CHART)
    form = ScreeningForm(request.POST)
    saved = submit(form, actions.answer_contraindications, patient=patient, by=request.actor, at=timezone.now())
    if refused(saved):
        return _page(request, patient, form)
    messages.success(request, f"{len(saved)} answer{'' if len(saved) == 1 else 's'} saved.")
    return redirect("patients:contraindications", pk)
