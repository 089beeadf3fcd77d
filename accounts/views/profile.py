"""One's own account: who I am here, API tokens, and changing to another practice."""

import uuid

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, choosing
from accounts.forms import TokenForm
from accounts.gatekeeping import signed_in
from accounts.models import ApiToken
from accounts.views.sign_in import enter_practice
from common.http import form_status, refused, submit


@signed_in
@require_safe
def profile(request):
    return _profile_page(request, TokenForm(initial={"id": uuid.uuid4()}))


def _profile_page(request, form):
    at = timezone.now()
    tokens = ApiToken.objects.visible_to(request.actor).in_order()
    context = {"tokens": [(token, token.state(at)) for token in tokens[:50]], "form": form}
    return render(request, "accounts/profile.html", context, status=form_status(form))


@signed_in
@require_POST
def issue_token(request):
    form = TokenForm(request.POST)
    made = submit(form, actions.issue_token, by=request.actor, at=timezone.now())
    if refused(made):
        return _profile_page(request, form)
    token, secret = made
    return render(request, "accounts/token_secret.html", {"token": token, "secret": secret})


@signed_in
@require_POST
def revoke_token(request, pk):
    token = get_object_or_404(ApiToken.objects.visible_to(request.actor), pk=pk)
    actions.revoke_token(token=token, by=request.actor, at=timezone.now())
    messages.success(request, f"The token “{token.name}” is ended.")
    return redirect("accounts:profile")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def switch_practice(request):
    """Sign in to another practice of one's own; a fresh session each time."""
    memberships = list(choosing.memberships_of(request.actor.user_id))
    chosen = [m for m in memberships if str(m.pk) == request.POST.get("membership")]
    if chosen:
        factor_shown = request.actor.user.has_second_factor
        return enter_practice(request, chosen[0], timezone.now(), factor_shown, "accounts:home")
    context = {"memberships": memberships}
    return render(request, "accounts/switch_practice.html", context, status=422 if request.POST else 200)
