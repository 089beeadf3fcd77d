"""A patient's integration page, and one note to read or print, with addenda and homework."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from integration_notes import actions
from integration_notes.forms import AddendumForm, FinishForm, HomeworkForm, SearchForm
from integration_notes.models import Homework, IntegrationNote
from integration_notes.note_search import SEARCHED, SHOWN_FOUND, found, readable
from integration_notes.pages import note_page, patient_notes
from patients.chart import chart_context
from patients.scope import one, patient_for


@needs(Permission.VIEW_NOTE)
@require_safe
def of_patient(request, pk):
    patient = patient_for(request.actor, pk, Permission.VIEW_NOTE)
    audit.record_look(request.actor, "integration_notes.looked_at_notes", subject=patient)
    context = chart_context(request, patient, "integration")
    context["shown"] = patient_notes(request.actor, patient, context["reach"])
    return render(request, "integration_notes/of_patient.html", context)


@needs(Permission.VIEW_NOTE)
@require_safe
def search(request):
    """The notes that one may read, newest first, or those in which the words stand. The words are not kept."""
    form = SearchForm(request.GET)
    wanted = form.cleaned_data["q"].strip() if form.is_valid() else ""
    page = None if wanted else page_of(readable(request.actor), request)
    rows = found(request.actor, wanted) if wanted else list(page)
    audit.record_list(request.actor, "integration_notes.listed_notes", [row.patient_id for row in rows])
    context = {"form": form, "wanted": wanted, "page": page, "rows": rows, "searched": SEARCHED, "most": SHOWN_FOUND}
    return render(request, "integration_notes/search.html", context, status=form_status(form))


@needs(Permission.VIEW_NOTE)
@require_safe
def note(request, pk):
    row = _note(request, pk)
    audit.record_look(request.actor, "integration_notes.looked_at_note", subject=row)
    return _page(request, row)


def _note(request, pk, permission: Permission = Permission.VIEW_NOTE) -> IntegrationNote:
    return one(IntegrationNote.objects.visible_to(request.actor, permission).with_everything(), pk=pk)


def _page(request, row, addendum_form=None, homework_form=None):
    context = chart_context(request, row.patient, "integration")
    context |= {"addendum_form": addendum_form or AddendumForm(), "homework_form": homework_form or HomeworkForm()}
    context["shown"] = note_page(request.actor, row, context["reach"])
    status = max(form_status(form) for form in (context["addendum_form"], context["homework_form"]))
    return render(request, "integration_notes/note.html", context, status=status)


@needs(Permission.WRITE_NOTE)
@require_POST
def add_addendum(request, pk):
    row = _note(request, pk, Permission.WRITE_NOTE)
    form = AddendumForm(request.POST)
    addendum = submit(form, actions.add_addendum, note=row, by=request.actor, at=timezone.now())
    if refused(addendum):
        return _page(request, row, addendum_form=form)
    messages.success(request, "The addendum is added.")
    return redirect("notes:note", pk)


@needs(Permission.WRITE_NOTE)
@require_POST
def set_homework(request, pk):
    row = _note(request, pk, Permission.WRITE_NOTE)
    form = HomeworkForm(request.POST)
    homework = submit(form, actions.set_homework, note=row, by=request.actor, at=timezone.now())
    if refused(homework):
        return _page(request, row, homework_form=form)
    messages.success(request, "The homework is set.")
    return redirect("notes:note", pk)


@needs(Permission.WRITE_NOTE)
@require_POST
def finish_homework(request, pk):
    row = one(Homework.objects.visible_to(request.actor, Permission.WRITE_NOTE).select_related("patient"), pk=pk)
    form = FinishForm(request.POST)
    done = submit(form, actions.finish_homework, homework=row, by=request.actor, at=timezone.now())
    if refused(done):
        messages.error(request, " ".join(sentence for errors in form.errors.values() for sentence in errors))
    else:
        messages.success(request, "Marked as done.")
    return redirect("notes:of_patient", row.patient_id)
