"""Opening private notes for a successor: by their author, or by two people on a court's order (R10)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gatekeeping import needs
from accounts.models import Membership
from accounts.paging import page_of
from accounts.roles import Permission, Role
from common import audit
from common.http import form_status, refused, submit
from integration_notes import actions
from integration_notes.forms import HandOverForm, PasswordForm, ReleaseForm
from integration_notes.models import PrivateRelease
from patients.scope import one


def _therapists(request):
    here = Membership.objects.visible_to(request.actor).with_role(Role.THERAPIST)
    return here.active().exclude(pk=request.actor.membership_id).order_by("user__full_name")


@needs(Permission.WRITE_PRIVATE_NOTE)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request):
    posted = request.POST if request.method == "POST" else None
    form = HandOverForm(posted, therapists=_therapists(request))
    if posted is not None:
        done = submit(form, actions.hand_over_private_notes, by=request.actor, at=timezone.now())
        if not refused(done):
            messages.success(request, f"{done.reader.user} can read your private notes now.")
            return redirect("notes:private")
    return render(request, "integration_notes/private/hand_over.html", {"form": form}, status=form_status(form))


@needs(Permission.RELEASE_PRIVATE_NOTES)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def releases(request):
    """Who may read whose private notes and by which path; asking for a release on a court's order."""
    posted = request.POST if request.method == "POST" else None
    authors = Membership.objects.visible_to(request.actor).with_role(Role.THERAPIST).order_by("user__full_name")
    form = ReleaseForm(posted, therapists=_therapists(request), authors=authors)
    if posted is not None:
        asked = submit(form, actions.request_private_release, by=request.actor, at=timezone.now())
        if not refused(asked):
            messages.success(request, "Asked. Somebody else with this right has to approve it.")
            return redirect("notes:releases")
    return _releases_page(request, form, PasswordForm())


def _releases_page(request, form, password_form):
    page = page_of(PrivateRelease.objects.visible_to(request.actor).with_people(), request)
    audit.record_look(request.actor, "integration_notes.listed_private_releases")
    context = {"form": form, "page": page, "password_form": password_form, "me": request.actor.membership_id}
    status = max(form_status(form), form_status(password_form))
    return render(request, "integration_notes/private/releases.html", context, status=status)


@needs(Permission.RELEASE_PRIVATE_NOTES)
@sensitive_post_parameters("password")
@require_POST
def approve(request, pk):
    release = one(PrivateRelease.objects.visible_to(request.actor), pk=pk)
    password_form = PasswordForm(request.POST)
    done = submit(password_form, actions.approve_private_release, release=release, by=request.actor, at=timezone.now())
    if refused(done):
        authors = Membership.objects.visible_to(request.actor).with_role(Role.THERAPIST)
        return _releases_page(request, ReleaseForm(therapists=_therapists(request), authors=authors), password_form)
    messages.success(request, "Approved. The notes can be read now, and their author is told.")
    return redirect("notes:releases")
