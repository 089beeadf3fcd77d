"""Break-the-glass: identifying the patient and saying why; and the review afterwards."""

from django import forms

from accounts.forms.base import PlainForm
from patients.forms.fields import day_field
from patients.models import EmergencyAccess


class EmergencyForm(PlainForm):
    who = forms.CharField(
        label="MRN or whole name",
        max_length=170,
        help_text="Exactly as registered; nothing is suggested here.",
        error_messages={"required": "Enter the MRN, or given and family name."},
    )
    birth_date = day_field("Birth date", required=True, missing="Enter the patient's birth date.")
    category = forms.ChoiceField(
        label="Why now?",
        choices=[("", "Choose…"), *EmergencyAccess.Category.choices],
        error_messages={"required": "Choose why you need this chart now."},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="At least 20 characters: what happened, and what you need to know. Compliance reads it.",
        error_messages={"required": "Write what happened and what you need to know."},
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your own password."},
    )


class EmergencyReviewForm(PlainForm):
    outcome = forms.ChoiceField(
        label="What did the review find?",
        choices=[("", "Choose…"), *EmergencyAccess.Outcome.choices],
        error_messages={"required": "Choose what the review found."},
    )
    review_words = forms.CharField(
        label="In your words",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whom you asked, what you compared. At least 10 characters.",
        error_messages={"required": "Say what you looked at."},
    )


class AcknowledgeForm(PlainForm):
    words = forms.CharField(
        label="What you found out",
        max_length=300,
        error_messages={"required": "Say in a few words what you found out."},
    )


class PeriodForm(PlainForm):
    first_day = day_field("From")
    last_day = day_field("To")
    lists = forms.BooleanField(label="Also where the name was only in a list", required=False)
    copy = forms.BooleanField(label="As the copy for the patient", required=False)
