"""Scheduling a session, its questionnaires, and calling it off."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import authorize
from accounts.gatekeeping import needs
from accounts.roles import Permission
from assessments.models import AssessmentSet
from assessments.practice_catalogue import Catalogue, catalogue_of
from common import audit
from common.http import form_status, refused, submit
from patients.models import TreatmentSeries
from patients.scope import one
from sessions_app import actions
from sessions_app.forms import CallOffForm, QuestionnairesForm, RescheduleForm, ScheduleForm
from sessions_app.models import Room, Session, SessionAssessment
from sessions_app.practice_measuring import choose_before, protocol_of
from sessions_app.session_reach import may_record_assessments
from sessions_app.views.acting import act_page, posted, session_for

FORM = ["GET", "HEAD", "POST"]


@needs(Permission.SCHEDULE_SESSION)
@require_http_methods(FORM)
def schedule(request, series_id):
    series = one(TreatmentSeries.objects.visible_to(request.actor).select_related("patient"), pk=series_id)
    patient = series.patient
    authorize(request.actor, Permission.SCHEDULE_SESSION, practice_id=patient.practice_id, patient=patient.pk)
    form = ScheduleForm(
        posted(request),
        catalogue=catalogue_of(patient.practice_id),
        rooms=Room.objects.visible_to(request.actor).in_use(),
        may_give=may_record_assessments(request.actor, patient.pk),
        protocol=protocol_of(series.patient.practice_id, series.route).before,
    )
    if request.method == "POST":
        made = submit(form, actions.schedule_session, series=series, by=request.actor, at=timezone.now())
        if not refused(made):
            messages.success(request, f"Session {made.number} of {series.planned_sessions} is scheduled.")
            if form.follows_protocol:
                for sentence in _left_out(made, catalogue_of(patient.practice_id)):
                    messages.info(request, sentence)
            return redirect("sessions:session", pk=made.pk)
    audit.record_look(request.actor, "sessions.looked_at_schedule", subject=patient)
    planned = Session.objects.visible_to(request.actor).filter(series=series).newest_first().with_names()[:10]
    context = {"form": form, "series": series, "patient": patient, "planned": planned}
    return render(request, "sessions_app/schedule.html", context, status=form_status(form))


@needs(Permission.SCHEDULE_SESSION)
@require_http_methods(FORM)
def reschedule(request, pk):
    """Setting only is carried over: time, length and room as they were planned."""
    session = session_for(request.actor, pk, Permission.SCHEDULE_SESSION)
    now = {name: getattr(session, name) for name in ("scheduled_for", "planned_minutes", "room_id")}
    form = RescheduleForm(
        posted(request), session=session, rooms=Room.objects.visible_to(request.actor).in_use(), initial=now
    )
    return act_page(
        request,
        session,
        form,
        actions.reschedule_session,
        template="sessions_app/reschedule.html",
        done="The session is moved.",
    )


@needs(Permission.RECORD_ASSESSMENT)
@require_http_methods(FORM)
def questionnaires(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_ASSESSMENT)
    catalogue = catalogue_of(session.practice_id)
    return act_page(
        request,
        session,
        QuestionnairesForm(posted(request), catalogue=catalogue),
        actions.give_session_assessments,
        template="sessions_app/questionnaires.html",
        done="The questionnaires are given.",
        context={
            "given": _given(session, catalogue),
            "left_out": _left_out(session, catalogue),
        },
    )


def _given(session: Session, catalogue: Catalogue) -> list[tuple[SessionAssessment, list[str]]]:
    """What was given for the session so far, each with the names of its questionnaires."""
    links = session.assessment_links.select_related("assessment_set").order_by("created_at")
    return [(link, _names(link.assessment_set, catalogue)) for link in links]


def _names(given: AssessmentSet, catalogue: Catalogue) -> list[str]:
    return [catalogue.name_of(code, given.versions.get(code, "")) for code in given.instruments]


def _left_out(session: Session, catalogue: Catalogue) -> list[str]:
    """What of the practice's protocol is too soon to be asked before this session, and why."""
    protocol = protocol_of(session.practice_id, session.series.route)
    chosen = choose_before(session.patient_id, protocol.before, session.scheduled_for, timezone.now(), catalogue)
    return [one.sentence(session.practice.time_zone) for one in chosen.left_out]


CALL_OFF = {
    "cancel": (actions.cancel_session, "Cancel the session", "The session is cancelled."),
    "no-show": (actions.mark_no_show, "The patient did not come", "Recorded as no-show."),
}


@needs(Permission.SCHEDULE_SESSION)
@require_http_methods(FORM)
def call_off(request, pk, how):
    if how not in CALL_OFF:
        raise Http404
    session = session_for(request.actor, pk, Permission.SCHEDULE_SESSION)
    action, title, done = CALL_OFF[how]
    form = CallOffForm(posted(request), session=session)
    context = {"title": title, "button": title}
    return act_page(request, session, form, action, template="sessions_app/reason.html", done=done, context=context)


@needs(Permission.CHECK_IN_PATIENT)
@require_http_methods(FORM)
def abort(request, pk):
    session = session_for(request.actor, pk, Permission.CHECK_IN_PATIENT)
    return act_page(
        request,
        session,
        CallOffForm(posted(request), session=session),
        actions.abort_session,
        template="sessions_app/reason.html",
        done="The session is aborted; no dose was given.",
        context={"title": "Abort before a dose", "button": "Abort the session"},
    )
