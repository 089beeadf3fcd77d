"""Pausing a patient's follow-up, the practice's hours, and working on what was missed twice in a row."""

from django import forms

from accounts.forms.base import PlainForm
from followups.models import MissedCall
from patients.forms.fields import OccurrenceForm, day_field


class PauseForm(PlainForm):
    reason = forms.CharField(
        label="Why is follow-up paused?",
        max_length=300,
        help_text="What the patient asked for. The patient is told nothing by the system.",
        error_messages={"required": "Say in a few words why follow-up is paused."},
    )
    until = day_field("Begin again on (optional)", help_text="Where the patient lives. Empty: until somebody says so.")


def _time(label: str, help_text: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        help_text=help_text,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": "Enter a time.", "invalid": "Enter a time such as 10:00."},
    )


class RulesForm(PlainForm):
    contact_at = _time("Patients are asked at", "By each patient's own clock. Plans of doses from now on follow it.")
    quiet_from = _time("Quiet hours from", "At latest 23:00. Holds for every message from now on.")
    quiet_until = _time("Quiet hours until", "At earliest 05:00.")


class CallForm(OccurrenceForm):
    how = forms.ChoiceField(
        label="How",
        choices=[("", "Choose…"), *MissedCall.How.choices],
        error_messages={"required": "Choose how you tried to reach the patient."},
    )
    outcome = forms.CharField(
        label="Outcome",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How the patient is, why nothing was answered, what was agreed.",
        error_messages={"required": "Say in a few words how it went."},
    )
    field_order = ("how", "outcome", "occurred_at", "late_reason")


class CloseMissedForm(PlainForm):
    closing_text = forms.CharField(
        label="How does it go on?",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="At least 10 characters. It stays in the record.",
        error_messages={"required": "Say how it goes on."},
    )
