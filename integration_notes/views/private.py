"""Private notes: a list and search of one's own, and writing, signing and reading one; nobody else's (R10)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.errors import OutOfScope
from common.http import form_status, refused, submit
from integration_notes import actions
from integration_notes.forms import AddendumForm, PrivateDraftForm, SearchForm, SignForm, StartPrivateNoteForm
from integration_notes.models import PrivateNote
from integration_notes.private_pages import SEARCHED, PrivateRow, about_patient, found, look, releases_of, rows_of
from integration_notes.private_signing import sign_blockers
from patients.chart import chart_context
from patients.scope import one, patient_for
from sessions_app.models import Session

MINE = needs(Permission.WRITE_PRIVATE_NOTE)


@MINE
@require_safe
def own(request):
    """One's own notes and those released to one, newest first; or those in which the words stand."""
    form = SearchForm(request.GET)
    wanted = form.cleaned_data["q"].strip() if form.is_valid() else ""
    page = None if wanted else page_of(PrivateNote.objects.visible_to(request.actor).for_list(), request)
    rows = rows_of(request.actor, found(request.actor, wanted)) if wanted else rows_of(request.actor, list(page))
    look(request.actor, rows, "integration_notes.listed_private_notes")
    context = {"form": form, "wanted": wanted, "page": page, "rows": rows, "searched": SEARCHED}
    context["releases"] = releases_of(request.actor)
    return render(request, "integration_notes/private/list.html", context, status=form_status(form))


@MINE
@require_http_methods(["GET", "HEAD", "POST"])
def about(request, pk):
    """One's own notes about one patient, and beginning another."""
    patient = patient_for(request.actor, pk, Permission.VIEW_NOTE)
    sessions = Session.objects.visible_to(request.actor).filter(patient=patient).order_by("-number", "-created_at")
    form = StartPrivateNoteForm(request.POST if request.method == "POST" else None, sessions=sessions)
    if request.method == "POST":
        note = submit(form, actions.start_private_note, patient=patient, by=request.actor, at=timezone.now())
        if not refused(note):
            return redirect("notes:private_edit", note.pk)
    audit.record_look(request.actor, "integration_notes.looked_at_notes", subject=patient)
    context = chart_context(request, patient, "integration")
    context |= {"form": form, "rows": rows_of(request.actor, about_patient(request.actor, patient.pk))}
    return render(request, "integration_notes/private/about.html", context, status=form_status(form))


def _note(request, pk) -> PrivateNote:
    notes = PrivateNote.objects.visible_to(request.actor).select_related("author__user")
    return one(notes.prefetch_related("addenda__recorded_by__user"), pk=pk)


def _own_note(request, pk) -> PrivateNote:
    note = _note(request, pk)
    if note.author_id != request.actor.membership_id:
        raise OutOfScope("private note")
    return note


def _shown(request, row: PrivateNote) -> PrivateRow:
    rows = rows_of(request.actor, [row])
    look(request.actor, rows, "integration_notes.looked_at_private_note")
    return rows[0]


@MINE
@require_safe
def note(request, pk):
    return _page(request, _note(request, pk), AddendumForm())


def _page(request, row, form):
    context = {"shown": _shown(request, row), "note": row, "addendum_form": form}
    return render(request, "integration_notes/private/note.html", context, status=form_status(form))


@MINE
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    row = _own_note(request, pk)
    if request.method != "POST":
        if row.signed_at is not None:
            return redirect("notes:private_note", pk)
        return _editor(request, row, PrivateDraftForm(note=row))
    form = PrivateDraftForm(request.POST, note=row)
    if refused(submit(form, actions.save_private_note, note=row, by=request.actor, at=timezone.now())):
        return _editor(request, row, form)
    if "sign" in request.POST:
        return redirect("notes:private_sign", pk)
    messages.success(request, "The draft is saved.")
    return redirect("notes:private_edit", pk)


def _editor(request, row, form):
    shown = _shown(request, row)
    context = {"form": form, "note": row, "shown": shown, "signed_url": reverse("notes:private_note", args=[row.pk])}
    return render(request, "integration_notes/private/edit.html", context, status=form_status(form))


@MINE
@require_POST
def autosave(request, pk):
    row = _own_note(request, pk)
    form = PrivateDraftForm(request.POST, note=row)
    saved = submit(form, actions.save_private_note, note=row, by=request.actor, at=timezone.now())
    context = {"form": form, "note": row, "was_saved": not refused(saved)}
    context["signed_url"] = reverse("notes:private_note", args=[pk])
    return render(request, "integration_notes/_draft_answer.html", context, status=form_status(form))


@MINE
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request, pk):
    row = _own_note(request, pk)
    if row.signed_at is not None and request.method != "POST":
        return redirect("notes:private_note", pk)
    form = SignForm(request.POST if request.method == "POST" else None, initial={"version": row.version})
    if request.method == "POST":
        signed = submit(form, actions.sign_private_note, note=row, by=request.actor, at=timezone.now())
        if not refused(signed):
            messages.success(request, "The private note is signed and can no longer change.")
            return redirect("notes:private_note", pk)
    shown = _shown(request, row)
    context = {"form": form, "note": row, "shown": shown, "blockers": sign_blockers(row)}
    return render(request, "integration_notes/private/sign.html", context, status=form_status(form))


@MINE
@require_POST
def add_addendum(request, pk):
    row = _own_note(request, pk)
    form = AddendumForm(request.POST)
    if refused(submit(form, actions.add_private_addendum, note=row, by=request.actor, at=timezone.now())):
        return _page(request, row, form)
    messages.success(request, "The addendum is added.")
    return redirect("notes:private_note", pk)
