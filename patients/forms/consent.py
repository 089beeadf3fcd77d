"""Recording a consent, and its withdrawal."""

from django import forms

from patients.forms.fields import OccurrenceForm
from patients.models import Consent


class ConsentForm(OccurrenceForm):
    scope = forms.ChoiceField(
        label="Consent to",
        choices=[("", "Choose…"), *Consent.Scope.choices],
        error_messages={"required": "Choose what the patient consented to."},
    )
    version = forms.CharField(
        label="Version of the text",
        max_length=20,
        help_text="As printed on the consent, such as 2026-01.",
        error_messages={"required": "Enter the version printed on the consent text."},
    )
    method = forms.ChoiceField(
        label="Signed",
        choices=[("", "Choose…"), *Consent.Method.choices],
        error_messages={"required": "Choose how it was signed."},
    )
    signed_name = forms.CharField(
        label="Name as signed", max_length=160, error_messages={"required": "Enter the name as it was signed."}
    )

    field_order = ("scope", "version", "method", "signed_name", "occurred_at", "late_reason")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].label = "When was it signed?"


class WithdrawConsentForm(OccurrenceForm):
    reason = forms.CharField(label="What the patient said (optional)", required=False, max_length=300)

    field_order = ("reason", "occurred_at", "late_reason")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].label = "When was it withdrawn?"
