"""Check-in, roster, and a prescriber's decision about a blocker."""

from uuid import UUID

from django import forms

from accounts.forms.base import PlainForm
from common.fields import ExactDecimalField
from patients.forms.fields import yes_no
from sessions_app.forms.fields import MomentForm, VersionForm, whole_number
from sessions_app.forms.timeline import BASELINE_FIELDS, MOAAS_CHOICES, scale_choice


def exact_number(label: str, places: int, required: bool = False, **more) -> forms.DecimalField:
    """A decimal that keeps exactly `places` digits after the point; more are refused, never rounded."""
    field = ExactDecimalField(places=places)
    return field.formfield(
        label=label,
        required=required,
        widget=forms.NumberInput(
            attrs={"inputmode": "decimal", "step": f"0.{'0' * (places - 1)}1", "autocomplete": "off"}
        ),
        **more,
    )


class CheckInForm(MomentForm, VersionForm):
    identity_confirmed = forms.BooleanField(
        label="Name and birth date confirmed with the patient",
        required=False,
        help_text="Two identifiers, asked, not read out.",
    )
    fasting_confirmed = yes_no("Fasting as instructed?", "Solid food and drink as the route asks.")
    escort_confirmed = yes_no("A responsible adult takes the patient home?")
    escort_name = forms.CharField(label="Escort's name", required=False, max_length=120)
    escort_phone = forms.CharField(label="Escort's phone", required=False, max_length=32)
    medicines_changed = yes_no("Any medicine changed since the last visit?")
    medicines_note = forms.CharField(label="What changed", required=False, max_length=300)
    weight_kg = exact_number("Weight today (kg)", places=2, required=True)
    note = forms.CharField(label="Note", required=False, max_length=300)
    systolic_mmhg = whole_number("Systolic", 40, 300, "mmHg")
    diastolic_mmhg = whole_number("Diastolic", 20, 200, "mmHg")
    heart_rate_bpm = whole_number("Heart rate", 20, 250, "/min")
    spo2_pct = whole_number("SpO2", 40, 100, "%")
    respiratory_rate = whole_number("Resp. rate", 0, 60, "/min")
    temperature_c = exact_number("Temperature (°C)", places=1)
    moaas = scale_choice("MOAA/S", MOAAS_CHOICES)
    on_oxygen = forms.BooleanField(label="On oxygen", required=False)
    baseline_names = BASELINE_FIELDS

    @property
    def arrival_fields(self):
        return [field for field in self.main_fields if field.name not in self.baseline_names]

    @property
    def baseline_fields(self):
        return [field for field in self.main_fields if field.name in self.baseline_names]


class RosterForm(PlainForm):
    """One select per duty, filled with the people who may take it."""

    prescriber_id = forms.TypedChoiceField(
        label="Supervising prescriber", required=False, coerce=UUID, empty_value=None
    )
    monitor_id = forms.TypedChoiceField(label="Monitors the patient", required=False, coerce=UUID, empty_value=None)
    therapist_id = forms.TypedChoiceField(
        label="Accompanies as therapist", required=False, coerce=UUID, empty_value=None
    )

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args, members=(), **kwargs):
        super().__init__(*args, **kwargs)
        duties = (("prescriber_id", "is_prescriber"), ("monitor_id", "is_nurse"), ("therapist_id", "is_therapist"))
        for name, flag in duties:
            people = [(str(member.pk), str(member.user)) for member in members if getattr(member, flag)]
            self.fields[name].choices = [("", "Nobody"), *people]

    def clean_seen(self):
        return self.cleaned_data["seen"] or None


class OverrideForm(PlainForm):
    reason = forms.CharField(
        label="Reason to go on",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="At least 10 characters. Your name, role and the time are recorded with it.",
    )
