"""Wording that does not ship: for which instruments, what the practice loaded under its licence, and loading it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from assessments import actions
from assessments.forms import WithdrawForm, WordingForm
from assessments.licensed_page import LicensedRow, licensed_rows
from assessments.models import LicensedWording
from common.errors import OutOfScope
from common.http import form_status, refused, submit


def _stored(request):
    return LicensedWording.objects.visible_to(request.actor).with_withdrawal()


def _row(request, code) -> LicensedRow:
    found = [row for row in licensed_rows(_stored(request).filter(code=code)) if row.instrument.code == code]
    if not found:
        raise OutOfScope("assessments.licensedwording")
    return found[0]


def _may_edit(request) -> bool:
    return request.actor.can(Permission.EDIT_QUESTIONNAIRES)


@needs(Permission.VIEW_SETTINGS)
@require_safe
def licensed(request):
    context = {"rows": licensed_rows(_stored(request)), "may_edit": _may_edit(request)}
    return render(request, "assessments/licensed/list.html", context)


@needs(Permission.VIEW_SETTINGS)
@require_safe
def versions(request, code):
    return _versions(request, code, WithdrawForm())


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_POST
def withdraw(request, code):
    form = WithdrawForm(request.POST)
    row = submit(form, actions.withdraw_wording, by=request.actor, at=timezone.now(), code=code)
    if refused(row):
        return _versions(request, code, form)
    messages.success(request, "Withdrawn. The texts are shown to nobody any more.")
    return redirect("assessments:licensed_of", code)


def _versions(request, code, form):
    stored = _stored(request).filter(code=code).newest_first().select_related("withdrawal")
    context = {"shown": _row(request, code), "versions": [{"row": row} for row in stored], "form": form}
    context["may_edit"] = _may_edit(request)
    return render(request, "assessments/licensed/versions.html", context, status=form_status(form))


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_http_methods(["GET", "HEAD", "POST"])
def load(request, code):
    shown = _row(request, code)
    form = WordingForm(shown.instrument, request.POST or None)
    if request.method == "POST":
        row = submit(form, actions.load_wording, by=request.actor, at=timezone.now(), code=code)
        if not refused(row):
            messages.success(request, f"Version {row.version} of the texts is in use from now on.")
            return redirect("assessments:licensed_of", code)
    return render(request, "assessments/licensed/load.html", {"form": form, "shown": shown}, status=form_status(form))


@needs(Permission.VIEW_SETTINGS)
@require_safe
def preview(request, code):
    """The newest texts as the patient, or whoever rates, meets them."""
    shown = _row(request, code)
    if not shown.stands:
        raise OutOfScope("assessments.licensedwording")
    context = {"row": shown.newest, "instrument": shown.as_shown, "questions": shown.questions}
    return render(request, "assessments/licensed/preview.html", context)
