"""Recording without network: the page and the worker that a device keeps, and where its entries arrive (decision 0017).

None of these addresses extends a sign-in: devices ask them by themselves (R29).
"""

import hashlib
import json
from functools import cache

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
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
from sessions_app.forms.offline import CorrectsForm, DiscardForm, KeptForm
from sessions_app.models import Session
from sessions_app.offline_key import is_of, locks_of, owner_of
from sessions_app.session_facts import administrations_of
from sessions_app.session_reach import SessionReach
from sessions_app.settings_in_force import settings_on_page
from sessions_app.states import State
from sessions_app.views.acting import reading_told, session_for
from sessions_app.views.entry_forms import ENTRY_FORMS, people_of

SHEETS = ("packaged/bootstrap", "css/tokens", "css/base", "css/forms", "css/layout", "css/components", "css/cockpit")
SHEETS += ("css/patient", "css/charts", "css/print")
SCRIPTS = ("theme", "requests", "form-helpers", "keep-typing", "clock", "offline-store", "offline-send", "offline-form")
SCRIPTS += ("offline-list", "offline-recorder")
DRAWINGS = ("mark", "check", "check-ink", "dot", "dot-ink", "minus", "minus-ink", "knob", "knob-on", "knob-on-ink")
DRAWINGS += ("chevron-down", "chevron-down-light", "close")
FILES = tuple(f"{sheet}.css" for sheet in SHEETS) + tuple(f"js/{script}.js" for script in SCRIPTS)
FILES += tuple(f"img/{drawing}.svg" for drawing in DRAWINGS)
OTHER_PERSON = "Somebody else is signed in on this device now. Your entries wait for you."


def _forms() -> dict:
    return {"forms": [(name, one, one.make(None, None, auto_id=f"{name}_%s")) for name, one in ENTRY_FORMS.items()]}


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


@needs(Permission.RECORD_OBSERVATION, poll=True)
@require_safe
def choices(request, pk):
    """What a device has to know of this session to record without network: kinds of entry, people, infusions."""
    session = session_for(request.actor, pk, Permission.RECORD_OBSERVATION)
    given = administrations_of(session)
    reach = SessionReach.of(request.actor, session)
    closed = _closed(session, is_running=any(not hasattr(row, "end") for row in given))
    may = [name for name, one in ENTRY_FORMS.items() if name not in closed and reach.may(one.permission)]
    infusions = [(row.pk, _infusion_words(row)) for row in given if row.pump_ml_per_h is not None]
    return JsonResponse({"may": may, "choices": {**people_of(request.actor), "administration_id": infusions}})


def _closed(session: Session, is_running: bool) -> set[str]:
    """The kinds of entry that this session has no use for now."""
    closed = set() if is_running else {"infusion_change", "infusion_end"}
    if is_running or session.state_now is not State.DOSING:
        closed.add("stop_early")
    if not settings_on_page(session).cadss6_licence:
        closed.add("CADSS6")
    return closed


def _infusion_words(row) -> str:
    return f"Dose {row.number}, since {timezone.localtime(row.occurred_at):%H:%M}"


@needs(Permission.RECORD_OBSERVATION, poll=True)
@require_POST
def keep(request, pk, what):
    """Record one entry of a device: 201, or 200 when it was recorded before; 409 and 422 with words and fields.

    Who watches it being sent is told on the next page, as after any form.
    """
    if what not in ENTRY_FORMS:
        raise Http404
    written = ENTRY_FORMS[what]
    session = session_for(request.actor, pk, written.permission)
    entry, corrects, at = KeptForm(request.POST), CorrectsForm(request.POST), timezone.now()
    if not entry.is_valid():
        return _answer(422, words=_words(entry), fields={})
    if not is_of(request.actor, entry.cleaned_data["owner"]):
        return _answer(409, code="OTHER_PERSON", words=[OTHER_PERSON])
    more = {"corrects_id": corrects.cleaned_data["corrects_id"]} if corrects.is_valid() and corrects.is_given else {}
    form = written.make(request.POST, request.actor)
    row = submit(form, written.action, session=session, by=request.actor, at=at, kept=entry.kept, **more)
    if refused(row):
        return _answer(form_status(form), words=_words(form), fields=form.errors, asks=_asks(form))
    if entry.kept is None:
        messages.add_message(request, *_told(what, session, row, is_correction=bool(more)))
    return _answer(201 if row.recorded_at == at else 200, saved=str(row.pk), at=row.recorded_at.isoformat())


def _told(what: str, session: Session, row, is_correction: bool) -> tuple[int, str]:
    words = "The correction is saved; the earlier entry stays visible." if is_correction else ENTRY_FORMS[what].saved
    return reading_told(words, session, row) if what == "reading" else (messages.SUCCESS, words)


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
    form = DiscardForm(request.POST, kinds=ENTRY_FORMS)
    if not form.is_valid():
        return _answer(422, words=_words(form))
    values = form.cleaned_data
    if not is_of(request.actor, values["owner"]):
        return _answer(409, code="OTHER_PERSON", words=[OTHER_PERSON])
    told = {name: values[name] for name in ("session_id", "what", "device", "seq", "reason")}
    found = form.session(request.actor)
    actions.discard_kept_entry(by=request.actor, at=timezone.now(), entry_id=values["id"], session=found, **told)
    return _answer(200, discarded=str(values["id"]))
