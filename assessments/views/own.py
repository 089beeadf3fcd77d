"""The questionnaires that the practice wrote itself: the list, every version of one, one as a patient sees it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from assessments import actions
from assessments.forms import RetireForm
from assessments.models import PracticeQuestionnaire
from assessments.own_page import blank_questions, own_rows, question_lines
from common.errors import OutOfScope
from common.http import form_status, refused, submit
from patients.scope import one


def _own(request):
    return PracticeQuestionnaire.objects.visible_to(request.actor).with_retirement()


@needs(Permission.VIEW_SETTINGS)
@require_safe
def own(request):
    page = page_of(own_rows(_own(request)), request)
    context = {"page": page, "may_edit": request.actor.can(Permission.EDIT_QUESTIONNAIRES)}
    return render(request, "assessments/own/list.html", context)


@needs(Permission.VIEW_SETTINGS)
@require_safe
def versions(request, code):
    return _versions(request, code, RetireForm())


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_POST
def retire(request, code):
    form = RetireForm(request.POST)
    row = submit(form, actions.retire_questionnaire, by=request.actor, at=timezone.now(), code=code)
    if refused(row):
        return _versions(request, code, form)
    messages.success(request, "Retired. Nobody is given it any more; a new version brings it back.")
    return redirect("assessments:own_versions", code)


def _versions(request, code, form):
    rows = list(_own(request).filter(code=code).newest_first())
    if not rows:
        raise OutOfScope("assessments.practicequestionnaire")
    published = [{"row": row, "lines": question_lines(row)} for row in rows if row.is_published]
    context = {"shown": own_rows(rows)[0], "versions": published, "form": form}
    context["may_edit"] = request.actor.can(Permission.EDIT_QUESTIONNAIRES)
    return render(request, "assessments/own/versions.html", context, status=form_status(form))


@needs(Permission.VIEW_SETTINGS)
@require_safe
def preview(request, code, version):
    """A version or a draft as the patient meets it; nothing typed here is kept."""
    row = one(_own(request), code=code, version=version)
    context = {"row": row, "instrument": row.instrument, "questions": blank_questions(row.instrument)}
    return render(request, "assessments/own/preview.html", context)
