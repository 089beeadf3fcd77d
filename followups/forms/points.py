"""A time point of the practice."""

from django import forms

from accounts.forms.base import PlainForm
from assessments.recall import recall_in_words


def _hours(label: str, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Enter a number of hours.", "invalid": "Enter a whole number of hours."},
    )


class PointForm(PlainForm):
    label = forms.CharField(
        label="Name",
        max_length=20,
        help_text="Short, such as 7 days.",
        error_messages={"required": "Enter a short name."},
    )
    offset_hours = _hours("Hours after the first dose", "A day is 24, a week 168, 30 days 720.")
    window_before_h = _hours("May be asked earlier by, in hours", "So that the question falls on a sensible hour.")
    window_after_h = _hours("May be answered later by, in hours", "After that it counts as no answer.")
    remind_after_h = _hours("Reminder after, in hours", "Once, unless it was answered. 0 sends none.")
    instruments = forms.MultipleChoiceField(
        label="Questionnaires, asked in the order they stand here",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one questionnaire."},
    )

    def __init__(self, *args, catalogue, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = list(self.initial.get("instruments", ()))
        offered = list(catalogue.over_links())
        # Those already asked come first and keep their order; a browser sends the boxes as they stand on the page.
        offered.sort(key=lambda each: chosen.index(each.code) if each.code in chosen else len(chosen))
        self.fields["instruments"].choices = [
            (each.code, f"{each.name} (asks about: {recall_in_words(each)})") for each in offered
        ]
