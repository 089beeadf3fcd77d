"""Pausing and beginning again, the practice's hours, and the task of a patient who missed two check-ins in a row."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from followups import actions
from followups.forms import CallForm, CloseMissedForm, PauseForm, RulesForm
from followups.hours import hours_of
from followups.missed_page import missed_page
from followups.models import FollowUpPause, MissedInARow
from followups.pages import plan_context
from patients.chart import chart_context
from patients.scope import one, patient_for


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def pause(request, pk):
    patient, form = patient_for(request.actor, pk, Permission.MANAGE_FOLLOWUPS), PauseForm(request.POST)
    paused = submit(form, actions.pause_follow_ups, patient=patient, by=request.actor, at=timezone.now())
    if refused(paused):
        context = chart_context(request, patient, "followups") | plan_context(request.actor, patient, form)
        return render(request, "followups/of_patient.html", context, status=form_status(form))
    messages.success(request, "Follow-up is paused. The plan says what that means for each check-in.")
    return redirect("followups:of_patient", pk)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def resume(request, pk):
    row = one(
        FollowUpPause.objects.visible_to(request.actor, Permission.MANAGE_FOLLOWUPS).select_related("patient"), pk=pk
    )
    actions.resume_follow_ups(pause=row, by=request.actor, at=timezone.now())
    messages.success(request, "Follow-up goes on. The plan has the new times.")
    return redirect("followups:of_patient", row.patient_id)


@needs(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request):
    hours = hours_of(request.actor.practice_id)
    initial = {name: getattr(hours, name) for name in ("contact_at", "quiet_from", "quiet_until")}
    form = RulesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        stored = submit(form, actions.set_follow_up_rules, by=request.actor, at=timezone.now())
        if not refused(stored):
            messages.success(request, "The hours are saved.")
            return redirect("followups:points")
    return render(request, "followups/rules.html", {"form": form}, status=form_status(form))


def _task(request, pk) -> MissedInARow:
    return one(MissedInARow.objects.visible_to(request.actor).with_people(), pk=pk)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_safe
def missed(request, pk):
    row = _task(request, pk)
    audit.record_look(request.actor, "followups.looked_at_missed", subject=row)
    return _page(request, row, CallForm(), CloseMissedForm())


def _page(request, row, call_form, close_form):
    context = chart_context(request, row.patient, "followups")
    context |= {"shown": missed_page(row, request.actor), "call_form": call_form, "close_form": close_form}
    return render(
        request, "followups/missed.html", context, status=max(form_status(call_form), form_status(close_form))
    )


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def take_missed(request, pk):
    actions.take_missed(task=_task(request, pk), by=request.actor, at=timezone.now())
    messages.success(request, "It is yours. Call the patient, then record the call here.")
    return redirect("followups:missed", pk)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def record_call(request, pk):
    row, form = _task(request, pk), CallForm(request.POST)
    call = submit(form, actions.record_missed_call, task=row, by=request.actor, at=timezone.now())
    if refused(call):
        return _page(request, row, form, CloseMissedForm())
    messages.success(request, "The call is recorded.")
    return redirect("followups:missed", pk)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def close_missed(request, pk):
    row, form = _task(request, pk), CloseMissedForm(request.POST)
    closed = submit(form, actions.close_missed, task=row, by=request.actor, at=timezone.now())
    if refused(closed):
        return _page(request, row, CallForm(), form)
    messages.success(request, "Closed.")
    return redirect("followups:of_patient", row.patient_id)
