"""Signing in, choosing a practice, signing out."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, choosing
from accounts.browser_names import browser_name
from accounts.forms import CodeForm, PasskeyAnswerForm, SignInForm, SignOutForm
from accounts.gatekeeping import before_own_password, public, signed_in
from accounts.known_browsers import browser_token, keep_token
from accounts.origin import visitor_of
from accounts.passkey_rules import ask_for_known
from accounts.passkey_site import keep_question, site_of
from accounts.sessions import end_session, open_session
from common.http import form_status, refused, submit


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request):
    if request.actor and request.method != "POST":
        return redirect(next_page(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST":
        at = timezone.now()
        memberships = submit(form, actions.check_sign_in, by=visitor_of(request), at=at)
        if not refused(memberships):
            return _enter(request, memberships, at)
    context = {"form": form, "next": request.GET.get("next", ""), "setup_command": choosing.setup_command()}
    return render(request, "accounts/sign_in.html", context, status=form_status(form))


def _enter(request, memberships, at):
    if memberships[0].user.has_second_factor:
        choosing.remember(request, memberships[0].user, at)
        return redirect(f"{reverse('accounts:sign_in_code')}{_kept_next(request)}")
    if len(memberships) > 1:
        choosing.remember(request, memberships[0].user, at)
        return redirect(f"{reverse('accounts:choose_practice')}{_kept_next(request)}")
    return _open(request, memberships[0], at)


@public
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request):
    """The second step: a code of the authenticator app, or one of the recovery codes (R22)."""
    at = timezone.now()
    memberships = remembered_or_none(request, at)
    if not memberships:
        return redirect("accounts:sign_in")
    user, form = memberships[0].user, CodeForm(request.POST or None)
    if request.method == "POST":
        by = visitor_of(request)
        shown = submit(form, actions.check_code, user=user, by=by, at=at)
        if not refused(shown):
            return after_factor(request, memberships, at)
        if form.is_bound and form.data.get("code"):
            actions.record_wrong_code(user=user, by=by, at=at)
    return code_page(request, user, at, form)


def remembered_or_none(request, at):
    """The memberships of the person who has shown the password and now has to show the second factor."""
    memberships = choosing.remembered(request, at)
    return memberships if memberships and choosing.waits_for_code(request, memberships) else None


def code_page(request, user, at, form=None, passkey_form=None):
    """The page of the second step; with passkeys it asks for one of them anew each time it is shown."""
    site = site_of(request)
    keys = choosing.passkeys_of(user) if site else []
    form, passkey_form = form or CodeForm(), passkey_form or PasskeyAnswerForm()
    context = {"form": form, "passkey_form": passkey_form, "next": request.GET.get("next", "")}
    if keys:
        context["options"] = keep_question(request, ask_for_known(site, keys), user.pk, at)
    status = max(form_status(form), form_status(passkey_form))
    return render(request, "accounts/sign_in_code.html", context, status=status)


def after_factor(request, memberships, at):
    if len(memberships) > 1:
        choosing.remember(request, memberships[0].user, at, factor_shown=True)
        return redirect(f"{reverse('accounts:choose_practice')}{_kept_next(request)}")
    return _open(request, memberships[0], at, factor_shown=True)


def _open(request, membership, at, factor_shown=False):
    destination = next_page(request)
    return enter_practice(request, membership, at, factor_shown, destination)


def enter_practice(request, membership, at, factor_shown, destination):
    """Open the session, remember the browser, and lead on."""
    open_session(request, membership, at, factor_shown)
    token, browser = browser_token(request), browser_name(request.headers.get("User-Agent", ""))
    actions.record_sign_in(by=request.actor, at=at, token=token, browser=browser)
    response = redirect(destination)
    keep_token(response, token)
    return response


@public
@require_http_methods(["GET", "HEAD", "POST"])
def choose_practice(request):
    """For a person of several practices, after the password was right; it is asked again after ten minutes."""
    at = timezone.now()
    memberships = choosing.remembered(request, at)
    if not memberships:
        return redirect("accounts:sign_in")
    if choosing.waits_for_code(request, memberships):
        return redirect("accounts:sign_in_code")
    chosen = [m for m in memberships if str(m.pk) == request.POST.get("membership")]
    if chosen:
        return _open(request, chosen[0], at, factor_shown=memberships[0].user.has_second_factor)
    context = {"memberships": memberships, "next": request.GET.get("next", "")}
    return render(request, "accounts/choose_practice.html", context, status=422 if request.POST else 200)


@before_own_password
@signed_in
@require_POST
def sign_out(request):
    """What a device holds is thrown away with the sign-in, unless entries wait there for the network (R85)."""
    form = SignOutForm(request.POST)
    actions.record_sign_out(by=request.actor, at=timezone.now())
    end_session(request)
    messages.success(request, "You are signed out.")
    response = redirect("accounts:sign_in")
    if form.is_valid() and form.cleaned_data["nothing_waits"]:
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def next_page(request) -> str:
    """The page that was asked for, if it is on this host; otherwise the home page (R33)."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    own = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if own and asked.startswith("/") else reverse("accounts:home")


def _kept_next(request) -> str:
    destination = next_page(request)
    return f"?next={destination}" if destination != reverse("accounts:home") else ""
