"""Whether everything on this server is copied and could be restored, for admin and compliance (R101)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.backups_page import backups_page
from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit


@needs(Permission.VIEW_BACKUPS)
@require_safe
def backups(request):
    audit.record_look(request.actor, "accounts.looked_at_backups")
    context = {
        "page": backups_page(request.actor.practice_id, timezone.now()),
        "may_back_up": request.actor.can(Permission.BACK_UP),
    }
    return render(request, "accounts/backups.html", context)


@needs(Permission.BACK_UP)
@require_POST
def back_up(request):
    actions.ask_for_backup(by=request.actor, at=timezone.now())
    messages.success(request, "The backup has begun. This page shows its result in a moment.")
    return redirect("accounts:backups")
