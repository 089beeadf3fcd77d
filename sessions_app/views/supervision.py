"""Saying to be in the house, and the practice's limits of supervision."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.clinical import Route
from common.http import form_status, refused, submit
from sessions_app import actions
from sessions_app.forms import PresenceForm, SupervisionForm
from sessions_app.models import SupervisionSetting
from sessions_app.supervision import limits_in_force
from sessions_app.views.acting import posted


@needs(Permission.MARK_PRESENCE)
@require_POST
def presence(request):
    """One tap, back to the board."""
    form = PresenceForm(request.POST)
    row = submit(form, actions.mark_presence, by=request.actor, at=timezone.now())
    if refused(row):
        messages.error(request, "Not saved. Say whether you are on site.")
    else:
        is_here = form.cleaned_data["is_here"]
        messages.success(request, "You are marked as on site for 12 hours." if is_here else "You are marked as gone.")
    return redirect("sessions:board")


@needs(Permission.VIEW_SETTINGS)
@require_http_methods(["GET", "HEAD"])
def supervision(request):
    """What holds now and every earlier version."""
    rows = list(SupervisionSetting.objects.visible_to(request.actor).newest_first())
    audit.record_list(request.actor, "sessions.looked_at_supervision", [])
    context = {"limits": limits_in_force(request.actor.practice_id), "rows": [(row, _labels(row)) for row in rows]}
    context["may_edit"] = request.actor.can(Permission.EDIT_CLINICAL_SETTINGS)
    return render(request, "sessions_app/supervision.html", context)


@needs(Permission.EDIT_CLINICAL_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_supervision(request):
    limits = limits_in_force(request.actor.practice_id)
    routes = sorted(limits.on_site_routes)
    now = {"per_monitor": limits.per_monitor, "on_site_routes": routes, "replaces_version": limits.version}
    form = SupervisionForm(posted(request), initial=now)
    if request.method == "POST":
        row = submit(form, actions.set_supervision, by=request.actor, at=timezone.now())
        if not refused(row):
            messages.success(request, f"Version {row.version} holds from now on.")
            return redirect("sessions:supervision")
    audit.record_list(request.actor, "sessions.looked_at_supervision", [])
    context = {"form": form, "limits": limits}
    return render(request, "sessions_app/supervision_edit.html", context, status=form_status(form))


def _labels(row: SupervisionSetting) -> str:
    return ", ".join(Route(route).label for route in row.on_site_routes)
