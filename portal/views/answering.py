"""One questionnaire on the patient's phone: shown, kept as it is filled in, sent once."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from assessments import actions
from assessments.catalogue import get_instrument
from assessments.drafts import draft_of
from assessments.forms import AnswerForm
from common.http import form_status, refused, submit
from portal.pages import see_other, show, visitor_page
from portal.parts import code_of


@visitor_page
@require_http_methods(["GET", "HEAD", "POST"])
def part(request, visit, at, number):
    code = code_of(visit, number)
    if code is None:
        return see_other("portal:form")
    draft = draft_of(visit.assessment_set, code, at)
    form = AnswerForm(get_instrument(code), request.POST if request.method == "POST" else None, kept=draft.answers)
    if form.is_bound:
        row = _store(request, form, draft, visit, at)
        if form.stale:
            return see_other("portal:form")
        if not refused(row):
            return _after(row)
    context = {"visit": visit, "form": form, "number": number, "instrument": form.instrument}
    context |= {"total": len(visit.assessment_set.instruments)}
    return show(request, "part.html", context, status=form_status(form))


def _store(request, form: AnswerForm, draft, visit, at):
    common = {"assessment": draft, "by": visit.by, "at": at, "link": visit.link}
    if "back" in request.POST:
        return submit(form, actions.save_answers, **common)
    return submit(form, actions.submit_assessment, **common, allow_missing="leave_open" in request.POST)


def _after(row):
    if row.submitted_at is None:
        return see_other("portal:form")
    if row.risk_items.exists():
        return see_other("portal:help_now")
    return see_other("portal:next")


@visitor_page
@require_POST
def keep(request, visit, at, number):
    """Answers so far, sent by the page itself. 204 kept, 409 already sent, 422 not an answer."""
    code = code_of(visit, number)
    if code is None:
        return HttpResponse(status=409)
    form = AnswerForm(get_instrument(code), request.POST)
    draft = draft_of(visit.assessment_set, code, at)
    row = submit(form, actions.save_answers, assessment=draft, by=visit.by, at=at, link=visit.link)
    return HttpResponse(status=form_status(form) if refused(row) else 204)


@visitor_page
@require_http_methods(["GET", "HEAD"])
def go_on(request, visit, at):
    """The next questionnaire, or the end."""
    if visit.is_finished or visit.next_part is None:
        return see_other("portal:done")
    return see_other("portal:part", visit.next_part)
