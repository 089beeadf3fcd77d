"""The care team of one patient."""

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
from patients.forms import AddToTeamForm, ConfirmForm
from patients.scope import patient_for


@needs(Permission.VIEW_IDENTITY)
@require_safe
def team(request, pk):
    patient = patient_for(request.actor, pk)
    return _page(request, patient)


def _page(request, patient, form=None, refusal=None):
    audit.record_look(request.actor, "patients.looked_at_team", subject=patient)
    every = patient.team.select_related("membership__user", "added_by__user", "removed_by__user").order_by("joined_at")
    now = [member for member in every if member.left_at is None]
    form = form or AddToTeamForm(actor=request.actor, members=[member.membership_id for member in now])
    context = chart_context(request, patient, "overview")
    context |= {"form": form, "members": now, "former": [member for member in every if member.left_at]}
    context["refusal"] = refusal
    return render(request, "patients/team.html", context, status=form_status(refusal or form))


@needs(Permission.MANAGE_CARE_TEAM)
@require_POST
def add_to_team(request, pk):
    patient = patient_for(request.actor, pk, Permission.MANAGE_CARE_TEAM)
    form = AddToTeamForm(request.POST, actor=request.actor)
    member = submit(form, actions.add_to_team, patient=patient, by=request.actor, at=timezone.now())
    if refused(member):
        return _page(request, patient, form)
    messages.success(request, f"{member.membership} is on the care team.")
    return redirect("patients:team", pk)


@needs(Permission.MANAGE_CARE_TEAM)
@require_POST
def remove_from_team(request, pk, membership_pk):
    patient = patient_for(request.actor, pk, Permission.MANAGE_CARE_TEAM)
    form = ConfirmForm(request.POST)
    who = {"patient": patient, "membership_id": membership_pk}
    member = submit(form, actions.remove_from_team, by=request.actor, at=timezone.now(), **who)
    if refused(member):
        return _page(request, patient, refusal=form)
    messages.success(request, "Taken off the care team.")
    if membership_pk == request.actor.membership_id and not request.actor.reaches_practice(Permission.VIEW_IDENTITY):
        return redirect("patients:list")
    return redirect("patients:team", pk)
