"""One's own passkeys, and showing one at sign-in (R22)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions
from accounts.forms import AddPasskeyForm, NewPasskeyForm, PasskeyAnswerForm, PasswordAgainForm
from accounts.gatekeeping import before_factor, public, signed_in
from accounts.models import Passkey
from accounts.origin import visitor_of
from accounts.passkey_rules import ask_for_new
from accounts.passkey_site import keep_question, site_of, take_question
from accounts.sessions import renew_session
from accounts.views.sign_in import after_factor, code_page, remembered_or_none
from common.http import form_status, refused, submit


@before_factor
@signed_in
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def new_passkey(request):
    """First the password and a name, then the browser makes the key."""
    site = site_of(request)
    if site is None:
        return redirect("accounts:factor")
    form = NewPasskeyForm(request.POST or None)
    if request.method == "POST":
        at = timezone.now()
        if not refused(submit(form, actions.check_may_add_passkey, by=request.actor, at=at)):
            return _ask(request, site, form.cleaned_data["name"], at)
    return render(request, "accounts/new_passkey.html", {"form": form}, status=form_status(form))


def _ask(request, site, name, at, form=None):
    actor = request.actor
    known = list(Passkey.objects.visible_to(actor).values_list("credential_id", flat=True))
    asked = ask_for_new(site, actor.practice.name, actor.user_id.bytes, actor.user.email, actor.name, known)
    context = {"options": keep_question(request, asked, actor.user_id, at)}
    context["form"] = form or AddPasskeyForm(initial={"name": name})
    return render(request, "accounts/add_passkey.html", context, status=form_status(context["form"]))


@before_factor
@signed_in
@require_POST
def add_passkey(request):
    site, at, form = site_of(request), timezone.now(), AddPasskeyForm(request.POST)
    if site is None:
        return redirect("accounts:factor")
    challenge = take_question(request, request.actor.user_id, at)
    added = submit(form, actions.add_passkey, by=request.actor, at=at, challenge=challenge, site=site)
    if refused(added):
        return render(request, "accounts/new_passkey.html", {"form": NewPasskeyForm(), "refusal": form}, status=422)
    row, codes = added
    renew_session(request, at, factor_shown=True)
    if codes:
        return render(request, "accounts/recovery_codes.html", {"codes": codes})
    messages.success(request, f"The passkey “{row.name}” is in use.")
    return redirect("accounts:factor")


@signed_in
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def end_passkey(request, pk):
    row = get_object_or_404(Passkey.objects.visible_to(request.actor), pk=pk)
    form = PasswordAgainForm(request.POST or None)
    if request.method == "POST":
        at = timezone.now()
        if not refused(submit(form, actions.end_passkey, passkey=row, by=request.actor, at=at)):
            renew_session(request, at, factor_shown=True)
            messages.success(request, f"The passkey “{row.name}” is ended.")
            return redirect("accounts:factor")
    return render(request, "accounts/end_passkey.html", {"form": form, "passkey": row}, status=form_status(form))


@public
@require_POST
def sign_in_passkey(request):
    """The second step of signing in, by a passkey instead of a code."""
    at = timezone.now()
    memberships = remembered_or_none(request, at)
    if not memberships:
        return redirect("accounts:sign_in")
    user, site, form = memberships[0].user, site_of(request), PasskeyAnswerForm(request.POST)
    challenge = take_question(request, user.pk, at) if site else None
    by = visitor_of(request)
    shown = submit(form, actions.show_passkey, user=user, by=by, at=at, challenge=challenge, site=site)
    if not refused(shown):
        return after_factor(request, memberships, at)
    if form.data.get("credential"):
        actions.record_wrong_code(user=user, by=by, at=at)
    return code_page(request, user, at, passkey_form=form)
