"""What is measured around a session: every version for one route, and setting a new one."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from assessments.practice_catalogue import catalogue_of
from common import audit
from common.http import form_status, refused, submit
from sessions_app import actions
from sessions_app.forms import MeasuringForm
from sessions_app.measuring import ABOUT, EVERY_ROUTE, protocol_for
from sessions_app.measuring_page import protocol_versions
from sessions_app.models import MeasuringVersion


def _versions(request, about: str) -> list[MeasuringVersion]:
    if about not in ABOUT:
        raise Http404
    return list(MeasuringVersion.objects.visible_to(request.actor).filter(about=about).newest_first())


@needs(Permission.VIEW_SETTINGS)
@require_safe
def of_route(request, about):
    catalogue = catalogue_of(request.actor.practice_id)
    context = {
        "about": about,
        "label": ABOUT.get(about),
        "versions": protocol_versions(_versions(request, about), catalogue),
        "wraps": True,
    }
    context["may_edit"] = request.actor.can(Permission.EDIT_CLINICAL_SETTINGS)
    audit.record_list(request.actor, "followups.looked_at_measuring", [])
    return render(request, "followups/measuring/versions.html", context)


@needs(Permission.EDIT_CLINICAL_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, about):
    stored = _versions(request, about)
    newest = stored[0] if stored else None
    form = MeasuringForm(
        request.POST if request.method == "POST" else None,
        about=about,
        current=protocol_for(about, MeasuringVersion.objects.visible_to(request.actor)),
        version=newest.version if newest else 0,
        catalogue=catalogue_of(request.actor.practice_id),
        follows=about != EVERY_ROUTE and newest is not None and not newest.values,
    )
    if request.method == "POST":
        row = submit(form, actions.set_measuring, by=request.actor, at=timezone.now())
        if not refused(row):
            messages.success(request, f"{ABOUT[about]}: version {row.version} holds from now on.")
            return redirect("followups:points")
    context = {"about": about, "label": ABOUT[about], "form": form, "version": newest.version if newest else 0}
    return render(request, "followups/measuring/new.html", context, status=form_status(form))
