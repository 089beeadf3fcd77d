"""The filter above the list of dosing records; everything in it comes from an allow-list."""

from django import forms

from accounts.actor import Actor
from accounts.forms.base import PlainForm
from common.clinical import Route
from sessions_app.dosing_filters import MARKS, SORTS
from sessions_app.dosing_list import choices_for

WRONG_DAY = {"invalid": "Enter a day as year-month-day, such as 2026-06-02."}
BOX = {"class": "form-check-input"}
NOT_LISTED = {"invalid_choice": "Choose one of the list."}


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, error_messages=WRONG_DAY)


def _choice(label: str, nothing: str, choices=()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", nothing), *choices], error_messages=NOT_LISTED)


class DosingFilterForm(PlainForm):
    date_from = _day("From")
    date_to = _day("To")
    route = _choice("Route", "Any route", Route.choices)
    product = _choice("Product", "Any product")
    staff = _choice("Staff member", "Anybody")
    lot = forms.CharField(label="Lot", required=False, max_length=40, widget=forms.SearchInput)
    sort = forms.ChoiceField(
        label="Order",
        required=False,
        choices=[(name, words) for name, (words, *_) in SORTS.items()],
        error_messages=NOT_LISTED,
    )
    marks = forms.MultipleChoiceField(
        label="Only records with all of these",
        required=False,
        choices=[(name, words) for name, (words, _) in MARKS.items()],
        widget=forms.CheckboxSelectMultiple(attrs=BOX),
        error_messages={"invalid_choice": "Choose among the marks of the list."},
    )
    exceptions_first = forms.BooleanField(
        label="Exceptions first", required=False, widget=forms.CheckboxInput(attrs=BOX)
    )

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        for name, choices in choices_for(actor).items():
            field = self.fields[name]
            field.choices = [*field.choices, *choices]

    def clean(self):
        values = super().clean()
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and last < first:
            self.add_error("date_to", "This day is before the first one. Exchange them.")
        return values

    @property
    def first_fields(self) -> list:
        return [self[name] for name in ("date_from", "date_to", "route", "sort")]

    @property
    def more_fields(self) -> list:
        return [self[name] for name in ("product", "staff", "lot")]

    @property
    def uses_more(self) -> bool:
        """Whether one of the folded fields filters or is wrong, so that the fold is open."""
        return any(field.value() or field.errors for field in self.more_fields)
