"""The practice's alarm limits and reading schedules: what holds now, every version of one, and setting a new one."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from sessions_app import actions
from sessions_app.forms import MonitoringForm
from sessions_app.models import MonitoringSetting
from sessions_app.monitoring_page import newest_of, versions_of
from sessions_app.monitoring_settings import ABOUT, is_clock


def _versions(request, about: str) -> list[MonitoringSetting]:
    if about not in ABOUT:
        raise Http404
    return list(MonitoringSetting.objects.visible_to(request.actor).filter(about=about).newest_first())


def _named(request, about: str) -> dict:
    may_edit = request.actor.can(Permission.EDIT_CLINICAL_SETTINGS)
    return {"about": about, "label": ABOUT[about], "is_clock": is_clock(about), "may_edit": may_edit}


@needs(Permission.VIEW_SETTINGS)
@require_safe
def monitoring(request):
    entries = newest_of(MonitoringSetting.objects.visible_to(request.actor).newest_first())
    context = {
        "limits": [one for one in entries if not one["is_clock"]],
        "clocks": [one for one in entries if one["is_clock"]],
        "may_edit": request.actor.can(Permission.EDIT_CLINICAL_SETTINGS),
    }
    audit.record_list(request.actor, "sessions.listed_monitoring", [])
    return render(request, "sessions_app/monitoring/overview.html", context)


@needs(Permission.VIEW_SETTINGS)
@require_safe
def of_setting(request, about):
    stored = _versions(request, about)
    context = {**_named(request, about), "versions": versions_of(about, stored)}
    audit.record_list(request.actor, "sessions.looked_at_monitoring", [])
    return render(request, "sessions_app/monitoring/versions.html", context)


@needs(Permission.EDIT_CLINICAL_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, about):
    stored = _versions(request, about)
    data = request.POST if request.method == "POST" else None
    current, version = (stored[0].values, stored[0].version) if stored else ({}, 0)
    form = MonitoringForm(data, about=about, current=current, version=version)
    if request.method == "POST":
        row = submit(form, actions.set_monitoring, by=request.actor, at=timezone.now())
        if not refused(row):
            messages.success(request, f"{ABOUT[about]}: version {row.version} holds from now on.")
            return redirect("sessions:monitoring_of", about)
    context = {**_named(request, about), "form": form, "version": version}
    return render(request, "sessions_app/monitoring/new.html", context, status=form_status(form))
