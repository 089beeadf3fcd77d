"""The audit log for admin and compliance: who did what to whose record, without the record's content."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit_page import audit_page, people_of
from accounts.forms import AuditFilterForm
from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status


@needs(Permission.VIEW_AUDIT)
@require_safe
def audit_log(request):
    practice_id = request.actor.practice_id
    form = AuditFilterForm(request.GET or None, people=people_of(practice_id))
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    page = audit_page(practice_id, wanted, request.GET.get("cursor", ""))
    audit.record_look(request.actor, "accounts.looked_at_audit", patient_id=wanted.get("patient"))
    context = {"form": form, "page_rows": page.rows, "next_cursor": page.next_cursor}
    return render(request, "accounts/audit_log.html", context, status=form_status(form))
