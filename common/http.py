"""Glue between a posted form and an action: refusals come back beside the field and nothing typed is lost."""

from django import forms
from django.db import models

from common import audit
from common.errors import Blocked, InvalidInput, StaleState

_REFUSED = object()


def refused(result) -> bool:
    return result is _REFUSED


def submit(form: forms.Form, action, **keywords):
    """Call `action(**form.cleaned_data, **keywords)` when the form is valid.

    Returns the action's result, or a value for which `refused(result)` is true after the refusal was put on the
    form: InvalidInput beside its fields, Blocked as `form.blockers`, StaleState as a form error.
    """
    form.blockers = ()
    form.stale = False
    if not form.is_valid():
        return _refuse(action, keywords)
    try:
        return action(**form.cleaned_data, **keywords)
    except InvalidInput as error:
        for name, sentences in error.fields.items():
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
    except Blocked as error:
        form.blockers = error.blockers
        form.add_error(None, "Not saved: " + " ".join(blocker.sentence for blocker in error.blockers))
    except StaleState as error:
        form.stale = True
        form.add_error(None, str(error) or "Somebody changed this first. Nothing was saved; reload to see it.")
    return _refuse(action, keywords)


def _refuse(action, keywords: dict):
    """The page with the form shows the record again, so that what was refused about a patient leaves a row (R51)."""
    subjects = [one for one in keywords.values() if isinstance(one, models.Model) and audit.patient_of(one)]
    if subjects:
        name = f"{action.__module__.partition('.')[0]}.{action.__name__}"
        audit.record(keywords["by"], name, at=keywords["at"], subject=subjects[0], outcome="failed")
    return _REFUSED


def form_status(form: forms.Form) -> int:
    """The HTTP status for a page that shows this form: 409 stale, 422 with errors, 200 otherwise."""
    if getattr(form, "stale", False):
        return 409
    return 422 if form.is_bound and form.errors else 200
