"""Correcting an entry of the timeline: a new row takes its place, or says that it never happened."""

from django.http import Http404
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gatekeeping import needs
from accounts.roles import Permission
from patients.scope import one
from sessions_app import actions
from sessions_app.forms import WithdrawForm, add_correction
from sessions_app.room_kinds import ENTRY_KINDS
from sessions_app.room_state import RoomState
from sessions_app.room_timeline import text_of, title_of
from sessions_app.session_events import session_events
from sessions_app.views.acting import act_now, act_page, posted, session_for
from sessions_app.views.entry_forms import ENTRY_FORMS

FORM = ["GET", "HEAD", "POST"]


def _entry(request, pk, entry_kind, entry_id):
    """The session and the entry, for whoever may write this kind; anything else does not exist."""
    if entry_kind not in ENTRY_KINDS:
        raise Http404
    kind = ENTRY_KINDS[entry_kind]
    session = session_for(request.actor, pk, kind.permission)
    rows = getattr(session, kind.model._meta.get_field("session").remote_field.related_name)
    return session, kind, one(rows.all(), pk=entry_id)


@needs(Permission.RECORD_OBSERVATION)
@require_http_methods(FORM)
def correct_entry(request, pk, entry_kind, entry_id):
    """A new row takes the place of the wrong one; nothing is copied from it."""
    session, kind, entry = _entry(request, pk, entry_kind, entry_id)
    room = RoomState(tuple(session_events(session.pk, [kind.name], session.first_dose_at)))
    wrong = next(event for event in room.events if event.id == entry.pk)
    written = ENTRY_FORMS[entry.instrument if kind.name == "scale" else kind.name]
    return act_page(
        request,
        session,
        add_correction(written.make(posted(request), request.actor)),
        written.action,
        template="sessions_app/correct_entry.html",
        done="The correction is saved; the earlier entry stays visible.",
        anchor="timeline",
        context={
            "kind": kind,
            "wrong": wrong,
            "wrong_words": words_of_entry(wrong),
            "stands": room.stands(wrong),
            "withdraw": WithdrawForm(),
        },
        corrects_id=entry.pk,
    )


def words_of_entry(event) -> str:
    if event.kind == "adverse_event":
        return f"grade {event.values['grade']}: {event.values['description']}"
    return " · ".join(part for part in (title_of(event), text_of(event)) if part)


@needs(Permission.RECORD_OBSERVATION)
@require_POST
def withdraw(request, pk, entry_kind, entry_id):
    """The entry never happened: a new row says so."""
    session, kind, entry = _entry(request, pk, entry_kind, entry_id)
    form = WithdrawForm(request.POST)
    form.is_valid()
    return act_now(
        request,
        session,
        actions.withdraw_entry,
        done="Taken back; the entry stays visible as such.",
        entry_kind=kind.name,
        entry_id=entry.pk,
        reason=form.cleaned_data.get("reason", ""),
        id=form.cleaned_data.get("id"),
    )
