"""Handing a patient the own copy of the record, as PDF or JSON (R88)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from patients.chart import chart_context
from patients.scope import patient_for
from portal import actions
from portal.copies import copies_made
from portal.forms import RecordCopyForm

TYPES = {"pdf": "application/pdf", "json": "application/json"}


@needs(Permission.EXPORT_RECORD)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def record_copy(request, pk):
    """The file is made for the one who asks and is stored nowhere."""
    patient = patient_for(request.actor, pk, Permission.EXPORT_RECORD)
    form = RecordCopyForm(request.POST or None)
    if request.method == "POST":
        made = submit(form, actions.copy_record, patient=patient, by=request.actor, at=timezone.now())
        if not refused(made):
            kind = form.cleaned_data["kind"]
            response = HttpResponse(made, content_type=TYPES[kind])
            response["Content-Disposition"] = f'attachment; filename="record-{patient.mrn}.{kind}"'
            return response
    else:
        audit.record_look(request.actor, "portal.looked_at_copies", subject=patient)
    context = chart_context(request, patient, "copy")
    context |= {"form": form, "copies": copies_made(patient)}
    return render(request, "portal/record_copy.html", context, status=form_status(form))
