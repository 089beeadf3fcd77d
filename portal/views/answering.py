"""One questionnaire on the patient's phone: shown, kept as it is filled in, sent once."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from assessments import actions
from assessments.definitions import Instrument
from assessments.drafts import draft_of
from assessments.forms import AnswerForm, DayBeforeForm
from assessments.models import Assessment
from assessments.practice_catalogue import catalogue_of
from common.http import form_status, refused, submit
from portal.forms import CallForm
from portal.pages import see_other, show, visitor_page
from portal.parts import call_asked, code_of, is_about_suicide


@visitor_page
@require_http_methods(["GET", "HEAD", "POST"])
def part(request, visit, at, number):
    code = code_of(visit, number)
    if code is None:
        return see_other("portal:form")
    draft = draft_of(visit.assessment_set, code, at)
    posted = request.POST if request.method == "POST" else None
    form, call_form = AnswerForm(_asked(visit, draft), posted, kept=draft.answers), CallForm(posted)
    if form.is_bound and call_form.is_valid():
        row = _store(request, form, draft, visit, at, call_form.asked)
        if form.stale:
            return see_other("portal:form")
        if not refused(row):
            return _after(row)
    context = {"visit": visit, "form": form, "number": number, "instrument": form.instrument}
    context |= {"call_form": call_form, "is_call_asked": call_asked(visit)}
    return show(request, "part.html", context, status=max(form_status(form), form_status(call_form)))


def _asked(visit, draft: Assessment) -> Instrument:
    return catalogue_of(visit.assessment_set.patient.practice_id).of(draft)


def _store(request, form: AnswerForm, draft, visit, at, call_words: str | None):
    common = {"assessment": draft, "by": visit.by, "at": at, "link": visit.link}
    if "back" in request.POST:
        return submit(form, actions.save_answers, **common)
    common |= {"allow_missing": "leave_open" in request.POST, "call_words": call_words}
    return submit(form, actions.submit_assessment, **common)


def _after(row):
    if row.submitted_at is None:
        return see_other("portal:form")
    if is_about_suicide(row):
        return see_other("portal:help_now")
    return see_other("portal:next")


@visitor_page
@require_POST
def keep(request, visit, at, number):
    """Answers so far, sent by the page itself. 204 kept, 409 already sent, 422 not an answer."""
    code = code_of(visit, number)
    if code is None:
        return HttpResponse(status=409)
    draft = draft_of(visit.assessment_set, code, at)
    form = AnswerForm(_asked(visit, draft), request.POST)
    row = submit(form, actions.save_answers, assessment=draft, by=visit.by, at=at, link=visit.link)
    return HttpResponse(status=form_status(form) if refused(row) else 204)


@visitor_page
@require_http_methods(["GET", "HEAD"])
def go_on(request, visit, at):
    """The next part, or the end."""
    if visit.next_part is not None and not visit.is_finished:
        return see_other("portal:part", visit.next_part)
    if visit.waits_for_day_before and not visit.is_finished:
        return see_other("portal:day_before")
    return see_other("portal:done")


@visitor_page
@require_http_methods(["GET", "HEAD", "POST"])
def day_before(request, visit, at):
    """Fasting, medicines and the way home: the last part of what is asked before a session."""
    if visit.is_finished or not visit.waits_for_day_before:
        return see_other("portal:form")
    form = DayBeforeForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        stored = {"assessment_set": visit.assessment_set, "link": visit.link}
        told = submit(form, actions.tell_day_before, by=visit.by, at=at, **stored)
        if form.stale:
            return see_other("portal:form")
        if not refused(told):
            return see_other("portal:next")
    return show(request, "day_before.html", {"visit": visit, "form": form}, status=form_status(form))
