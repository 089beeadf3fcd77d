"""One's own second factor, and taking a colleague's lost one away (R22, R23)."""

import segno
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.forms import FirstCodeForm, PasswordAgainForm, ResetFactorForm
from accounts.gatekeeping import before_factor, needs, signed_in
from accounts.models import Authenticator, Membership, Passkey, RecoveryCode
from accounts.one_time_codes import enrolment_uri
from accounts.passkey_site import site_of
from accounts.roles import Permission
from accounts.sessions import renew_session
from common.http import form_status, refused, submit


@before_factor
@signed_in
@require_safe
def factor(request):
    return _page(request)


def _page(request, password_form=None, code_form=None):
    """What is in use, and the secret that waits for its first code."""
    mine = Authenticator.objects.visible_to(request.actor)
    codes = RecoveryCode.objects.visible_to(request.actor).filter(used_at=None)
    rows = {row.confirmed_at is not None: row for row in mine.order_by("made_at")}
    password_form, code_form = password_form or PasswordAgainForm(), code_form or FirstCodeForm()
    context = {"in_use": rows.get(True), "waiting": rows.get(False), "codes_left": codes.count()}
    context |= {"password_form": password_form, "code_form": code_form}
    context["passkeys"] = list(Passkey.objects.visible_to(request.actor).order_by("made_at"))
    context["takes_passkeys"] = site_of(request) is not None
    context["qr"] = _qr(request, rows[False]) if False in rows else None
    status = max(form_status(password_form), form_status(code_form))
    return render(request, "accounts/factor.html", context, status=status)


def _qr(request, row: Authenticator) -> dict:
    """The QR code as the path and the size of an SVG, in modules."""
    uri = enrolment_uri(row.secret, request.actor.user.email, request.actor.practice.name)
    rows = list(segno.make(uri, error="m").matrix_iter(border=4))
    dark = (f"M{x} {y}h1v1h-1z" for y, line in enumerate(rows) for x, module in enumerate(line) if module)
    return {"path": "".join(dark), "size": len(rows)}


@before_factor
@signed_in
@sensitive_post_parameters("password")
@require_POST
def begin(request):
    form = PasswordAgainForm(request.POST)
    begun = submit(form, actions.begin_authenticator, by=request.actor, at=timezone.now())
    return _page(request, password_form=form) if refused(begun) else redirect("accounts:factor")


@before_factor
@signed_in
@sensitive_post_parameters("code")
@require_POST
def confirm(request):
    waiting = Authenticator.objects.visible_to(request.actor).waiting().first()
    if waiting is None:
        return redirect("accounts:factor")
    at, form = timezone.now(), FirstCodeForm(request.POST)
    codes = submit(form, actions.confirm_authenticator, authenticator=waiting, by=request.actor, at=at)
    if refused(codes):
        return _page(request, code_form=form)
    renew_session(request, at, factor_shown=True)
    return _show_codes(request, codes)


@signed_in
@sensitive_post_parameters("password")
@require_POST
def renew_codes(request):
    form = PasswordAgainForm(request.POST)
    codes = submit(form, actions.renew_recovery_codes, by=request.actor, at=timezone.now())
    return _page(request, password_form=form) if refused(codes) else _show_codes(request, codes)


def _show_codes(request, codes):
    """Shown in the answer itself: codes are never stored in readable form, not even for a redirect."""
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@needs(Permission.MANAGE_STAFF)
@sensitive_post_parameters("password", "second_password")
@require_http_methods(["GET", "HEAD", "POST"])
def reset_factor(request, pk):
    member = get_object_or_404(Membership.objects.visible_to(request.actor), pk=pk)
    form = ResetFactorForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        done = submit(form, actions.reset_staff_factor, membership=member, by=request.actor, at=timezone.now())
        if not refused(done):
            messages.success(request, f"{member.user.full_name} sets up a new second factor at the next sign-in.")
            return redirect("accounts:staff_member", pk)
    return render(request, "accounts/reset_factor.html", {"member": member, "form": form}, status=form_status(form))
