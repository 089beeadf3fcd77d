"""Whether the audit trail and the dosing register are as they were written, for admin and compliance (R47)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.chain_page import chain_page
from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit


@needs(Permission.VIEW_AUDIT)
@require_safe
def tamper_evidence(request):
    audit.record_look(request.actor, "accounts.looked_at_chain")
    context = {
        "page": chain_page(request.actor, timezone.now()),
        "may_check": request.actor.can(Permission.VERIFY_CHAIN),
    }
    return render(request, "accounts/tamper_evidence.html", context)


@needs(Permission.VERIFY_CHAIN)
@require_POST
def check_chain(request):
    actions.ask_for_check(by=request.actor, at=timezone.now())
    messages.success(request, "The check has begun. This page shows its result in a moment.")
    return redirect("accounts:tamper_evidence")
