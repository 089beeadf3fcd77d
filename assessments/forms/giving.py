"""Handing questionnaires to a patient."""

from datetime import timedelta

from django import forms

from accounts.forms.base import PlainForm
from assessments.models import AssessmentSet
from assessments.practice_catalogue import Catalogue
from assessments.recall import recall_in_words

COMMON = ("PHQ9", "GAD7", "PCL5", "ASQ", "VASMOOD", "SUDS")


def instrument_choices(catalogue: Catalogue) -> list[tuple[str, str]]:
    """What can be given, the usual ones first."""
    rank = {code: place for place, code in enumerate(COMMON)}
    ordered = sorted(catalogue.over_links(), key=lambda each: (rank.get(each.code, len(COMMON)), each.name))
    return [(each.code, each.name) for each in ordered]


class GiveForm(PlainForm):
    occasion = forms.ChoiceField(
        label="What are they for?",
        choices=[("", "Choose…"), *AssessmentSet.Occasion.choices],
        error_messages={"required": "Choose what the questionnaires are for."},
    )
    instruments = forms.MultipleChoiceField(
        label="Questionnaires",
        widget=forms.CheckboxSelectMultiple,
        help_text="The patient sees them in this order, one page each.",
        error_messages={
            "required": "Choose at least one questionnaire.",
            "invalid_choice": "Choose questionnaires from the list.",
        },
    )
    due_at = forms.DateTimeField(
        label="Due",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"required": "Enter until when they should be answered.", "invalid": "Enter day and time."},
    )

    def __init__(self, *args, at, catalogue, **kwargs):
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["instruments"].choices = instrument_choices(catalogue)

    def clean_instruments(self) -> list[str]:
        """In the order of the list, whatever order the browser sent."""
        chosen = set(self.cleaned_data["instruments"])
        return [code for code, _ in self.fields["instruments"].choices if code in chosen]

    def clean_due_at(self):
        due_at = self.cleaned_data["due_at"]
        if due_at < self.at - timedelta(minutes=15):
            raise forms.ValidationError("This time is over. Enter a time that is still to come.")
        return due_at


def scale_choices(catalogue: Catalogue) -> list[tuple[str, str]]:
    """What a clinician rates, by name; those about this moment, as in a session, last."""
    ordered = sorted(catalogue.rated(), key=lambda each: ("now" in each.recall, each.name))
    return [(each.code, f"{each.name} (about: {recall_in_words(each)})") for each in ordered]


class RateForm(PlainForm):
    """`cleaned_data` are keywords of `actions.give_assessments`: one scale, for one occasion."""

    instrument = forms.ChoiceField(
        label="Scale",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a scale.", "invalid_choice": "Choose a scale from the list."},
    )
    occasion = forms.ChoiceField(
        label="What is it for?",
        choices=[("", "Choose…"), *AssessmentSet.Occasion.choices],
        error_messages={"required": "Choose what the rating is for."},
    )

    def __init__(self, *args, catalogue, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = scale_choices(catalogue)

    def clean(self) -> dict:
        told = super().clean()
        if "instrument" in told:
            told["instruments"] = [told.pop("instrument")]
        return told


class CancelForm(PlainForm):
    """Taking a set back asks nothing more than the confirmation."""
