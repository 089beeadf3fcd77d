"""Readings, observations and adverse events."""

from django import forms

from common.fields import ExactDecimalField
from dosing.forms.parts import overrides_in
from sessions_app.forms.fields import IdForm, MomentForm, local_moment, whole_number
from sessions_app.models import AdverseEvent, Observation, VitalReading

BASELINE_FIELDS = (
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_bpm",
    "spo2_pct",
    "respiratory_rate",
    "temperature_c",
    "moaas",
    "on_oxygen",
)
# Kinds of observation that have a form of their own; earlier rows of them stay.
OWN_FORM = (Observation.What.RESCUE, Observation.What.NOT_TAKEN)
MOAAS_CHOICES = [
    ("5", "5 answers readily to name"),
    ("4", "4 lethargic answer to name"),
    ("3", "3 answers only when called loudly"),
    ("2", "2 answers only to mild prodding"),
    ("1", "1 answers only to a painful squeeze"),
    ("0", "0 no answer to a painful squeeze"),
]


def scale_choice(label: str, choices) -> forms.TypedChoiceField:
    """A scale as a list with nothing chosen; empty means not taken."""
    return forms.TypedChoiceField(
        label=label, required=False, choices=[("", "Not taken"), *choices], coerce=int, empty_value=None
    )


class ReadingForm(MomentForm, IdForm):
    systolic_mmhg = whole_number("Systolic", 40, 300, "mmHg")
    diastolic_mmhg = whole_number("Diastolic", 20, 200, "mmHg")
    heart_rate_bpm = whole_number("Heart rate", 20, 250, "/min")
    spo2_pct = whole_number("SpO2", 40, 100, "%")
    respiratory_rate = whole_number("Resp. rate", 0, 60, "/min")
    moaas = scale_choice("MOAA/S", MOAAS_CHOICES)
    dissociation = scale_choice("Dissociation", VitalReading.Dissociation.choices)
    temperature_c = ExactDecimalField(places=1).formfield(
        label="Temperature (°C)",
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1", "autocomplete": "off"}),
    )
    on_oxygen = forms.BooleanField(label="On oxygen", required=False)
    note = forms.CharField(
        label="Note", required=False, max_length=300, help_text="When something was not taken, write why."
    )
    numbers = (
        "systolic_mmhg",
        "diastolic_mmhg",
        "heart_rate_bpm",
        "spo2_pct",
        "respiratory_rate",
        "moaas",
        "dissociation",
    )

    @property
    def pad_fields(self):
        """The values of the large entry pad."""
        return [self[name] for name in self.numbers]

    @property
    def more_fields(self):
        return [self[name] for name in ("temperature_c", "on_oxygen", "note")]


class ObservationForm(MomentForm, IdForm):
    """`overrides` are the reasons for going on although something stands, such as touch without a consent."""

    what = forms.ChoiceField(
        label="What", choices=[("", "Choose"), *(one for one in Observation.What.choices if one[0] not in OWN_FORM)]
    )
    text = forms.CharField(label="In words", widget=forms.Textarea(attrs={"rows": 3}))

    def typed_overrides(self) -> dict[str, str]:
        return overrides_in(self.data)

    def clean(self):
        return {**super().clean(), "overrides": self.typed_overrides()}


class AdverseEventForm(MomentForm, IdForm):
    category = forms.ChoiceField(label="Kind", choices=[("", "Choose"), *AdverseEvent.Category.choices])
    grade = forms.TypedChoiceField(
        label="Grade (CTCAE)",
        choices=[("", "Choose"), *AdverseEvent.Grade.choices],
        coerce=int,
        help_text="1 no intervention · 2 minimal or local · 3 severe, hospital care · 4 life-threatening · 5 death",
    )
    relatedness = forms.ChoiceField(
        label="Related to the drug", choices=[("", "Choose"), *AdverseEvent.Relatedness.choices]
    )
    description = forms.CharField(label="What happened", widget=forms.Textarea(attrs={"rows": 3}))
    action = forms.CharField(label="What was done", widget=forms.Textarea(attrs={"rows": 2}))
    outcome = forms.ChoiceField(label="Outcome", choices=[("", "Choose"), *AdverseEvent.Outcome.choices])
    is_serious = forms.BooleanField(
        label="Serious",
        required=False,
        help_text="Death, threat to life, hospital, lasting disability, or another important medical event.",
    )
    ended_at = local_moment("Ended at", help_text="Empty while it goes on.")
