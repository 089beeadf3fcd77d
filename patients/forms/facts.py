"""Allergies, medicines, diagnoses and earlier treatments: adding one, and ending it."""

from django import forms

from accounts.forms.base import PlainForm
from patients.forms.fields import day_field
from patients.models import Allergy, Medicine, TreatmentTrial


class AllergyForm(PlainForm):
    substance = forms.CharField(
        label="Substance",
        max_length=120,
        error_messages={"required": "Enter the substance the patient is allergic to."},
    )
    severity = forms.ChoiceField(
        label="Severity",
        choices=[("", "Choose…"), *Allergy.Severity.choices],
        error_messages={"required": "Choose how severe the reaction was."},
    )
    reaction = forms.CharField(label="Reaction", required=False, max_length=200)


class MedicineForm(PlainForm):
    name = forms.CharField(
        label="Medicine", max_length=120, error_messages={"required": "Enter the name of the medicine."}
    )
    dose_text = forms.CharField(label="Dose and frequency", required=False, max_length=120)
    interaction = forms.ChoiceField(
        label="Class that matters with ketamine",
        required=False,
        choices=[("", "Recognise it from the name"), *Medicine.Interaction.choices],
        help_text="Check it: only common names are recognised.",
    )
    started_on = day_field("Taken since")


class DiagnosisForm(PlainForm):
    code = forms.CharField(
        label="ICD-10-CM code",
        max_length=12,
        widget=forms.TextInput(attrs={"list": "icd10-codes", "autocomplete": "off"}),
        help_text="Choose from the list or type another code.",
        error_messages={"required": "Enter an ICD-10-CM code such as F33.1."},
    )
    label = forms.CharField(
        label="Name of the diagnosis", required=False, max_length=160, help_text="Leave empty for a code of the list."
    )
    onset_on = day_field("Since")
    is_primary = forms.BooleanField(label="Main reason for treatment", required=False)


class TrialForm(PlainForm):
    """An earlier treatment; whether it was adequate is never chosen beforehand."""

    treatment = forms.CharField(
        label="Treatment",
        max_length=120,
        help_text="The medicine, its class, or the psychotherapy.",
        error_messages={"required": "Enter the medicine, its class or the psychotherapy."},
    )
    what = forms.ChoiceField(
        label="Kind of treatment",
        choices=[("", "Choose…"), *TreatmentTrial.What.choices],
        error_messages={"required": "Choose what kind of treatment it was."},
    )
    dose_text = forms.CharField(label="Dose or number of sessions", required=False, max_length=120)
    started_on = day_field("From")
    stopped_on = day_field("Until")
    was_adequate = forms.TypedChoiceField(
        label="Adequate dose and duration",
        choices=[("", "Choose…"), ("yes", "Yes"), ("no", "No")],
        coerce=lambda word: word == "yes",
        empty_value=None,
        error_messages={"required": "Say whether dose and duration were adequate."},
    )
    outcome = forms.ChoiceField(
        label="What came of it",
        choices=[("", "Choose…"), *TreatmentTrial.Outcome.choices],
        error_messages={"required": "Choose what came of it."},
    )
    source = forms.ChoiceField(
        label="Known from",
        choices=[("", "Choose…"), *TreatmentTrial.Source.choices],
        error_messages={"required": "Choose where this is known from."},
    )
    note = forms.CharField(label="Note", required=False, max_length=500)


class EndFactForm(PlainForm):
    ended_on = day_field("No longer holds since", required=True)
