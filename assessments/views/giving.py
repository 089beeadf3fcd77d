"""Handing questionnaires to a patient: a set, a link shown once, the clinic's tablet, taking it back."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import record_sign_out
from accounts.gatekeeping import needs
from accounts.roles import Permission
from accounts.sessions import end_session
from assessments import actions
from assessments.forms import GiveForm, RateForm
from assessments.models import AnswerLink, AssessmentSet
from assessments.practice_catalogue import catalogue_of
from common import audit
from common.http import form_status, refused, submit
from patients.chart import chart_context
from patients.scope import one, patient_for

LINK_LIVES = timedelta(days=7)  # R73
RATED_WITHIN = timedelta(hours=24)  # a scale chosen and not rated by then shows as overdue
TABLET_LINK_LIVES = timedelta(hours=2)


@needs(Permission.RECORD_ASSESSMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request, patient_id):
    patient = patient_for(request.actor, patient_id, Permission.RECORD_ASSESSMENT)
    at = timezone.now()
    offered = catalogue_of(patient.practice_id)
    form = GiveForm(request.POST or None, at=at, catalogue=offered, initial={"due_at": at + timedelta(days=1)})
    if request.method == "POST":
        given = submit(form, actions.give_assessments, patient=patient, by=request.actor, at=at)
        if not refused(given):
            messages.success(request, "The questionnaires are ready. Choose how the patient answers them.")
            return redirect("assessments:set", given.pk)
    audit.record_look(request.actor, "assessments.looked_at_questionnaires", subject=patient)
    context = chart_context(request, patient, "assessments") | {"form": form}
    return render(request, "assessments/give.html", context, status=form_status(form))


@needs(Permission.RECORD_ASSESSMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request, patient_id):
    """Choosing a scale that a clinician rates; the next page asks it."""
    patient = patient_for(request.actor, patient_id, Permission.RECORD_ASSESSMENT)
    form, at = RateForm(request.POST or None, catalogue=catalogue_of(patient.practice_id)), timezone.now()
    if request.method == "POST":
        due_at = at + RATED_WITHIN
        given = submit(form, actions.give_assessments, patient=patient, by=request.actor, at=at, due_at=due_at)
        if not refused(given):
            return redirect("assessments:answer", given.pk, given.instruments[0])
    audit.record_look(request.actor, "assessments.looked_at_questionnaires", subject=patient)
    context = chart_context(request, patient, "assessments") | {"form": form}
    return render(request, "assessments/rate.html", context, status=form_status(form))


def _set(request, pk) -> AssessmentSet:
    rows = AssessmentSet.objects.visible_to(request.actor, Permission.RECORD_ASSESSMENT)
    return one(rows.select_related("patient__practice"), pk=pk)


@needs(Permission.RECORD_ASSESSMENT)
@require_POST
def make_link(request, pk):
    """The link is told once, in the answer to this request, and never again (R70)."""
    given, at = _set(request, pk), timezone.now()
    expires_at = min(at + LINK_LIVES, given.expires_at or at + LINK_LIVES)
    link, token = actions.make_link(
        assessment_set=given, by=request.actor, at=at, channel=AnswerLink.Channel.HANDED, expires_at=expires_at
    )
    address = settings.PUBLIC_URL.rstrip("/") + reverse("portal:open", kwargs={"token": token})
    context = chart_context(request, given.patient, "assessments") | {"given": given, "link": link, "address": address}
    return render(request, "assessments/link.html", context)


@needs(Permission.RECORD_ASSESSMENT)
@require_POST
def tablet(request, pk):
    """Signs the clinician out of this browser first: a patient never holds a staff session."""
    given, at = _set(request, pk), timezone.now()
    expires_at = min(at + TABLET_LINK_LIVES, given.expires_at or at + TABLET_LINK_LIVES)
    _, token = actions.make_link(
        assessment_set=given, by=request.actor, at=at, channel=AnswerLink.Channel.TABLET, expires_at=expires_at
    )
    record_sign_out(by=request.actor, at=at)
    end_session(request)
    return redirect("portal:open", token=token)


@needs(Permission.RECORD_ASSESSMENT)
@require_POST
def cancel(request, pk):
    given = _set(request, pk)
    actions.cancel_set(assessment_set=given, by=request.actor, at=timezone.now())
    messages.success(request, "The questionnaires are cancelled and their link is closed. Answers already sent stay.")
    return redirect("assessments:of_patient", given.patient_id)
