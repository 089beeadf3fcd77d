"""The practice's settings: everybody may read them, an admin changes them."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions
from accounts.forms import PracticeSettingsForm
from accounts.gatekeeping import needs
from accounts.roles import Permission
from common.http import form_status, refused, submit


@needs(Permission.VIEW_SETTINGS)
@require_safe
def practice_settings(request):
    context = {"practice": request.actor.practice, "may_edit": request.actor.can(Permission.EDIT_SETTINGS)}
    return render(request, "accounts/practice_settings.html", context)


@needs(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_practice_settings(request):
    practice = request.actor.practice
    form = PracticeSettingsForm(request.POST or None, initial={n: getattr(practice, n) for n in actions.SETTINGS})
    if request.method == "POST":
        changed = submit(form, actions.change_practice_settings, practice=practice, by=request.actor, at=timezone.now())
        if not refused(changed):
            messages.success(request, "The settings are saved.")
            return redirect("accounts:practice_settings")
    return render(request, "accounts/edit_practice_settings.html", {"form": form}, status=form_status(form))
