"""The REMS check before an esketamine dose, and what the session does not tell of the monitoring form."""

from django import forms

from accounts.forms.base import PlainForm
from patients.forms.fields import yes_no
from sessions_app.forms.fields import MomentForm
from sessions_app.rems.definition import LONGEST, NOT_TAKEN, Field


class RemsCheckForm(PlainForm):
    """Cleaned data are the keywords of `actions.record_rems_check`; nothing comes from an earlier visit."""

    is_enrolled = yes_no("Is the patient enrolled in the Spravato REMS?")
    is_counselled = yes_no("Counselled on sedation, dissociation, breathing and blood pressure?")
    is_first_treatment = yes_no("Is this the first treatment with Spravato?")
    takes_benzodiazepines = yes_no("Takes benzodiazepines?")
    takes_sedatives = yes_no("Takes other sedative hypnotics?")
    takes_opioids = yes_no("Takes opioids?")
    takes_stimulants = yes_no("Takes psychostimulants?")
    takes_maois = yes_no("Takes MAO inhibitors?")


class RemsSubmissionForm(MomentForm):
    """One field for each question in `asked`; what the session tells has none. `version` is the last one sent."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    confirmation_number = forms.CharField(
        label="Confirmation number", max_length=60, required=False, help_text="Of the REMS portal, or of the fax."
    )
    reason = forms.CharField(label="Why it is submitted again", max_length=300, required=False)
    password = forms.CharField(
        label="Your password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    act_fields = ("version", "confirmation_number", "reason", "password", "occurred_at", "late_reason")

    def __init__(self, *args, asked: list[Field], hints: dict[str, str], version: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked_keys = [field.key for field in asked]
        for field in asked:
            self.fields[field.key] = _field_of(field, hints.get(field.key, ""))
        self.fields["version"].initial = version
        self.fields["occurred_at"].label = "Submitted at"
        if not version:
            del self.fields["reason"]

    @property
    def questions(self):
        return [self[key] for key in self.asked_keys]

    def clean(self) -> dict:
        told = super().clean()
        answers = {key: told[key] for key in self.asked_keys if key in told}
        rest = {name: value for name, value in told.items() if name not in self.asked_keys}
        return {**rest, "answers": answers}


def _field_of(field: Field, hint: str) -> forms.Field:
    """The action says what is missing, so that page and act use the same words; nothing is chosen beforehand."""
    hint = hint or ("Only if the answer above is yes." if field.when else "")
    if field.type == "yes_no":
        made = yes_no(field.label, hint)
        made.required, made.empty_value = False, None
        return made
    if field.type == "whole":
        attrs = {"inputmode": "numeric", "min": field.min, "max": field.max, "autocomplete": "off"}
        return forms.IntegerField(
            label=field.label,
            required=False,
            help_text=hint,
            widget=forms.NumberInput(attrs=attrs),
            error_messages={"invalid": "Enter a whole number."},
        )
    if field.type == "choice":
        choices = [("", "Choose …"), *((one, one) for one in field.choices)]
        return forms.ChoiceField(label=field.label, required=False, choices=choices, help_text=hint)
    if field.type == "pressure":
        hint = f'Not recorded in this session. As 120/80, or "{NOT_TAKEN}".'
    is_long = field.max > LONGEST
    widget = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=field.label, required=False, max_length=field.max, help_text=hint, widget=widget)
