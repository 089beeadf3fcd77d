"""What the practice measures, and when: everybody may read it; an admin changes the follow-up points, a prescriber
what belongs to a session."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from assessments.practice_catalogue import catalogue_of
from common.http import form_status, refused, submit
from followups import actions
from followups.forms import PointForm
from followups.hours import hours_of
from followups.models import FollowUpPoint
from followups.points_page import point_rows
from patients.scope import one
from sessions_app.measuring_page import followers, protocols_in_force
from sessions_app.models import MeasuringVersion

FIELDS = ("label", "offset_hours", "window_before_h", "window_after_h", "remind_after_h", "instruments")


def _posted(request):
    return request.POST if request.method == "POST" else None


@needs(Permission.VIEW_SETTINGS)
@require_safe
def points(request):
    catalogue = catalogue_of(request.actor.practice_id)
    rows = point_rows(FollowUpPoint.objects.visible_to(request.actor), catalogue)
    context = {"rows": rows, "may_edit": request.actor.can(Permission.EDIT_SETTINGS)}
    context["hours"] = hours_of(request.actor.practice_id)
    protocols = protocols_in_force(MeasuringVersion.objects.visible_to(request.actor).newest_first())
    context |= {"protocols": protocols, "followers": followers(protocols)}
    context["may_edit_protocol"] = request.actor.can(Permission.EDIT_CLINICAL_SETTINGS)
    return render(request, "followups/points.html", context)


@needs(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_point(request):
    form = PointForm(_posted(request), catalogue=catalogue_of(request.actor.practice_id))
    if request.method == "POST":
        point = submit(form, actions.add_point, by=request.actor, at=timezone.now())
        if not refused(point):
            messages.success(request, f"Added: {point.label}. Plans of doses from now on have it.")
            return redirect("followups:points")
    return render(request, "followups/point.html", {"form": form}, status=form_status(form))


@needs(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_point(request, pk):
    point = one(FollowUpPoint.objects.visible_to(request.actor), pk=pk)
    initial = {name: getattr(point, name) for name in FIELDS}
    form = PointForm(_posted(request), initial=initial, catalogue=catalogue_of(request.actor.practice_id))
    if request.method == "POST":
        changed = submit(form, actions.change_point, point=point, by=request.actor, at=timezone.now())
        if not refused(changed):
            messages.success(request, f"Saved: {changed.label}.")
            return redirect("followups:points")
    return render(request, "followups/point.html", {"form": form, "point": point}, status=form_status(form))


@needs(Permission.EDIT_SETTINGS)
@require_POST
def switch_point(request, pk):
    point = one(FollowUpPoint.objects.visible_to(request.actor), pk=pk)
    is_active = request.POST.get("is_active") == "yes"
    point = actions.switch_point(point=point, by=request.actor, at=timezone.now(), is_active=is_active)
    words = "is used again" if point.is_active else "is no longer used for new plans"
    messages.success(request, f"{point.label} {words}.")
    return redirect("followups:points")
