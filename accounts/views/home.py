"""The first page after sign-in: what waits for this person today, urgent things first."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import signed_in
from accounts.navigation import panels_for


@signed_in
@require_safe
def home(request):
    at = timezone.now()
    panels = panels_for(request.actor, at)
    urgent = [panel for panel in panels if panel.urgent]
    others = [panel for panel in panels if not panel.urgent]
    context = {"at": at, "urgent": urgent, "panels": others, "greeting": greeting(timezone.localtime(at).hour)}
    return render(request, "accounts/home.html", context)


def greeting(hour: int) -> str:
    """Words for the hour in the practice's zone."""
    if hour < 5:
        return "Good night"
    if hour < 12:
        return "Good morning"
    return "Good afternoon" if hour < 18 else "Good evening"
