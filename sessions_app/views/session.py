"""The page of one session, the part of it that follows what others do, and the check of its signature."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from sessions_app.changes import is_unchanged, session_token
from sessions_app.forms import AlarmAnswerForm, ReadingForm
from sessions_app.models import Session
from sessions_app.session_page import load_session_page
from sessions_app.signed_content import is_intact
from sessions_app.views.acting import session_for


@needs(Permission.VIEW_SESSION)
@require_safe
def session_page(request, pk):
    session = session_for(request.actor, pk)
    context = _context(request.actor, session, timezone.now())
    audit.record_look(request.actor, "sessions.looked_at_session", subject=session)
    return render(request, "sessions_app/session.html", {**context, "form": ReadingForm()})


@needs(Permission.VIEW_SESSION, poll=True)
@require_safe
def session_live(request, pk):
    """What changes while others work: 204 when nothing did, in one statement while the `token` may be believed."""
    at = timezone.now()
    mine = Session.objects.visible_to(request.actor).filter(pk=pk)
    if is_unchanged(mine, request.GET.get("token", ""), at):
        response = HttpResponse(status=204)
    else:
        response = _changed(request, session_for(request.actor, pk), at)
    response["X-Server-Time"] = at.isoformat()
    return response


def _changed(request, session: Session, at: datetime) -> HttpResponse:
    """What follows the others' work, or, where that is as it was, only a new token."""
    context = _context(request.actor, session, at)
    if request.GET.get("stamp") == context["page"].stamp:
        return render(request, "sessions_app/_poll.html", context)
    audit.record_look(request.actor, "sessions.looked_at_session", subject=session)
    return render(request, "sessions_app/_live.html", {**context, "is_poll": True})


def _context(actor, session: Session, at: datetime) -> dict:
    """The token is made before the page is read: what comes between makes it too old, never too new."""
    token = session_token(session.pk, at)
    page = load_session_page(session, actor, at)
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
