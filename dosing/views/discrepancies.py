"""What does not agree about the drug: the list, one discrepancy, and clearing it up (R50)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.models import Membership
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from dosing import actions
from dosing.discrepancy_page import discrepancy_page, rows_of
from dosing.forms import ClosingForm, CorrectionForm, DiscrepancyFilterForm, DiscrepancyNoteForm
from dosing.models import Discrepancy
from dosing.stock_page import sections
from patients.scope import one


@needs(Permission.VIEW_STOCK)
@require_safe
def discrepancies(request):
    day = timezone.localdate()
    form = DiscrepancyFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = rows_of(Discrepancy.objects.visible_to(request.actor), wanted, day)
    page = page_of(rows.with_names().most_pressing_first(), request)
    for row in page:
        row.is_overdue = row.is_overdue_on(day)
    audit.record_look(request.actor, "dosing.listed_discrepancies")
    context = {"form": form, "page": page, "tabs": sections(request.actor, "discrepancies")}
    return render(request, "dosing/discrepancies.html", context)


@needs(Permission.VIEW_STOCK)
@require_safe
def discrepancy(request, pk):
    return _page(request, _found(request, pk))


def _found(request, pk) -> Discrepancy:
    return one(Discrepancy.objects.visible_to(request.actor).with_names(), pk=pk)


def _page(request, row: Discrepancy, **forms):
    people = Membership.objects.visible_to(request.actor).active().order_by("user__full_name")
    shown = {"note_form": DiscrepancyNoteForm(people=people), "correction_form": CorrectionForm()}
    shown |= {"closing_form": ClosingForm()} | forms
    audit.record_look(request.actor, "dosing.looked_at_discrepancy", subject=row)
    context = {"page": discrepancy_page(request.actor, row, timezone.localdate()), **shown}
    status = max(form_status(form) for form in shown.values())
    return render(request, "dosing/discrepancy.html", context, status=status)


@needs(Permission.INVESTIGATE_DISCREPANCY)
@require_POST
def note(request, pk):
    people = Membership.objects.visible_to(request.actor).active().order_by("user__full_name")
    form = DiscrepancyNoteForm(request.POST, people=people)
    return _act(request, pk, actions.note_discrepancy, "The note is kept.", note_form=form)


@needs(Permission.CORRECT_STOCK)
@require_POST
def correct(request, pk):
    form = CorrectionForm(request.POST)
    return _act(request, pk, actions.correct_stock, "The ledger has a new row.", correction_form=form)


@needs(Permission.CLOSE_DISCREPANCY)
@require_POST
def close(request, pk):
    return _act(request, pk, actions.close_discrepancy, "It is closed.", closing_form=ClosingForm(request.POST))


def _act(request, pk, action, told: str, **named):
    row, (form,) = _found(request, pk), named.values()
    if refused(submit(form, action, discrepancy=row, by=request.actor, at=timezone.now())):
        return _page(request, row, **named)
    messages.success(request, told)
    return redirect("dosing:discrepancy", pk)
