"""Outcomes on a page and as CSV: de-identified for those who run the practice, of the own patients for clinicians."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.csv_safe import csv_lines
from common.http import form_status
from outcomes.forms import OutcomesForm
from outcomes.outcomes_page import choices, outcomes_page
from outcomes.table import HEADINGS, lines_of

PAGES = {
    Permission.VIEW_REPORTS: ("outcomes:report", "outcomes:export_report"),
    Permission.VIEW_ASSESSMENTS: ("outcomes:own_patients", "outcomes:export_own_patients"),
}


@needs(Permission.VIEW_REPORTS)
@require_safe
def report(request):
    return _page(request, Permission.VIEW_REPORTS)


@needs(Permission.VIEW_REPORTS)
@require_safe
def export_report(request):
    return _csv(request, Permission.VIEW_REPORTS)


@needs(Permission.VIEW_ASSESSMENTS)
@require_safe
def own_patients(request):
    return _page(request, Permission.VIEW_ASSESSMENTS)


@needs(Permission.VIEW_ASSESSMENTS)
@require_safe
def export_own_patients(request):
    return _csv(request, Permission.VIEW_ASSESSMENTS)


def _form(request, permission, at) -> OutcomesForm:
    instruments, periods = choices(request.actor, permission, at)
    return OutcomesForm(request.GET or None, instruments=instruments, periods=periods)


def _page(request, permission):
    at = timezone.now()
    form = _form(request, permission, at)
    found = None
    if not form.is_bound or form.is_valid():
        found = outcomes_page(request.actor, permission, at, **form.wanted())
        _record(request, "outcomes.looked_at_outcomes", found, at)
    address, file = (reverse(name) for name in PAGES[permission])
    context = {"form": form, "page": found, "clear_url": address, "csv_url": f"{file}?{request.GET.urlencode()}"}
    return render(request, "outcomes/outcomes.html", context, status=form_status(form))


def _csv(request, permission):
    at = timezone.now()
    form = _form(request, permission, at)
    if form.is_bound and not form.is_valid():
        return _page(request, permission)
    found = outcomes_page(request.actor, permission, at, **form.wanted())
    _record(request, "outcomes.exported_outcomes", found, at)
    response = HttpResponse("".join(csv_lines(HEADINGS, lines_of(found))), content_type="text/csv; charset=utf-8")
    name = f"outcomes-{found.instrument.lower()}-{found.period.code.lower()}-{timezone.localdate()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _record(request, action: str, found, at) -> None:
    detail = {"instrument": found.instrument, "period": found.period.code, "series": found.overall.result.total}
    audit.record(request.actor, action, at=at, detail=detail | {"report": found.is_report})
