"""Writing a version of the practice's own questionnaire: heading, questions, score, publication."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.roles import Permission
from assessments import actions
from assessments.forms import QUESTION_FORMS, HeadingForm, PublishForm, RevisionForm, ScoreForm
from assessments.models import PracticeQuestionnaire
from assessments.own_page import draft_page
from assessments.practice_made import FORMS, moved, with_question, without_question
from common.errors import InvalidInput, StaleState
from common.http import form_status, refused, submit
from patients.scope import one

FORM = ["GET", "HEAD", "POST"]


def _draft(request, code) -> PracticeQuestionnaire:
    return one(PracticeQuestionnaire.objects.visible_to(request.actor), code=code, set_at=None)


def _posted(request):
    return request.POST if request.method == "POST" else None


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_http_methods(FORM)
def new(request):
    form = HeadingForm(_posted(request))
    if request.method == "POST":
        row = submit(form, actions.start_questionnaire, by=request.actor, at=timezone.now())
        if not refused(row):
            messages.success(request, "The draft is kept. Add the questions.")
            return redirect("assessments:own_draft", row.code)
    return render(request, "assessments/own/heading.html", {"form": form}, status=form_status(form))


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_POST
def begin(request, code):
    """The draft of the next version, or the one that was begun."""
    first = one(PracticeQuestionnaire.objects.visible_to(request.actor), code=code, version=1)
    row = actions.start_version(by=request.actor, at=timezone.now(), code=first.code)
    return redirect("assessments:own_draft", row.code)


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_safe
def draft(request, code):
    return _page(request, _draft(request, code))


def _page(request, row, form=None):
    form = form or PublishForm(initial={"revision": row.revision})
    context = {"shown": draft_page(row), "form": form, "kinds": FORMS.items()}
    return render(request, "assessments/own/draft.html", context, status=form_status(form))


def _edit(request, row, form, template: str, change, **context):
    """Show a form of the draft, or keep what `change()` makes of what was typed: (name, definition)."""
    revision = RevisionForm(_posted(request), initial={"revision": row.revision})
    if request.method == "POST" and form.is_valid() and revision.is_valid():
        name, definition = change()
        if _kept(request, row, form, name, definition, revision.cleaned_data["revision"]):
            return redirect("assessments:own_draft", row.code)
    context |= {"form": form, "row": row, "revision": revision}
    return render(request, template, context, status=form_status(form))


def _kept(request, row, form, name, definition, revision: int) -> bool:
    try:
        actions.change_questionnaire(
            questionnaire=row,
            by=request.actor,
            at=timezone.now(),
            name=name,
            definition=definition,
            revision=revision,
        )
    except InvalidInput as error:
        for field, sentences in error.fields.items():
            form.add_error(field if field in form.fields else None, sentences)
        return False
    except StaleState as error:
        form.stale = True
        form.add_error(None, str(error))
        return False
    return True


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_http_methods(FORM)
def details(request, code):
    row = _draft(request, code)
    form = HeadingForm(_posted(request), initial={"name": row.name, **row.definition})

    def change():
        return form.cleaned_data["name"], form.heading_of(row.definition)

    return _edit(request, row, form, "assessments/own/heading.html", change)


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_http_methods(FORM)
def score(request, code):
    row = _draft(request, code)
    form = ScoreForm(_posted(request), initial=ScoreForm.initial_of(row.definition["score"]))

    def change():
        return row.name, row.definition | {"score": form.score}

    return _edit(request, row, form, "assessments/own/score.html", change)


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_http_methods(FORM)
def add_question(request, code, form):
    if form not in QUESTION_FORMS:
        raise Http404
    row, question_form = _draft(request, code), QUESTION_FORMS[form](_posted(request), initial={"counts": True})

    def change():
        return row.name, with_question(row.definition, question_form.question)

    return _edit(request, row, question_form, "assessments/own/question.html", change, label=FORMS[form])


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_http_methods(FORM)
def change_question(request, code, key):
    row = _draft(request, code)
    question = _question(row, key)
    made = QUESTION_FORMS[question["form"]]
    form = made(_posted(request), initial=made.initial_of(question))

    def change():
        return row.name, with_question(row.definition, form.question | {"key": key})

    label = FORMS[question["form"]]
    return _edit(request, row, form, "assessments/own/question.html", change, label=label, key=key)


def _question(row: PracticeQuestionnaire, key: str) -> dict:
    found = [one for one in row.definition["questions"] if one["key"] == key]
    if not found:
        raise Http404
    return found[0]


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_POST
def move(request, code, key, places):
    row = _draft(request, code)
    _question(row, key)
    return _changed(request, row, moved(row.definition, key, places))


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_POST
def remove(request, code, key):
    row = _draft(request, code)
    _question(row, key)
    return _changed(request, row, without_question(row.definition, key))


def _changed(request, row, definition):
    sent = RevisionForm(request.POST)
    actions.change_questionnaire(
        questionnaire=row,
        by=request.actor,
        at=timezone.now(),
        name=row.name,
        definition=definition,
        revision=sent.cleaned_data["revision"] if sent.is_valid() else 0,
    )
    return redirect("assessments:own_draft", row.code)


@needs(Permission.EDIT_QUESTIONNAIRES)
@require_POST
def publish(request, code):
    row, form = _draft(request, code), PublishForm(request.POST)
    published = submit(form, actions.publish_questionnaire, questionnaire=row, by=request.actor, at=timezone.now())
    if refused(published):
        return _page(request, row, form)
    messages.success(request, f"Version {row.version} is given from now on.")
    return redirect("assessments:own_versions", row.code)
