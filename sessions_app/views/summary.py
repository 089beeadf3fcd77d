"""The summary of one session on screen and as PDF; who reads what is the access matrix's, and both leave a row."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from sessions_app.summary.content import load_summary
from sessions_app.summary.pdf import as_pdf


@needs(Permission.VIEW_SESSION)
@require_safe
def session_summary(request, pk):
    summary = load_summary(request.actor, pk, timezone.now())
    audit.record_look(request.actor, "sessions.looked_at_summary", subject=summary.session)
    context = {"summary": summary, "session": summary.session, "patient": summary.session.patient}
    context["may_print"] = summary.reach.may(Permission.PRINT_SESSION)
    context["owes_rems"] = summary.owes_rems
    return render(request, "sessions_app/summary/summary.html", context)


@needs(Permission.PRINT_SESSION)
@require_safe
def session_summary_pdf(request, pk):
    """The file is made for the one who asks and is stored nowhere; it names who printed it when."""
    summary = load_summary(request.actor, pk, timezone.now(), Permission.PRINT_SESSION)
    audit.record_look(request.actor, "sessions.printed_summary", subject=summary.session)
    response = HttpResponse(as_pdf(summary, request.actor), content_type="application/pdf")
    name = f"session-{summary.session.patient.mrn}-{summary.session.number}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
