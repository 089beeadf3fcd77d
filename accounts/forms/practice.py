"""The practice's own settings."""

from django import forms

from accounts.forms.base import PlainForm
from accounts.models import TIME_ZONES


class PracticeSettingsForm(PlainForm):
    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Enter the name of the practice."})
    time_zone = forms.ChoiceField(label="Time zone", choices=TIME_ZONES, help_text="All times are shown in this zone.")
    phone = forms.CharField(label="Phone", max_length=32, required=False, help_text="Patients see it on their pages.")
    address = forms.CharField(label="Address", max_length=240, required=False)
    dea_number = forms.CharField(label="DEA registration number", max_length=16, required=False)
    crisis_label = forms.CharField(
        label="Name of the crisis line",
        max_length=80,
        error_messages={"required": "Enter the crisis line's name."},
    )
    crisis_number = forms.CharField(
        label="Number of the crisis line", max_length=20, error_messages={"required": "Enter the crisis line's number."}
    )
    emergency_number = forms.CharField(
        label="Emergency number", max_length=20, error_messages={"required": "Enter the emergency number."}
    )
    witness_therapist = forms.BooleanField(
        label="Therapists may witness the wasting of a controlled drug",
        required=False,
        help_text="Only where your state allows it.",
    )
    report_least_count = forms.IntegerField(
        label="Fewest people that a report shows",
        help_text="Reports of outcomes leave out smaller groups, so that nobody can be told apart.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Enter a whole number.", "invalid": "Enter a whole number."},
    )
