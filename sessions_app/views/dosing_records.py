"""Reviewing dosing records: the filterable list, one record in full, the review, and the log as CSV."""

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from sessions_app import actions
from sessions_app.dosing_list import chosen_records, dosing_list, no_records
from sessions_app.dosing_log import LogFile
from sessions_app.dosing_record_page import load_record_page, next_to_review
from sessions_app.dosing_scope import dosing_record_for
from sessions_app.forms import QuestionForm, ReviewForm
from sessions_app.forms.dosing_records import DosingFilterForm
from sessions_app.reviewing import people_to_ask


@needs(Permission.VIEW_DOSING)
@require_safe
def dosing_records(request):
    form = DosingFilterForm(request.GET or None, actor=request.actor)
    return _list_page(request, form)


def _list_page(request, form):
    if form.is_bound and not form.is_valid():
        page = no_records("Correct the marked field to see records.")
    else:
        wanted = form.cleaned_data if form.is_bound else {}
        page = dosing_list(request.actor, wanted, request.GET.get("cursor", ""))
    audit.record_list(request.actor, "sessions.listed_dosing_records", page.patient_ids)
    context = {
        "form": form,
        "list": page,
        "previous_cursor": page.previous_cursor,
        "next_cursor": page.next_cursor,
        "total": page.count_words,
        "may_export": request.actor.can(Permission.EXPORT_DOSING),
    }
    template = "sessions_app/dosing_records/list.html"
    return render(request, template, context, status=form_status(form))


@needs(Permission.VIEW_DOSING)
@require_safe
def dosing_record(request, pk):
    record = dosing_record_for(request.actor, pk)
    return _record_page(request, record, ReviewForm())


def _record_page(request, record, form, question_form=None):
    may_review = request.actor.can(Permission.REVIEW_DOSING)
    audit.record_look(request.actor, "sessions.looked_at_dosing_record", subject=record)
    page = load_record_page(record, request.actor, timezone.now())
    question_form = question_form or QuestionForm(people=page.people)
    context = {
        "page": page,
        "form": form,
        "question_form": question_form,
        "may_review": may_review,
        "may_view_stock": request.actor.can(Permission.VIEW_STOCK),
        "next": next_to_review(record, request.actor) if may_review else None,
    }
    status = max(form_status(form), form_status(question_form))
    return render(request, "sessions_app/dosing_records/record.html", context, status=status)


@needs(Permission.REVIEW_DOSING)
@require_POST
def review_dosing_record(request, pk):
    record = dosing_record_for(request.actor, pk, Permission.REVIEW_DOSING)
    form = ReviewForm(request.POST)
    review = submit(form, actions.review_session, session=record.session, by=request.actor, at=timezone.now())
    if refused(review):
        return _record_page(request, dosing_record_for(request.actor, pk), form)
    messages.success(request, "The record is reviewed.")
    return redirect("sessions:dosing_record", pk)


@needs(Permission.REVIEW_DOSING)
@require_POST
def ask_about_dosing_record(request, pk):
    """The record goes back to somebody who had a hand in the dose, with a question."""
    record = dosing_record_for(request.actor, pk, Permission.REVIEW_DOSING)
    form = QuestionForm(request.POST, people=people_to_ask(record.session))
    asked = submit(form, actions.ask_author, session=record.session, by=request.actor, at=timezone.now())
    if refused(asked):
        return _record_page(request, dosing_record_for(request.actor, pk), ReviewForm(), form)
    messages.success(request, "The question is asked. The review waits for the answer.")
    return redirect("sessions:dosing_record", pk)


@needs(Permission.EXPORT_DOSING)
@require_safe
def export_dosing_records(request):
    """The log of the records chosen by the same filters, written row by row while it is sent."""
    form = DosingFilterForm(request.GET or None, actor=request.actor)
    if form.is_bound and not form.is_valid():
        return _list_page(request, form)
    records = chosen_records(request.actor, form.cleaned_data if form.is_bound else {})
    log = LogFile(records, request.actor.practice)
    detail = {"rows": log.count(), "filters": sorted(name for name, value in request.GET.items() if value)}
    audit.record(request.actor, "sessions.exported_dosing_records", at=timezone.now(), detail=detail)
    response = StreamingHttpResponse(log.lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="dosing-log-{timezone.localdate()}.csv"'
    return response
