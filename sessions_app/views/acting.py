"""What the act pages of a session share: fetch within scope, ask the permission, show the form or act and go back."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import authorize
from accounts.roles import Permission
from common import audit
from common.errors import ClinicError
from common.http import form_status, refused, submit
from patients.scope import one
from sessions_app.models import Session
from sessions_app.session_events import findings_of
from sessions_app.session_facts import full
from sessions_app.session_page import load_session_page
from sessions_app.timeline import TimelineEvent
from sessions_app.views.entry_forms import ENTRY_FORMS

NEWEST = 4


def session_for(actor, pk, permission: Permission = Permission.VIEW_SESSION) -> Session:
    """The session within the person's sight (else 404); for another permission also within its scope (else 403)."""
    session = one(full(Session.objects.visible_to(actor)), pk=pk)
    if permission is not Permission.VIEW_SESSION:
        authorize(actor, permission, practice_id=session.practice_id, patient=session.patient_id, session=session.pk)
    return session


def posted(request):
    return request.POST if request.method == "POST" else None


def entry_page(request, session, what: str, *, template: str = "", **more):
    """The page on which an entry of this kind (`entry_forms`) is written; a device keeps it without network."""
    written = ENTRY_FORMS[what]
    return act_page(
        request,
        session,
        written.make(posted(request), request.actor),
        written.action,
        template=f"sessions_app/{template or what}.html",
        kept=what,
        **{"done": written.saved, "anchor": "timeline", **more},
    )


def act_page(request, session, form, action, *, template, done, anchor="", context=None, renewed=None, kept="", **more):
    """Show the form; on POST call the action with its cleaned data and go back to the session.

    `done` is what the person is told then, or makes it of the action's result, as (level of the message, words).
    `kept` is the kind of entry as which a device keeps it without network; anything else needs the server.
    Who was not first keeps what was typed and sees what is stored now. The hidden fields then stand for that
    (`renewed`, and the session's version), so that sending again is a decision made after seeing it.
    """
    if request.method == "POST":
        result = submit(form, action, session=session, by=request.actor, at=timezone.now(), **more)
        if not refused(result):
            level, words = done(result) if callable(done) else (messages.SUCCESS, done)
            messages.add_message(request, level, words)
            return to_session(session, anchor)
        if form.stale:
            session = session_for(request.actor, session.pk)
            context = {**(context or {}), "newest": newest_events(session, request.actor)}
            _renew(form, {"version": str(session.version), **(renewed or {})})
    else:
        audit.record_look(request.actor, "sessions.looked_at_form", subject=session)
    shown = {"session": session, "patient": session.patient, "form": form, **(context or {})}
    offline = {"kept": kept, "kept_label": ENTRY_FORMS[kept].label if kept else "", "anchor": anchor}
    return render(request, template, {**shown, **offline}, status=form_status(form))


def reading_told(words: str, session, row) -> tuple[int, str]:
    """What was saved, with what is abnormal in it."""
    found = [f"{one.severity.label}: {one.sentence}" for one in findings_of(session, row.pk)]
    return (messages.WARNING if found else messages.SUCCESS), " ".join([words, *found])


def newest_events(session: Session, actor) -> list[TimelineEvent]:
    """What was written down last about this session, the newest first, as far as this person may read it."""
    page = load_session_page(session, actor, timezone.now())
    return sorted(page.timeline, key=lambda event: event.recorded_at, reverse=True)[:NEWEST]


def _renew(form, values: dict[str, str]) -> None:
    form.data = form.data.copy()
    for name, value in values.items():
        if name in form.fields:
            form.data[name] = value


def act_now(request, session, action, *, done, **more):
    """A button without a form of its own: a refusal comes back as a message on the session's page."""
    try:
        action(session=session, by=request.actor, at=timezone.now(), **more)
    except ClinicError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, f"Not done. {error}")
    else:
        messages.success(request, done)
    return to_session(session)


def to_session(session, anchor: str = ""):
    response = redirect("sessions:session", pk=session.pk)
    if anchor:
        response["Location"] += f"#{anchor}"
    return response
