"""Scales, who is in the room, rescue drugs, consents, due readings not taken, and the settings of the cockpit."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from sessions_app import actions
from sessions_app.forms import NotTakenForm, SessionSettingsForm
from sessions_app.open_readings import open_due_times
from sessions_app.quick_phrases import DEFAULTS
from sessions_app.scales import SCALES
from sessions_app.session_facts import load_facts
from sessions_app.settings_in_force import settings_of
from sessions_app.views.acting import act_page, entry_page, posted, session_for

FORM = ["GET", "HEAD", "POST"]


@needs(Permission.RECORD_VITALS)
@require_http_methods(FORM)
def scale(request, pk, instrument):
    session = session_for(request.actor, pk, Permission.RECORD_VITALS)
    if instrument not in SCALES:
        raise Http404
    return entry_page(request, session, instrument, template="scale", context={"scale": SCALES[instrument]})


@needs(Permission.RECORD_OBSERVATION)
@require_http_methods(FORM)
def room_entry(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_OBSERVATION)
    return entry_page(request, session, "room_entry", anchor="in-the-room")


@needs(Permission.RECORD_ADVERSE_EVENT)
@require_http_methods(FORM)
def rescue_drug(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_ADVERSE_EVENT)
    return entry_page(request, session, "rescue_drug")


@needs(Permission.RECORD_OBSERVATION)
@require_http_methods(FORM)
def room_consent(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_OBSERVATION)
    return entry_page(request, session, "room_consent")


@needs(Permission.RECORD_VITALS)
@require_http_methods(FORM)
def not_taken(request, pk):
    """Why a due reading was not taken; it stays a gap, with its reason."""
    session = session_for(request.actor, pk, Permission.RECORD_VITALS)
    due = open_due_times(load_facts(session), timezone.now())
    return act_page(
        request,
        session,
        NotTakenForm(posted(request), due=due),
        actions.close_due_reading,
        template="sessions_app/not_taken.html",
        done="The reason is saved with the due time.",
        anchor="readings",
        context={"due": due},
    )


@needs(Permission.EDIT_CLINICAL_SETTINGS)
@require_http_methods(FORM)
def settings(request):
    now = settings_of(request.actor.practice_id)
    lines = "\n".join(f"{phrase.what}: {phrase.text}" for phrase in now.phrases)
    initial = {"phrases": "" if now.phrases == DEFAULTS else lines, "cadss6_licence": now.cadss6_licence}
    form = SessionSettingsForm(posted(request), initial=initial)
    if request.method == "POST":
        row = submit(form, actions.save_session_settings, by=request.actor, at=timezone.now())
        if not refused(row):
            messages.success(request, "The settings of the cockpit are saved.")
            return redirect("sessions:settings")
    audit.record_list(request.actor, "sessions.looked_at_settings", [])
    context = {"form": form, "defaults": DEFAULTS}
    return render(request, "sessions_app/settings.html", context, status=form_status(form))
