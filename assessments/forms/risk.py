"""Working on a risk item: the contact with the patient, the closing words, the filter of the queue."""

from django import forms

from accounts.forms.base import PlainForm
from assessments.models import RiskContact
from patients.forms.fields import OccurrenceForm


class ContactForm(OccurrenceForm):
    how = forms.ChoiceField(
        label="How",
        choices=[("", "Choose…"), *RiskContact.How.choices],
        error_messages={"required": "Choose how you tried to reach the patient."},
    )
    outcome = forms.CharField(
        label="Outcome",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What the patient said, how safe they are, who else knows.",
        error_messages={"required": "Say in a few words how it went."},
    )
    plan = forms.CharField(
        label="Plan (optional)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What happens next, when, and who does it.",
    )

    field_order = ("how", "outcome", "plan", "occurred_at", "late_reason")


class CloseForm(PlainForm):
    closing_text = forms.CharField(
        label="Why can this be closed?",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="At least 20 characters. It stays in the record.",
        error_messages={"required": "Say why this can be closed."},
    )


class QueueFilter(PlainForm):
    STATES = (("open", "Open"), ("closed", "Closed"), ("all", "Open and closed"))

    state = forms.ChoiceField(label="Show", choices=STATES, required=False)

    @property
    def chosen(self) -> str:
        """The state asked for; anything unknown means the open ones."""
        value = self.data.get("state", "open") if self.is_bound else "open"
        return value if value in dict(self.STATES) else "open"
