"""Recording without network: the page and the worker that a device keeps, and where its entries arrive (decision 0017).

None of these addresses extends a sign-in: devices ask them by themselves (R29).
"""

import hashlib
import json
from functools import cache

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.gatekeeping import needs, polling, signed_in
from accounts.roles import Permission
from common.http import form_status, refused, submit
from sessions_app import actions
from sessions_app.forms import AdverseEventForm, ObservationForm, ReadingForm
from sessions_app.forms.offline import CorrectsForm, DiscardForm, KeptForm
from sessions_app.offline_key import is_of, locks_of, owner_of
from sessions_app.views.acting import reading_told, session_for

SHEETS = ("packaged/bootstrap", "css/tokens", "css/base", "css/forms", "css/layout", "css/components", "css/cockpit")
SHEETS += ("css/patient", "css/charts", "css/print")
SCRIPTS = ("theme", "requests", "form-helpers", "keep-typing", "clock", "offline-store", "offline-send", "offline-form")
SCRIPTS += ("offline-list", "offline-recorder")
FILES = (*(f"{sheet}.css" for sheet in SHEETS), *(f"js/{script}.js" for script in SCRIPTS), "img/mark.svg")
OTHER_PERSON = "Somebody else is signed in on this device now. Your entries wait for you."


def _forms() -> dict:
    made = {"reading": ReadingForm, "observation": ObservationForm, "adverse_event": AdverseEventForm}
    return {f"{name}_form": form(auto_id=f"{name}_%s") for name, form in made.items()}


@polling
@signed_in
@require_safe
def recorder(request):
    """The page that stands in for a session's page without network. It says nothing of anybody: a device keeps it."""
    return render(request, "sessions_app/offline.html", _forms())


@polling
@signed_in
@require_safe
def worker(request):
    """The script that answers for the server while it cannot be reached; another one whenever a file of it changed."""
    return HttpResponse(_worker(), content_type="text/javascript")


@cache
def _worker() -> str:
    files = [static(name) for name in FILES]
    text = render_to_string("sessions_app/offline.html", _forms())
    version = hashlib.sha256(_without_ids(text, files).encode()).hexdigest()[:12]
    shell = {"version": version, "page": reverse("sessions:offline"), "files": files}
    return f"self.CLINIC_SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(static('js/offline-worker.js'))});\n"


def _without_ids(text: str, files: list[str]) -> str:
    """Each drawing of the page has new ids for its entries."""
    lines = [line for line in text.splitlines() if 'name="id"' not in line]
    return "\n".join([*lines, *files])


@polling
@signed_in
@require_safe
def state(request):
    """Who is signed in, what opens their entries, and what a request of theirs has to carry."""
    told = {"owner": owner_of(request.actor), "locks": locks_of(request.actor), "csrf": get_token(request)}
    return JsonResponse({**told, "now_ms": int(timezone.now().timestamp() * 1000)})


@needs(Permission.RECORD_VITALS, poll=True)
@require_POST
def keep_reading(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_VITALS)
    corrects = CorrectsForm(request.POST)
    wrong = corrects.cleaned_data["corrects_id"] if corrects.is_valid() else None
    words = "The correction is saved; the earlier reading stays visible." if wrong else "The reading is saved."

    def done(row):
        return reading_told(words, session, row)

    return _keep(request, session, ReadingForm(request.POST), actions.record_reading, done, corrects_id=wrong)


@needs(Permission.RECORD_OBSERVATION, poll=True)
@require_POST
def keep_observation(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_OBSERVATION)
    done = (messages.SUCCESS, "The observation is saved.")
    return _keep(request, session, ObservationForm(request.POST), actions.record_observation, done)


@needs(Permission.RECORD_ADVERSE_EVENT, poll=True)
@require_POST
def keep_adverse_event(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_ADVERSE_EVENT)
    done = (messages.SUCCESS, "The adverse event is saved.")
    return _keep(request, session, AdverseEventForm(request.POST), actions.record_adverse_event, done)


def _keep(request, session, form, action, done, **more) -> JsonResponse:
    """Record one entry of a device: 201, or 200 when it was recorded before; 409 and 422 with words and fields.

    Who watches it being sent is told on the next page, as after any form.
    """
    entry, at = KeptForm(request.POST), timezone.now()
    if not entry.is_valid():
        return _answer(422, words=_words(entry), fields={})
    if not is_of(request.actor, entry.cleaned_data["owner"]):
        return _answer(409, code="OTHER_PERSON", words=[OTHER_PERSON])
    row = submit(form, action, session=session, by=request.actor, at=at, kept=entry.kept, **more)
    if refused(row):
        return _answer(form_status(form), words=_words(form), fields=form.errors, asks=_asks(form))
    if entry.kept is None:
        messages.add_message(request, *(done(row) if callable(done) else done))
    return _answer(201 if row.recorded_at == at else 200, saved=str(row.pk), at=row.recorded_at.isoformat())


def _answer(status: int, **told) -> JsonResponse:
    return JsonResponse(told, status=status)


def _words(form) -> list[str]:
    """What is wrong, each with the field's name."""
    labels = {name: f"{field.label}: " for name, field in form.fields.items() if field.label}
    return [f"{labels.get(name, '')}{text}" for name, texts in form.errors.items() for text in texts]


def _asks(form) -> list[dict]:
    """What may be passed with a reason: the field for it, and what stands."""
    return [{"name": f"override_{one.code}", "words": one.sentence} for one in form.blockers if one.override]


@signed_in
@require_POST
def discard(request):
    """Give up an entry that was not taken; an audit row stays."""
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return _answer(422, words=_words(form))
    values = form.cleaned_data
    if not is_of(request.actor, values["owner"]):
        return _answer(409, code="OTHER_PERSON", words=[OTHER_PERSON])
    told = {name: values[name] for name in ("session_id", "what", "device", "seq")}
    found = form.session(request.actor)
    actions.discard_kept_entry(by=request.actor, at=timezone.now(), entry_id=values["id"], session=found, **told)
    return _answer(200, discarded=str(values["id"]))
