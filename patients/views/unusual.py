"""Unusual looks for the reviewers (R14), and who opened one patient's chart (R51, R56)."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.csv_safe import csv_lines
from common.http import form_status, refused, submit
from patients import actions
from patients.access_report import HEADER, PATIENT_HEADER, access_events, cells, patient_cells, patient_row_of, row_of
from patients.forms import AcknowledgeForm, PeriodForm
from patients.models import UnusualLook
from patients.scope import one, patient_for

ROWS_OF_COPY = 2000  # printed as one list


@needs(Permission.REVIEW_ACCESS)
@require_safe
def unusual_list(request):
    return _page(request, AcknowledgeForm())


def _page(request, form, refused_pk=None):
    rows = UnusualLook.objects.visible_to(request.actor).with_people()
    page = page_of(rows.waiting_first(), request)
    shown = [row.patient_id for row in page if row.patient_id]
    audit.record_list(request.actor, "patients.listed_unusual_looks", shown)
    context = {"page": page, "form": form, "refused_pk": refused_pk, "me": request.actor.membership_id}
    return render(request, "patients/emergency/unusual.html", context, status=form_status(form))


@needs(Permission.REVIEW_ACCESS)
@require_POST
def find_unusual(request):
    new = actions.find_unusual_looks(by=request.actor, at=timezone.now(), practice_id=request.actor.practice_id)
    messages.success(request, f"{len(new)} new." if new else "Nothing new in the last 25 hours.")
    return redirect("patients:unusual")


@needs(Permission.REVIEW_ACCESS)
@require_POST
def acknowledge_unusual(request, pk):
    look = one(UnusualLook.objects.visible_to(request.actor), pk=pk)
    form = AcknowledgeForm(request.POST)
    if refused(submit(form, actions.acknowledge_unusual_look, look=look, by=request.actor, at=timezone.now())):
        return _page(request, form, pk)
    messages.success(request, "Acknowledged.")
    return redirect("patients:unusual")


@needs(Permission.REVIEW_ACCESS)
@require_safe
def access_report(request, pk):
    """Who opened this chart, in plain words; `as=csv` is the same as a file, `copy` what the patient may be handed."""
    patient = patient_for(request.actor, pk, Permission.REVIEW_ACCESS)
    form = PeriodForm(request.GET or None)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    period = {"first_day": values.get("first_day"), "last_day": values.get("last_day")}
    is_copy = bool(values.get("copy"))
    events = access_events(patient, **period, for_patient=is_copy, with_lists=bool(values.get("lists")))
    zone = ZoneInfo(patient.practice.time_zone)
    if request.GET.get("as") == "csv":
        audit.record(
            request.actor,
            "patients.exported_access_report",
            at=timezone.now(),
            subject=patient,
            detail={"rows": events.count(), "for": "patient" if is_copy else "practice"},
        )
        lines = csv_lines(PATIENT_HEADER, patient_cells(events, zone)) if is_copy else csv_lines(HEADER, cells(events))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="access-report-{timezone.localdate()}.csv"'
        return response
    audit.record_look(request.actor, "patients.looked_at_access_report", subject=patient)
    page = page_of(events, request, ROWS_OF_COPY if is_copy else 100)
    page.object_list = [patient_row_of(event, zone) if is_copy else row_of(event) for event in page.object_list]
    context = {"patient": patient, "page": page, "form": form, "period": period, "at": timezone.now()}
    template = "access_copy" if is_copy else "access_report"
    return render(request, f"patients/emergency/{template}.html", context, status=form_status(form))
