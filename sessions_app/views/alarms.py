"""Answering critical values, and the judgement of a reading while it is typed."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from sessions_app import actions
from sessions_app.forms import AlarmAnswerForm, ReadingForm
from sessions_app.grading import open_alarms
from sessions_app.session_facts import load_facts
from sessions_app.typed_reading import judge_typed
from sessions_app.views.acting import act_page, posted, session_for


@needs(Permission.RECORD_VITALS)
@require_http_methods(["GET", "HEAD", "POST"])
def alarms(request, pk):
    """What is critical and not answered, with one answer for those that are chosen."""
    session = session_for(request.actor, pk, Permission.RECORD_VITALS)
    facts = load_facts(session)
    alarms = open_alarms(facts.alarms)
    form = AlarmAnswerForm(posted(request), alarms=alarms, people=facts.roster.values())
    return act_page(
        request,
        session,
        form,
        actions.answer_alarms,
        template="sessions_app/alarms.html",
        done="The answer is saved.",
        anchor="session-now",
        context={"alarms": alarms},
    )


@needs(Permission.RECORD_VITALS)
@require_POST
def grade_reading(request, pk):
    """How the numbers typed so far are judged, as a piece of the form; nothing is stored."""
    session = session_for(request.actor, pk, Permission.RECORD_VITALS)
    form = ReadingForm(request.POST)
    form.is_valid()
    audit.record_look(request.actor, "sessions.previewed_reading", subject=session)
    judged = judge_typed(session, form.cleaned_data, timezone.now())
    return render(request, "sessions_app/_typed_reading.html", {"judged": judged})
