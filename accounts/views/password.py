"""Changing one's own password."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.forms import ChangePasswordForm
from accounts.gatekeeping import before_own_password, signed_in
from accounts.sessions import renew_session
from common.http import form_status, refused, submit


@before_own_password
@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request):
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST":
        at = timezone.now()
        user = submit(form, actions.set_own_password, by=request.actor, at=at)
        if not refused(user):
            renew_session(request, at)
            messages.success(request, "Your password is changed. Other places where you were signed in are signed out.")
            return redirect("accounts:home")
    context = {"form": form, "is_forced": request.actor.user.must_change_password}
    return render(request, "accounts/change_password.html", context, status=form_status(form))
