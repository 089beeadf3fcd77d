"""Asking for a correction of the record, and answering it."""

from django import forms

from accounts.forms.base import PlainForm
from patients.models import CorrectionRequest


def _words(label: str, help_text: str, required: str, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, widget=widget, error_messages={"required": required})


class CorrectionForm(PlainForm):
    id = forms.UUIDField(widget=forms.HiddenInput)
    entry = _words(
        "Which entry", "Such as: allergy to latex, entered in May.", "Say which entry the patient means.", rows=2
    )
    wanted = _words("What it should say", "In the patient's own words.", "Write what the entry should say.")


class AnswerCorrectionForm(PlainForm):
    outcome = forms.ChoiceField(
        label="Answer",
        choices=CorrectionRequest.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether the record is amended."},
    )
    answer = _words(
        "What was amended, or why the entry stands",
        "Amend first, by an addendum or a new entry; the patient gets this in writing.",
        "Write what was amended, or why the entry stands.",
    )
