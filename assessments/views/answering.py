"""A clinician enters answers: asked aloud, read from paper, or rated."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.gatekeeping import needs
from accounts.roles import Permission
from assessments import actions
from assessments.drafts import draft_of
from assessments.forms import AnswerForm, DayBeforeForm
from assessments.models import AssessmentSet
from assessments.practice_catalogue import catalogue_of
from assessments.questions import is_rated
from common import audit
from common.http import form_status, refused, submit
from patients.chart import chart_context
from patients.scope import one


@needs(Permission.RECORD_ASSESSMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, pk, code):
    sets = AssessmentSet.objects.visible_to(request.actor, Permission.RECORD_ASSESSMENT)
    given = one(sets.select_related("patient").prefetch_related("assessments"), pk=pk)
    draft, at = draft_of(given, code, timezone.now()), timezone.now()
    if draft.submitted_at is not None:
        return redirect("assessments:assessment", draft.pk)
    form = AnswerForm(catalogue_of(given.patient.practice_id).of(draft), request.POST or None, kept=draft.answers)
    if request.method == "POST":
        row = _store(request, form, draft, at)
        if not refused(row):
            return _after(request, row)
    audit.record_look(request.actor, "assessments.looked_at_set", subject=given)
    context = chart_context(request, given.patient, "assessments")
    context |= {"form": form, "given": given, "instrument": form.instrument, "is_bound": form.is_bound}
    context["is_rated"] = is_rated(form.instrument)
    return render(request, "assessments/answer.html", context, status=form_status(form))


@needs(Permission.RECORD_ASSESSMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def day_before(request, pk):
    """Fasting, medicines and the way home, as the patient says it, such as on the phone."""
    sets = AssessmentSet.objects.visible_to(request.actor, Permission.RECORD_ASSESSMENT)
    given = one(sets.select_related("patient", "day_before"), pk=pk)
    if not (given.is_open and given.asks_day_before) or given.day_before_told is not None:
        return redirect("assessments:set", pk)
    form = DayBeforeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        told = submit(form, actions.tell_day_before, assessment_set=given, by=request.actor, at=timezone.now())
        if not refused(told):
            messages.success(request, "Stored. What needs a decision stands before the dose.")
            return redirect("assessments:set", pk)
    audit.record_look(request.actor, "assessments.looked_at_set", subject=given)
    context = chart_context(request, given.patient, "assessments") | {"form": form, "given": given}
    return render(request, "assessments/day_before.html", context, status=form_status(form))


def _store(request, form: AnswerForm, draft, at):
    if "keep" in request.POST:
        return submit(form, actions.save_answers, assessment=draft, by=request.actor, at=at)
    allow = "leave_open" in request.POST
    return submit(form, actions.submit_assessment, assessment=draft, by=request.actor, at=at, allow_missing=allow)


def _after(request, row):
    if row.submitted_at is None:
        messages.success(request, "The answers so far are kept. Nothing is scored yet.")
        return redirect("assessments:set", row.assessment_set_id)
    risk = row.risk_items.all()
    if risk:
        messages.warning(request, "This answer needs somebody now: read it and acknowledge it.")
        return redirect("assessments:risk_item", risk[0].pk)
    rated = is_rated(catalogue_of(row.patient.practice_id).of(row))
    messages.success(request, "Signed and scored." if rated else "The questionnaire is scored and stored.")
    return redirect("assessments:assessment", row.pk)
