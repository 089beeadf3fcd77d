"""The board for a display on the wall: rooms, states and alarms in large type, initials only."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from sessions_app.board_page import load_board, on_board
from sessions_app.changes import board_still_unchanged, board_token
from sessions_app.wall_page import wall_of


@needs(Permission.VIEW_SESSION, poll=True)
@require_safe
def wall(request):
    """The whole screen. It counts as fetched by itself, so that reloading it never extends a sign-in (R29)."""
    at = timezone.now()
    token = board_token(on_board(request.actor, at), at)
    return _shown(request, "sessions_app/wall.html", at, token)


@needs(Permission.VIEW_SESSION, poll=True)
@require_safe
def wall_cards(request):
    """The rooms again, or 204 when nothing changed, in the way of the board."""
    at = timezone.now()
    unchanged, token = board_still_unchanged(on_board(request.actor, at), request.GET.get("token", ""), at)
    rooms = "sessions_app/_wall_rooms.html"
    response = HttpResponse(status=204) if unchanged else _shown(request, rooms, at, token)
    response["X-Server-Time"] = at.isoformat()
    return response


def _shown(request, template: str, at: datetime, token: str) -> HttpResponse:
    page = load_board(request.actor, at)
    if request.GET.get("stamp") != page.stamp:
        audit.record_list(request.actor, "sessions.looked_at_wall", page.patient_ids)
    return render(request, template, {"page": page, "wall": wall_of(page), "at": at, "token": token})
