"""The page of one session, the part of it that follows what others do, and the check of its signature."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from sessions_app.forms import ReadingForm
from sessions_app.session_page import load_session_page
from sessions_app.signed_content import is_intact
from sessions_app.views.acting import session_for


@needs(Permission.VIEW_SESSION)
@require_safe
def session_page(request, pk):
    session = session_for(request.actor, pk)
    at = timezone.now()
    page = load_session_page(session, request.actor, at)
    audit.record_look(request.actor, "sessions.looked_at_session", subject=session)
    return render(request, "sessions_app/session.html", _context(page, form=ReadingForm()))


@needs(Permission.VIEW_SESSION, poll=True)
@require_safe
def session_live(request, pk):
    """What changes while others work, or 204 when nothing did since `stamp`."""
    session = session_for(request.actor, pk)
    at = timezone.now()
    page = load_session_page(session, request.actor, at)
    if request.GET.get("stamp") == page.stamp:
        response = HttpResponse(status=204)
    else:
        audit.record_look(request.actor, "sessions.looked_at_session", subject=session)
        response = render(request, "sessions_app/_live.html", {**_context(page), "is_poll": True})
    response["X-Server-Time"] = at.isoformat()
    return response


def _context(page, **more) -> dict:
    return {"page": page, "session": page.session, "patient": page.session.patient, "at": page.at, **more}


@needs(Permission.VIEW_SESSION)
@require_safe
def check_signature(request, pk):
    """Whether what is stored is what was signed (R41)."""
    session = session_for(request.actor, pk)
    audit.record_look(request.actor, "sessions.checked_signature", subject=session)
    intact = is_intact(session) if session.signed_at else None
    context = {"session": session, "patient": session.patient, "is_intact": intact}
    return render(request, "sessions_app/signature.html", context)
