"""The page of one session, the part of it that follows what others do, and the check of its signature."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from sessions_app.changes import COUNTS, session_token, still_unchanged
from sessions_app.forms import AlarmAnswerForm, ReadingForm
from sessions_app.models import Session
from sessions_app.session_facts import ROW
from sessions_app.session_page import load_session_page
from sessions_app.session_reach import SessionReach
from sessions_app.session_scope import reached_session
from sessions_app.signed_content import is_intact
from sessions_app.views.acting import session_for


@needs(Permission.VIEW_SESSION)
@require_safe
def session_page(request, pk):
    session, reach = reached_session(request.actor, pk, joined=ROW, also=COUNTS)
    at = timezone.now()
    context = _context(request.actor, session, reach, at, session_token(session, at))
    audit.record_look(request.actor, "sessions.looked_at_session", subject=session)
    return render(request, "sessions_app/session.html", {**context, "form": ReadingForm()})


@needs(Permission.VIEW_SESSION, poll=True)
@require_safe
def session_live(request, pk):
    """What changes while others work: 204 when nothing did, in one statement while the `token` may be believed."""
    at = timezone.now()
    mine = Session.objects.visible_to(request.actor).filter(pk=pk)
    unchanged, token = still_unchanged(mine, request.GET.get("token", ""), at)
    response = HttpResponse(status=204) if unchanged else _changed(request, pk, at, token)
    response["X-Server-Time"] = at.isoformat()
    return response


def _changed(request, pk, at: datetime, token: str) -> HttpResponse:
    """What follows the others' work, or, where that is as it was, only a new token."""
    session, reach = reached_session(request.actor, pk, joined=ROW)
    context = _context(request.actor, session, reach, at, token)
    if request.GET.get("stamp") == context["page"].stamp:
        return render(request, "sessions_app/_poll.html", context)
    audit.record_look(request.actor, "sessions.looked_at_session", subject=session)
    return render(request, "sessions_app/_live.html", {**context, "is_poll": True})


def _context(actor, session: Session, reach: SessionReach, at: datetime, token: str) -> dict:
    """The token is made before the page is read: what comes between makes it too old, never too new."""
    page = load_session_page(session, actor, at, reach)
    context = {"page": page, "session": page.session, "patient": page.session.patient, "at": page.at, "token": token}
    if page.open_alarms and page.may_record_vitals:
        open_now = [row.alarm for row in page.open_alarms]
        context["alarm_form"] = AlarmAnswerForm(alarms=open_now, people=page.facts.roster.values())
    return context


@needs(Permission.VIEW_SESSION)
@require_safe
def check_signature(request, pk):
    """Whether what is stored is what was signed (R41)."""
    session = session_for(request.actor, pk)
    audit.record_look(request.actor, "sessions.checked_signature", subject=session)
    intact = is_intact(session) if session.signed_at else None
    context = {"session": session, "patient": session.patient, "is_intact": intact}
    return render(request, "sessions_app/signature.html", context)
