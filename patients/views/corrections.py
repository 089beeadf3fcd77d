"""What patients ask to have corrected: a chart page with its form, and the answer."""

import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from patients import actions
from patients.chart import chart_context
from patients.forms import AnswerCorrectionForm, CorrectionForm
from patients.models import CorrectionRequest
from patients.scope import one, patient_for


@needs(Permission.VIEW_CHART)
@require_safe
def corrections(request, pk):
    return _page(request, patient_for(request.actor, pk, Permission.VIEW_CHART))


def _page(request, patient, form=None):
    audit.record_look(request.actor, "patients.looked_at_corrections", subject=patient)
    context = chart_context(request, patient, "corrections")
    rows = CorrectionRequest.objects.visible_to(request.actor).filter(patient=patient).for_list()
    form = form or CorrectionForm(initial={"id": uuid.uuid4()})
    context |= {"rows": list(rows), "form": form, "may_answer": context["reach"].may(Permission.DECIDE_CORRECTION)}
    context["may_ask"] = context["reach"].may(Permission.RECORD_CORRECTION)
    return render(request, "patients/corrections.html", context, status=form_status(form))


@needs(Permission.RECORD_CORRECTION)
@require_POST
def request_correction(request, pk):
    patient = patient_for(request.actor, pk, Permission.RECORD_CORRECTION)
    form = CorrectionForm(request.POST)
    asked = submit(form, actions.request_correction, patient=patient, by=request.actor, at=timezone.now())
    if refused(asked):
        return _page(request, patient, form)
    messages.success(request, "The request is written down. A prescriber answers it.")
    return redirect("patients:corrections", pk)


@needs(Permission.DECIDE_CORRECTION)
@require_http_methods(["GET", "HEAD", "POST"])
def answer_correction(request, pk):
    rows = CorrectionRequest.objects.visible_to(request.actor, Permission.DECIDE_CORRECTION)
    row = one(rows.select_related("patient__practice", "recorded_by__user"), pk=pk)
    form = AnswerCorrectionForm(request.POST or None)
    if request.method == "POST":
        answered = submit(form, actions.answer_correction, correction=row, by=request.actor, at=timezone.now())
        if not refused(answered):
            messages.success(request, "Answered. Give the patient the answer in writing.")
            return redirect("patients:corrections", row.patient_id)
    else:
        audit.record_look(request.actor, "patients.looked_at_corrections", subject=row.patient)
    context = chart_context(request, row.patient, "corrections")
    context |= {"row": row, "form": form}
    return render(request, "patients/answer_correction.html", context, status=form_status(form))
