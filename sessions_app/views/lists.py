"""Lists of sessions: what is coming, and one patient's."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from patients.chart import chart_context
from patients.models import Patient, TreatmentSeries
from patients.scope import one
from sessions_app.board_page import day_bounds
from sessions_app.models import Session
from sessions_app.session_reach import may_schedule
from sessions_app.state_words import chip_of

VIEWS = {"upcoming": "Coming", "open": "In progress", "to_sign": "To sign", "past": "Past"}


@needs(Permission.VIEW_SESSION)
@require_safe
def session_list(request):
    """Sessions of the chosen kind, 25 a page."""
    start, _ = day_bounds(timezone.now(), request.actor.practice.time_zone)
    chosen = request.GET.get("show") if request.GET.get("show") in VIEWS else "upcoming"
    page = page_of(Session.objects.visible_to(request.actor).of_kind(chosen, start).with_names(), request)
    audit.record_list(request.actor, "sessions.looked_at_list", [row.patient_id for row in page])
    tabs = [{"label": label, "url": f"?show={key}", "is_current": key == chosen} for key, label in VIEWS.items()]
    rows = [(row, chip_of(row.state_now)) for row in page]
    context = {
        "page": page,
        "rows": rows,
        "tabs": tabs,
        "may_edit_rooms": request.actor.can(Permission.EDIT_SETTINGS),
        "may_set_cockpit": request.actor.can(Permission.EDIT_CLINICAL_SETTINGS),
    }
    return render(request, "sessions_app/list.html", context)


@needs(Permission.VIEW_SESSION)
@require_safe
def patient_sessions(request, patient_id):
    """All sessions of one patient, by series; the chart's tab."""
    patient = one(Patient.objects.visible_to(request.actor), pk=patient_id)
    sessions = Session.objects.visible_to(request.actor).filter(patient=patient).newest_first().with_names()
    page = page_of(sessions, request)
    audit.record_look(request.actor, "sessions.looked_at_patient_sessions", subject=patient)
    context = {
        **chart_context(request, patient, current="sessions"),
        "page": page,
        "rows": [(row, chip_of(row.state_now)) for row in page],
        "series": list(TreatmentSeries.objects.visible_to(request.actor).filter(patient=patient, closed_at=None)),
        "may_plan": may_schedule(request.actor, patient.pk),
    }
    return render(request, "sessions_app/patient_sessions.html", context)
