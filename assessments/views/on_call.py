"""Who is on call for risk answers: everybody may read it, whoever edits the settings sets it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gatekeeping import needs
from accounts.models import Membership
from accounts.roles import Permission
from assessments import actions
from assessments.forms import OnCallForm
from assessments.models import OnCallPlace
from assessments.on_call import able_members, limits_of, list_trouble
from common.http import form_status, refused, submit


@needs(Permission.VIEW_SETTINGS)
@require_safe
def on_call(request):
    places = OnCallPlace.objects.visible_to(request.actor).listed().with_people()
    context = {
        "places": places,
        "limits": limits_of(request.actor.practice_id),
        "trouble": list_trouble(request.actor.practice_id),
        "may_edit": request.actor.can(Permission.EDIT_SETTINGS),
    }
    return render(request, "assessments/on_call.html", context)


@needs(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request):
    listed = OnCallPlace.objects.visible_to(request.actor).listed().values_list("membership_id", flat=True)
    form = OnCallForm(
        request.POST if request.method == "POST" else None,
        members=able_members(Membership.objects.visible_to(request.actor)),
        listed=listed,
        limits=limits_of(request.actor.practice_id),
    )
    if request.method == "POST":
        stored = submit(form, actions.set_on_call, by=request.actor, at=timezone.now())
        if not refused(stored):
            messages.success(request, "The list is saved. Answers that wait now follow it, too.")
            return redirect("assessments:on_call")
    return render(request, "assessments/change_on_call.html", {"form": form}, status=form_status(form))
