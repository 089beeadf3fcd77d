"""Consents: what was signed, recording one, withdrawing one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission, Role
from common import audit
from common.http import form_status, refused, submit
from patients import actions
from patients.chart import chart_context
from patients.forms import ConsentForm, WithdrawConsentForm
from patients.overview_page import consent_states
from patients.scope import one, patient_for
from patients.views.posted import posted


@needs(Permission.VIEW_CONSENT)
@require_safe
def consents(request, pk):
    patient = patient_for(request.actor, pk, Permission.VIEW_CONSENT)
    return _page(request, patient, ConsentForm())


def _page(request, patient, form):
    """Who runs the practice sees that and when somebody signed; names and reasons are for the team and compliance."""
    audit.record_look(request.actor, "patients.looked_at_consents", subject=patient)
    context = chart_context(request, patient, "consents")
    may_read = context["sees_chart"] or Role.COMPLIANCE in request.actor.roles
    context |= {
        "sees_details": may_read,
        "form": form,
        "states": consent_states(patient),
        "consents": patient.consents.newest_first(),
    }
    return render(request, "patients/consents.html", context, status=form_status(form))


@needs(Permission.RECORD_CONSENT)
@require_POST
def record_consent(request, pk):
    patient = patient_for(request.actor, pk, Permission.RECORD_CONSENT)
    form = ConsentForm(request.POST)
    consent = submit(form, actions.record_consent, patient=patient, by=request.actor, at=timezone.now())
    if refused(consent):
        return _page(request, patient, form)
    messages.success(request, f"Consent recorded: {consent.get_scope_display()}.")
    return redirect("patients:consents", pk)


@needs(Permission.RECORD_CONSENT)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_consent(request, pk, consent_pk):
    patient = patient_for(request.actor, pk, Permission.RECORD_CONSENT)
    consent = one(patient.consents.newest_first().select_related("patient"), pk=consent_pk)
    form = WithdrawConsentForm(posted(request))
    if request.method == "POST":
        withdrawal = submit(form, actions.withdraw_consent, consent=consent, by=request.actor, at=timezone.now())
        if not refused(withdrawal):
            messages.success(request, f"Consent withdrawn: {consent.get_scope_display()}.")
            return redirect("patients:consents", pk)
    audit.record_look(request.actor, "patients.looked_at_consents", subject=patient)
    context = {"form": form, "consent": consent, **chart_context(request, patient, "consents")}
    return render(request, "patients/withdraw_consent.html", context, status=form_status(form))
