"""Beginning a note, writing it (saved while typing), and signing it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.errors import NotPermitted
from common.http import form_status, refused, submit
from integration_notes import actions
from integration_notes.forms import DraftForm, SignForm, StartNoteForm
from integration_notes.models import IntegrationNote
from integration_notes.pages import note_page, signature_blockers
from patients.chart import chart_context
from patients.scope import one
from sessions_app.models import Session


@needs(Permission.WRITE_NOTE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, pk):
    session = one(
        Session.objects.visible_to(request.actor, Permission.WRITE_NOTE).select_related("patient", "series"), pk=pk
    )
    form = StartNoteForm(request.POST if request.method == "POST" else None, session=session)
    if request.method == "POST":
        note = submit(form, actions.start_note, session=session, by=request.actor, at=timezone.now())
        if not refused(note):
            return redirect("notes:edit", note.pk)
    audit.record_look(request.actor, "integration_notes.looked_at_notes", subject=session.patient)
    drafts = IntegrationNote.objects.visible_to(request.actor).drafts_of(request.actor.membership_id)
    context = chart_context(request, session.patient, "integration")
    context |= {"form": form, "session": session, "drafts": drafts.filter(session=session)}
    return render(request, "integration_notes/new.html", context, status=form_status(form))


def _own_note(request, pk) -> IntegrationNote:
    """A note of the signed-in author; somebody else's may be read, not written."""
    note = one(IntegrationNote.objects.visible_to(request.actor, Permission.WRITE_NOTE).with_everything(), pk=pk)
    if note.author_id != request.actor.membership_id:
        raise NotPermitted("author")
    return note


@needs(Permission.WRITE_NOTE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    note = _own_note(request, pk)
    if request.method != "POST":
        if note.signed_at is not None:
            return redirect("notes:note", pk)
        audit.record_look(request.actor, "integration_notes.looked_at_note", subject=note)
        return _editor(request, note, DraftForm(note=note))
    form = DraftForm(request.POST, note=note)
    if refused(submit(form, actions.save_draft, note=note, by=request.actor, at=timezone.now())):
        return _editor(request, note, form)
    if "sign" in request.POST:
        return redirect("notes:sign", pk)
    messages.success(request, "The draft is saved.")
    return redirect("notes:edit", pk)


def _editor(request, note, form):
    context = chart_context(request, note.patient, "integration")
    context |= {"form": form, "note": note, "signed_url": reverse("notes:note", args=[note.pk])}
    return render(request, "integration_notes/edit.html", context, status=form_status(form))


@needs(Permission.WRITE_NOTE)
@require_POST
def autosave(request, pk):
    """The same as saving, answered with the pieces that say where the draft stands."""
    note = _own_note(request, pk)
    form = DraftForm(request.POST, note=note)
    saved = submit(form, actions.save_draft, note=note, by=request.actor, at=timezone.now())
    context = {"form": form, "note": note, "was_saved": not refused(saved)}
    context["signed_url"] = reverse("notes:note", args=[pk])
    return render(request, "integration_notes/_draft_answer.html", context, status=form_status(form))


@needs(Permission.WRITE_NOTE)
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request, pk):
    note = _own_note(request, pk)
    if note.signed_at is not None and request.method != "POST":
        return redirect("notes:note", pk)
    form = SignForm(request.POST if request.method == "POST" else None, initial={"version": note.version})
    if request.method == "POST":
        signed = submit(form, actions.sign_note, note=note, by=request.actor, at=timezone.now())
        if not refused(signed):
            messages.success(request, "The note is signed and can no longer change.")
            return redirect("notes:note", pk)
    context = chart_context(request, note.patient, "integration")
    context |= {"form": form, "shown": note_page(request.actor, note, context["reach"])}
    context["blockers"] = signature_blockers(note, reverse("notes:edit", args=[pk]))
    return render(request, "integration_notes/sign.html", context, status=form_status(form))
