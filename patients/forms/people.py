"""Registering, finding and editing a person."""

from uuid import uuid4

from django import forms

from accounts.forms.base import PlainForm
from accounts.models import TIME_ZONES
from common.clinical import Route
from patients.forms.fields import day_field
from patients.forms.team import clinician_choices
from patients.models import Patient
from patients.person_rules import LENGTHS

DUPLICATE = "override_POSSIBLE_DUPLICATE"


def _text(name: str, label: str, required: bool = False, **widget) -> forms.CharField:
    missing = f"Enter the {label[:1].lower()}{label[1:]}."
    return forms.CharField(
        label=label,
        required=required,
        max_length=LENGTHS[name],
        widget=forms.TextInput(attrs={"autocomplete": "off", **widget}),
        error_messages={"required": missing, "max_length": f"Use at most {LENGTHS[name]} characters."},
    )


class PersonForm(PlainForm):
    """Who the patient is and how to reach them; the page shows the fields by `sections`."""

    given_name = _text("given_name", "Legal given name", required=True)
    family_name = _text("family_name", "Legal family name", required=True)
    preferred_name = _text("preferred_name", "Preferred first name")
    pronouns = _text("pronouns", "Pronouns")
    birth_date = day_field("Birth date", required=True, missing="Enter the birth date.")
    sex_at_birth = forms.ChoiceField(label="Sex at birth", choices=Patient.Sex.choices, initial=Patient.Sex.UNKNOWN)
    phone = _text("phone", "Telephone", inputmode="tel")
    mobile = _text("mobile", "Mobile, for text messages", inputmode="tel")
    email = _text("email", "E-mail", inputmode="email")
    contact_by = forms.ChoiceField(
        label="Check-ins go by",
        choices=Patient.ContactBy.choices,
        initial=Patient.ContactBy.EMAIL,
        help_text="Text messages need a mobile number with its country code, and the consent to them.",
    )
    email_allowed = forms.BooleanField(
        label="May be contacted by e-mail",
        required=False,
        initial=True,
        help_text="Messages never name the clinic, the drug or the reason.",
    )
    address = _text("address", "Address")
    time_zone = forms.ChoiceField(
        label="Time zone the patient lives in", choices=TIME_ZONES, help_text="Follow-ups are sent by this clock."
    )
    emergency_name = _text("emergency_name", "Name")
    emergency_phone = _text("emergency_phone", "Telephone", inputmode="tel")
    emergency_relation = _text("emergency_relation", "Relation")
    height_cm = forms.IntegerField(
        label="Height (cm)",
        required=False,
        min_value=50,
        max_value=250,
        error_messages={
            "min_value": "Enter the height in whole centimetres between 50 and 250.",
            "max_value": "Enter the height in whole centimetres between 50 and 250.",
            "invalid": "Enter the height in whole centimetres between 50 and 250.",
        },
    )

    LAYOUT = (
        ("Person", "given_name family_name preferred_name pronouns birth_date sex_at_birth height_cm"),
        ("Contact", "phone mobile email contact_by time_zone address email_allowed"),
        ("Emergency contact", "emergency_name emergency_relation emergency_phone"),
    )

    @property
    def sections(self) -> list[tuple[str, list]]:
        """Heading and bound fields, in the order of the page."""
        rows = [(title, [self[name] for name in names.split() if name in self.fields]) for title, names in self.LAYOUT]
        return [(title, fields) for title, fields in rows if fields]


class RegisterPatientForm(PersonForm):
    id = forms.UUIDField(widget=forms.HiddenInput)
    team = forms.MultipleChoiceField(
        label="Care team",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one clinician; nobody else could open the chart."},
    )
    LAYOUT = (*PersonForm.LAYOUT, ("Care team", "team"))

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["id"].initial = uuid4
        self.fields["time_zone"].initial = actor.practice.time_zone
        team = self.fields["team"]
        team.choices = clinician_choices(actor, without={actor.membership_id})
        joins = any(role.value in ("prescriber", "nurse", "therapist") for role in actor.roles)
        team.required = not joins
        team.help_text = "You join the team yourself." if joins else "Who may open this chart."
        self.fields[DUPLICATE] = forms.CharField(
            label="How do you know this is another person?", required=False, max_length=300
        )

    @property
    def asks_about_duplicate(self) -> bool:
        """Whether the page asks for the reason: a possible duplicate stands in the way, or a reason was typed."""
        return bool(getattr(self, "blockers", ())) or bool(self.data.get(DUPLICATE))

    def clean(self):
        values = super().clean()
        reason = values.pop(DUPLICATE, "")
        values["overrides"] = {"POSSIBLE_DUPLICATE": reason} if reason else {}
        return values


class EditPatientForm(PersonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, patient: Patient, with_height: bool, **kwargs):
        names = [*PersonForm.base_fields, "version"]
        super().__init__(*args, initial={name: getattr(patient, name) for name in names}, **kwargs)
        if not with_height:
            del self.fields["height_cm"]


class PatientFilterForm(PlainForm):
    """Which patients the list shows."""

    search = forms.CharField(label="Name or MRN", required=False, max_length=80, widget=forms.SearchInput)
    care = forms.ChoiceField(
        label="Care",
        required=False,
        choices=[("in_care", "In care"), ("discharged", "Discharged"), ("all", "All")],
    )
    whose = forms.ChoiceField(label="Whose", required=False, choices=[("", "Everybody's"), ("mine", "My patients")])
    route = forms.ChoiceField(
        label="Route of open series", required=False, choices=[("", "Any or none"), *Route.choices]
    )


class ConfirmForm(PlainForm):
    """An act without values of its own."""
