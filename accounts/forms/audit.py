"""What to look for in the audit log."""

from django import forms

from accounts.forms.base import PlainForm
from common.models import AuditEvent

OUTCOMES = [("", "Any outcome"), *AuditEvent.Outcome.choices]


class AuditFilterForm(PlainForm):
    person = forms.ChoiceField(label="Person", required=False)
    patient = forms.UUIDField(
        label="Patient id",
        required=False,
        error_messages={"invalid": "Paste the whole id from the address of the patient's page."},
    )
    action = forms.RegexField(
        label="Action begins with",
        regex=r"^[a-z_.]*$",
        max_length=60,
        required=False,
        error_messages={"invalid": "Use small letters, points and underscores, such as accounts.sign_in."},
    )
    outcome = forms.ChoiceField(label="Outcome", choices=OUTCOMES, required=False)
    first_day = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Anybody"), *people]
