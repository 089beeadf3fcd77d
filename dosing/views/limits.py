"""The practice's dose limits: what holds now, every version of one route, and setting a new one."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from dosing import actions
from dosing.forms import LimitsForm
from dosing.limits_page import ROUTE_LABELS, newest_by_route, versions_of
from dosing.models import RouteLimit
from dosing.stock_page import sections


def _versions(request, route):
    if route not in ROUTE_LABELS:
        raise Http404
    return list(RouteLimit.objects.visible_to(request.actor).filter(route=route).newest_first())


@needs(Permission.VIEW_SETTINGS)
@require_safe
def overview(request):
    rows = newest_by_route(RouteLimit.objects.visible_to(request.actor).newest_first())
    context = {"routes": rows, "may_edit": request.actor.can(Permission.EDIT_CLINICAL_SETTINGS)}
    context["tabs"] = sections(request.actor, "limits")
    audit.record_list(request.actor, "dosing.listed_limits", [])
    return render(request, "dosing/limits.html", context)


@needs(Permission.VIEW_SETTINGS)
@require_safe
def of_route(request, route):
    versions = versions_of(route, _versions(request, route))
    context = {"route": route, "label": ROUTE_LABELS[route], "versions": versions}
    context["may_edit"] = request.actor.can(Permission.EDIT_CLINICAL_SETTINGS)
    audit.record_list(request.actor, "dosing.looked_at_limits", [])
    return render(request, "dosing/limits_of_route.html", context)


@needs(Permission.EDIT_CLINICAL_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, route):
    stored = _versions(request, route)
    data = request.POST if request.method == "POST" else None
    current, version = (stored[0].values, stored[0].version) if stored else ({}, 0)
    form = LimitsForm(data, route=route, current=current, version=version)
    if request.method == "POST":
        row = submit(form, actions.set_limits, by=request.actor, at=timezone.now())
        if not refused(row):
            messages.success(request, f"{ROUTE_LABELS[route]}: version {row.version} holds for orders from now on.")
            return redirect("dosing:limits_of_route", route)
    context = {"form": form, "route": route, "label": ROUTE_LABELS[route], "version": version}
    return render(request, "dosing/limits_new.html", context, status=form_status(form))
