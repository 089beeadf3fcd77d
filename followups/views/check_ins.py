"""A patient's plan, the practice's lists, and one check-in with what may be done about it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from followups import actions
from followups.forms import CancelForm, ListFilterForm, PauseForm
from followups.models import CheckIn
from followups.pages import check_in_page, list_page, plan_context
from followups.sending import link_address
from followups.watch import is_silent, paused_channels
from patients.chart import chart_context
from patients.scope import one, patient_for


@needs(Permission.VIEW_FOLLOWUPS)
@require_safe
def check_in_list(request):
    at = timezone.now()
    form = ListFilterForm(request.GET)
    shown = list_page(request, form.wanted(), at)
    audit.record_list(request.actor, "followups.listed_check_ins", [row.check_in.patient_id for row in shown.rows])
    context = {"form": form, "list": shown, "page": shown.page, "paused_channels": paused_channels()}
    context["is_silent"] = is_silent(at, request.actor.practice_id)
    return render(request, "followups/check_in_list.html", context)


@needs(Permission.VIEW_FOLLOWUPS)
@require_safe
def of_patient(request, pk):
    patient = patient_for(request.actor, pk, Permission.VIEW_FOLLOWUPS)
    audit.record_look(request.actor, "followups.looked_at_plan", subject=patient)
    context = chart_context(request, patient, "followups")
    context |= plan_context(request.actor, patient, PauseForm())
    return render(request, "followups/of_patient.html", context)


@needs(Permission.VIEW_FOLLOWUPS)
@require_safe
def check_in(request, pk):
    row = _check_in(request, pk)
    audit.record_look(request.actor, "followups.looked_at_check_in", subject=row)
    return _page(request, row, CancelForm())


def _check_in(request, pk, permission: Permission = Permission.VIEW_FOLLOWUPS) -> CheckIn:
    return one(CheckIn.objects.visible_to(request.actor, permission).with_everything(), pk=pk)


def _page(request, row, form):
    context = chart_context(request, row.patient, "followups")
    context |= {"form": form, "shown": check_in_page(request.actor, row, timezone.now())}
    return render(request, "followups/check_in.html", context, status=form_status(form))


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def send_now(request, pk):
    row = _check_in(request, pk, Permission.MANAGE_FOLLOWUPS)
    actions.send_now(check_in=row, by=request.actor, at=timezone.now())
    messages.success(request, "The check-in is opened and its message is on the way.")
    return redirect("followups:check_in", pk)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def send_again(request, pk):
    row = _check_in(request, pk, Permission.MANAGE_FOLLOWUPS)
    actions.send_again(check_in=row, by=request.actor, at=timezone.now())
    messages.success(request, "A message with a fresh link is on the way. The earlier link ends.")
    return redirect("followups:check_in", pk)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def confirm_delivery(request, pk):
    row = _check_in(request, pk, Permission.MANAGE_FOLLOWUPS)
    actions.confirm_delivery(check_in=row, by=request.actor, at=timezone.now())
    messages.success(request, "Noted: the message arrived.")
    return redirect("followups:check_in", pk)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def confirm_contact(request, pk):
    patient = patient_for(request.actor, pk, Permission.MANAGE_FOLLOWUPS)
    actions.confirm_contact(patient=patient, by=request.actor, at=timezone.now())
    messages.success(request, "Noted: the contact is right. Messages go there again.")
    return redirect("followups:of_patient", pk)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def hand_over(request, pk):
    """Shown in the answer itself: a link is never stored in readable form, not even for a redirect."""
    row = _check_in(request, pk, Permission.MANAGE_FOLLOWUPS)
    link, token = actions.hand_over_link(check_in=row, by=request.actor, at=timezone.now())
    context = chart_context(request, row.patient, "followups")
    context |= {"check_in": row, "address": link_address(token), "link": link}
    return render(request, "followups/link.html", context)


@needs(Permission.MANAGE_FOLLOWUPS)
@require_POST
def cancel(request, pk):
    row = _check_in(request, pk, Permission.MANAGE_FOLLOWUPS)
    form = CancelForm(request.POST)
    cancelled = submit(form, actions.cancel_check_in, check_in=row, by=request.actor, at=timezone.now())
    if refused(cancelled):
        return _page(request, row, form)
    messages.success(request, "The check-in is cancelled.")
    return redirect("followups:of_patient", row.patient_id)
