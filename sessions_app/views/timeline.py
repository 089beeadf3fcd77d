"""Entering readings, observations and adverse events."""

from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.gatekeeping import needs
from accounts.roles import Permission
from patients.scope import one
from sessions_app.corrections import newest_correction
from sessions_app.session_timeline import reading_words
from sessions_app.views.acting import entry_page, reading_told, session_for

FORM = ["GET", "HEAD", "POST"]


@needs(Permission.RECORD_VITALS)
@require_http_methods(FORM)
def reading(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_VITALS)
    return _reading_page(request, session, "The reading is saved.")


@needs(Permission.RECORD_VITALS)
@require_http_methods(FORM)
def correct_reading(request, pk, reading_id):
    """A new row takes the place of the wrong one; nothing is copied from it."""
    session = session_for(request.actor, pk, Permission.RECORD_VITALS)
    wrong = one(session.readings.select_related("recorded_by__user"), pk=reading_id)
    newest = newest_correction(wrong)
    context = {"wrong": wrong, "wrong_words": reading_words(wrong)}
    if newest.pk != wrong.pk:
        retry = reverse("sessions:correct_reading", args=[session.pk, newest.pk])
        context |= {"newest_reading": newest, "newest_words": reading_words(newest), "retry_url": retry}
    words = "The correction is saved; the earlier reading stays visible."
    return _reading_page(request, session, words, context=context, corrects_id=wrong.pk)


def _reading_page(request, session, words: str, **more):
    def done(row):
        return reading_told(words, session, row)

    return entry_page(request, session, "reading", done=done, anchor="readings", **more)


@needs(Permission.RECORD_OBSERVATION)
@require_http_methods(FORM)
def observation(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_OBSERVATION)
    return entry_page(request, session, "observation")


@needs(Permission.RECORD_ADVERSE_EVENT)
@require_http_methods(FORM)
def adverse_event(request, pk):
    session = session_for(request.actor, pk, Permission.RECORD_ADVERSE_EVENT)
    return entry_page(request, session, "adverse_event")
