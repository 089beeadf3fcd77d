"""Allergies, medicines, diagnoses and earlier treatments on one page: standing, added, ended."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.errors import OutOfScope
from common.http import form_status, refused, submit
from patients import actions, icd10
from patients.chart import chart_context
from patients.facts_page import KINDS, facts_page
from patients.forms import EndFactForm
from patients.scope import one, patient_for
from patients.views.posted import posted


@needs(Permission.VIEW_CHART)
@require_safe
def facts(request, pk):
    patient = patient_for(request.actor, pk, Permission.VIEW_CHART)
    return _page(request, patient)


def _page(request, patient, kind: str = "", form=None):
    audit.record_look(request.actor, "patients.looked_at_facts", subject=patient)
    context = chart_context(request, patient, "facts")
    context |= {"facts": facts_page(patient, kind, form), "icd10_groups": icd10.GROUPS}
    return render(request, "patients/facts.html", context, status=form_status(form) if form else 200)


def _kind(kind: str):
    if kind not in KINDS:
        raise OutOfScope(kind)
    return KINDS[kind]


@needs(Permission.EDIT_CHART)
@require_POST
def add_fact(request, pk, kind):
    patient = patient_for(request.actor, pk, Permission.EDIT_CHART)
    chosen = _kind(kind)
    form = chosen.form(request.POST)
    added = submit(form, chosen.add, patient=patient, by=request.actor, at=timezone.now())
    if refused(added):
        return _page(request, patient, kind, form)
    messages.success(request, f"{chosen.one} added: {chosen.title_of(added)}.")
    return redirect("patients:facts", pk)


@needs(Permission.EDIT_CHART)
@require_http_methods(["GET", "HEAD", "POST"])
def end_fact(request, pk, kind, fact_pk):
    patient = patient_for(request.actor, pk, Permission.EDIT_CHART)
    chosen = _kind(kind)
    fact = one(getattr(patient, chosen.name).standing().select_related("patient"), pk=fact_pk)
    form = EndFactForm(posted(request), initial={"ended_on": timezone.localdate()})
    if request.method == "POST":
        ended = submit(form, actions.end_fact, fact=fact, by=request.actor, at=timezone.now())
        if not refused(ended):
            messages.success(request, f"{chosen.title_of(fact)} no longer stands; it is kept in the history.")
            return redirect("patients:facts", pk)
    audit.record_look(request.actor, "patients.looked_at_facts", subject=patient)
    context = {"form": form, "kind": chosen, "title": chosen.title_of(fact), **chart_context(request, patient, "facts")}
    return render(request, "patients/end_fact.html", context, status=form_status(form))
