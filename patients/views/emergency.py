"""Emergency access (break-the-glass): the way in for clinicians, closing it, and the reviewers' pages."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs, signed_in
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from patients import actions
from patients.access_report import seen_under
from patients.forms import EmergencyForm, EmergencyReviewForm
from patients.models import EmergencyAccess
from patients.scope import one
from patients.views.posted import posted


@needs(Permission.OPEN_EMERGENCY)
@require_http_methods(["GET", "HEAD", "POST"])
def open_emergency(request):
    form = EmergencyForm(posted(request))
    if request.method == "POST":
        access = submit(form, actions.open_emergency_access, by=request.actor, at=timezone.now())
        if not refused(access):
            return redirect("patients:overview", access.patient_id)
    return render(request, "patients/emergency/open.html", {"form": form}, status=form_status(form))


@signed_in
@require_POST
def close_emergency(request, pk):
    mine = EmergencyAccess.objects.visible_to(request.actor).filter(membership_id=request.actor.membership_id)
    access = one(mine.with_people(), pk=pk)
    actions.close_emergency_access(access=access, by=request.actor, at=timezone.now())
    messages.success(request, "The emergency access is closed.")
    return redirect("patients:list")


@needs(Permission.REVIEW_ACCESS)
@require_safe
def emergency_list(request):
    rows = EmergencyAccess.objects.visible_to(request.actor).with_people().order_by("-opened_at", "id")
    page = page_of(rows, request)
    audit.record_list(request.actor, "patients.listed_emergency_accesses", [row.patient_id for row in page])
    return render(request, "patients/emergency/list.html", {"page": page, "at": timezone.now()})


@needs(Permission.REVIEW_ACCESS)
@require_http_methods(["GET", "HEAD", "POST"])
def emergency_access(request, pk):
    access = one(EmergencyAccess.objects.visible_to(request.actor).with_people(), pk=pk)
    form = EmergencyReviewForm(posted(request))
    if request.method == "POST":
        done = submit(form, actions.review_emergency_access, access=access, by=request.actor, at=timezone.now())
        if not refused(done):
            messages.success(request, "The review is recorded.")
            return redirect("patients:emergencies")
    audit.record_look(request.actor, "patients.looked_at_emergency_access", subject=access)
    rows = seen_under(access)
    at = timezone.now()
    context = {"access": access, "rows": rows, "form": form, "at": at, "is_open": access.is_open(at)}
    context["is_own"] = access.membership_id == request.actor.membership_id
    return render(request, "patients/emergency/access.html", context, status=form_status(form))
