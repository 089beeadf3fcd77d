"""The board of today's sessions and the fragment it polls."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from sessions_app.board_page import load_board


@needs(Permission.VIEW_SESSION)
@require_safe
def board(request):
    at = timezone.now()
    page = load_board(request.actor, at)
    audit.record_list(request.actor, "sessions.looked_at_board", page.patient_ids)
    return render(request, "sessions_app/board.html", {"page": page, "at": at})


@needs(Permission.VIEW_SESSION, poll=True)
@require_safe
def board_cards(request):
    """The cards again, or 204 when nothing changed since `stamp`."""
    at = timezone.now()
    page = load_board(request.actor, at)
    if request.GET.get("stamp") == page.stamp:
        response = HttpResponse(status=204)
    else:
        audit.record_list(request.actor, "sessions.looked_at_board", page.patient_ids)
        response = render(request, "sessions_app/_board_cards.html", {"page": page, "at": at})
    response["X-Server-Time"] = at.isoformat()
    return response
