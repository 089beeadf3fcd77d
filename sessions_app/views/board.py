"""The board of today's sessions and the fragment it polls."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actor import Actor
from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from sessions_app.board_page import BoardPage, load_board, on_board
from sessions_app.changes import board_still_unchanged, board_token


@needs(Permission.VIEW_SESSION)
@require_safe
def board(request):
    at = timezone.now()
    token = board_token(on_board(request.actor, at), at)
    page = load_board(request.actor, at)
    audit.record_list(request.actor, "sessions.looked_at_board", page.patient_ids)
    return render(request, "sessions_app/board.html", board_context(request.actor, page, at, token))


@needs(Permission.VIEW_SESSION, poll=True)
@require_safe
def board_cards(request):
    """The cards again, or 204 when nothing changed: in one statement while the `token` may be believed."""
    at = timezone.now()
    shown = on_board(request.actor, at)
    unchanged, token = board_still_unchanged(shown, request.GET.get("token", ""), at)
    response = HttpResponse(status=204) if unchanged else _changed(request, at, token)
    response["X-Server-Time"] = at.isoformat()
    return response


def board_context(actor: Actor, page: BoardPage, at: datetime, token: str) -> dict:
    may_mark = actor.can(Permission.MARK_PRESENCE)
    is_here = page.supervision.is_here(actor.membership_id)
    return {"page": page, "at": at, "token": token, "may_mark": may_mark, "is_here": is_here}


def _changed(request, at: datetime, token: str) -> HttpResponse:
    """The cards, or, where they are as they were, only a new token in the place of the old one."""
    context = board_context(request.actor, load_board(request.actor, at), at, token)
    if request.GET.get("stamp") == context["page"].stamp:
        response = render(request, "sessions_app/_board_poll.html", context)
        response["HX-Retarget"] = "#board-poll"
        return response
    audit.record_list(request.actor, "sessions.looked_at_board", context["page"].patient_ids)
    return render(request, "sessions_app/_board_cards.html", context)
