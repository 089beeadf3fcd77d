"""Finding, registering and editing a patient; ending and resuming care."""

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
from patients.forms import EditPatientForm, PatientFilterForm, RegisterPatientForm
from patients.list_page import list_page
from patients.scope import Reach, patient_for
from patients.views.posted import posted


@needs(Permission.VIEW_IDENTITY)
@require_safe
def patient_list(request):
    form = PatientFilterForm(request.GET or None)
    page = list_page(request, form, timezone.localdate())
    audit.record_list(request.actor, "patients.listed_patients", [row.patient.pk for row in page.rows])
    may_register = request.actor.can(Permission.REGISTER_PATIENT)
    context = {"form": form, "list": page, "page": page.page, "may_register": may_register}
    return render(request, "patients/patient_list.html", context)


@needs(Permission.REGISTER_PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request):
    form = RegisterPatientForm(posted(request), actor=request.actor)
    if request.method == "POST":
        patient = submit(form, actions.register_patient, by=request.actor, at=timezone.now())
        if not refused(patient):
            messages.success(request, f"{patient.name} is registered under MRN {patient.mrn}.")
            return redirect("patients:overview", patient.pk)
    return render(request, "patients/register.html", {"form": form}, status=form_status(form))


@needs(Permission.EDIT_IDENTITY)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    patient = patient_for(request.actor, pk, Permission.EDIT_IDENTITY)
    with_height = Reach.of(request.actor, patient).may(Permission.EDIT_CHART)
    form = EditPatientForm(posted(request), patient=patient, with_height=with_height)
    if request.method == "POST":
        saved = submit(form, actions.update_patient, patient=patient, by=request.actor, at=timezone.now())
        if not refused(saved):
            messages.success(request, "The details are saved.")
            return redirect("patients:overview", pk)
    audit.record_look(request.actor, "patients.looked_at_identity", subject=patient)
    context = {"form": form, **chart_context(request, patient, "overview")}
    return render(request, "patients/edit.html", context, status=form_status(form))


@needs(Permission.EDIT_CHART)
@require_POST
def end_care(request, pk):
    patient = patient_for(request.actor, pk, Permission.EDIT_CHART)
    actions.end_care(patient=patient, by=request.actor, at=timezone.now())
    messages.success(request, f"{patient.name} is discharged from care. The chart stays readable.")
    return redirect("patients:overview", pk)


@needs(Permission.EDIT_CHART)
@require_POST
def resume_care(request, pk):
    patient = patient_for(request.actor, pk, Permission.EDIT_CHART)
    actions.resume_care(patient=patient, by=request.actor, at=timezone.now())
    messages.success(request, f"{patient.name} is in care again.")
    return redirect("patients:overview", pk)
