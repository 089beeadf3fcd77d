"""Reading questionnaires: all of a patient, one course, one set, one answered form."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from assessments.answers_page import answers_page
from assessments.models import Assessment, AssessmentSet, RiskItem
from assessments.practice_catalogue import catalogue_of
from assessments.questionnaires_page import course_of, courses_of, plain_course, shown_set
from assessments.trend import Trend, trend_of, trends_of
from common import audit
from common.errors import OutOfScope
from patients.chart import chart_context
from patients.models import Patient
from patients.scope import one, patient_for

SETS_PER_PAGE = 6


@needs(Permission.VIEW_ASSESSMENTS)
@require_safe
def of_patient(request, patient_id):
    patient = patient_for(request.actor, patient_id, Permission.VIEW_ASSESSMENTS)
    at = timezone.now()
    audit.record_look(request.actor, "assessments.looked_at_questionnaires", subject=patient)
    sets = AssessmentSet.objects.visible_to(request.actor).filter(patient=patient).newest_first().with_answers()
    page = page_of(sets, request, SETS_PER_PAGE)
    risk = RiskItem.objects.visible_to(request.actor).open().filter(patient=patient).most_pressing_first()
    frame, catalogue = chart_context(request, patient, "assessments"), catalogue_of(patient.practice_id)
    context = frame | {
        "may_give": frame["reach"].may(Permission.RECORD_ASSESSMENT),
        "page": page,
        "sets": [shown_set(row, at, catalogue) for row in page],
        "courses": courses_of(trends_of(patient.pk, actor=request.actor)),
        "risk_items": list(risk),
    }
    return render(request, "assessments/of_patient.html", context)


@needs(Permission.VIEW_ASSESSMENTS)
@require_safe
def trend(request, patient_id, code):
    patient, found = _trend_for(request, patient_id, code)
    context = chart_context(request, patient, "assessments") | {"course": course_of(found), "trend": found}
    return render(request, "assessments/trend.html", context)


def _trend_for(request, patient_id, code) -> tuple[Patient, Trend]:
    patient = patient_for(request.actor, patient_id, Permission.VIEW_ASSESSMENTS)
    found = trend_of(patient.pk, code, actor=request.actor)
    if not found.points:
        raise OutOfScope("assessments.trend")
    audit.record_look(request.actor, "assessments.looked_at_trend", subject=patient)
    return patient, found


@needs(Permission.VIEW_ASSESSMENTS)
@require_safe
def plain_trend(request, patient_id, code):
    """The course in few words, to look at together or to print: a link shows no answers back (R72, R76)."""
    patient, found = _trend_for(request, patient_id, code)
    return render(request, "assessments/plain_trend.html", {"patient": patient, "shown": plain_course(found)})


@needs(Permission.VIEW_ASSESSMENTS)
@require_safe
def assessment_set(request, pk):
    row = one(AssessmentSet.objects.visible_to(request.actor).with_answers().select_related("patient"), pk=pk)
    audit.record_look(request.actor, "assessments.looked_at_set", subject=row)
    shown = shown_set(row, timezone.now(), catalogue_of(row.patient.practice_id))
    context = chart_context(request, row.patient, "assessments") | {"shown": shown}
    return render(request, "assessments/set.html", context)


@needs(Permission.VIEW_ASSESSMENTS)
@require_safe
def assessment(request, pk):
    rows = Assessment.objects.visible_to(request.actor)
    row = one(rows.select_related("patient", "assessment_set", "submitted_by__user", "link"), pk=pk)
    if row.submitted_at is None:
        return redirect("assessments:set", row.assessment_set_id)
    audit.record_look(request.actor, "assessments.looked_at_assessment", subject=row)
    trend = trend_of(row.patient_id, row.instrument, actor=request.actor)
    course = course_of(trend)
    line = next(line for line in course.lines if line.point.assessment_id == row.pk)
    context = chart_context(request, row.patient, "assessments")
    context |= {"shown": answers_page(row), "line": line, "risk_items": list(row.risk_items.all())}
    return render(request, "assessments/assessment.html", context)
