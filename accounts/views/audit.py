"""The audit log for admin and compliance: who did what to whose record, without the record's content."""

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.audit_page import HEADER, audit_page, exported, people_of
from accounts.forms import AuditFilterForm
from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.csv_safe import csv_lines
from common.http import form_status


@needs(Permission.VIEW_AUDIT)
@require_safe
def audit_log(request):
    practice_id = request.actor.practice_id
    form = AuditFilterForm(request.GET or None, people=people_of(practice_id))
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    page = audit_page(practice_id, wanted, request.GET.get("cursor", ""))
    audit.record_look(request.actor, "accounts.looked_at_audit", patient_id=wanted.get("patient"))
    context = {"may_export": request.actor.can(Permission.EXPORT_AUDIT)}
    context |= {"form": form, "page_rows": page.rows, "next_cursor": page.next_cursor}
    return render(request, "accounts/audit_log.html", context, status=form_status(form))


@needs(Permission.EXPORT_AUDIT)
@require_safe
def export_audit(request):
    """The rows that the filters find as CSV; the export is itself audited with their number (R55)."""
    practice_id = request.actor.practice_id
    form = AuditFilterForm(request.GET, people=people_of(practice_id))
    if not form.is_valid():
        context = {"form": form, "page_rows": [], "may_export": True}
        return render(request, "accounts/audit_log.html", context, status=form_status(form))
    rows = exported(practice_id, form.cleaned_data)
    number, patient = rows.count(), form.cleaned_data.get("patient")
    audit.record(
        request.actor, "accounts.exported_audit", at=timezone.now(), patient_id=patient, detail={"rows": number}
    )
    response = StreamingHttpResponse(csv_lines(HEADER, rows.iterator()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-log-{timezone.localdate()}.csv"'
    return response
