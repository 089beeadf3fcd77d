"""Opening, adjusting and closing a treatment series."""

from django import forms

from accounts.forms.base import PlainForm
from common.clinical import Indication, Modality, Route

SESSIONS = "Enter the number of sessions, between 1 and 60."
HOURS = "Enter the hours between sessions, between 24 and 2160 (90 days)."


def _whole(label: str, low: int, high: int, sentence: str, required: bool = True, **more) -> forms.IntegerField:
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence)
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, required=required, error_messages=messages, **more
    )


def _chosen(label: str, choices, sentence: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "Choose…"), *choices], error_messages={"required": sentence})


class SeriesPlanForm(PlainForm):
    planned_sessions = _whole("Planned sessions", 1, 60, SESSIONS)
    min_hours_between = _whole("Hours apart, at least", 24, 2160, HOURS, initial=72)
    modality = _chosen("Therapy", Modality.choices, "Choose the therapy.")
    review_after = _whole("Plan review after dose", 1, 60, "Enter a dose number, or leave it empty.", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class OpenSeriesForm(SeriesPlanForm):
    indication = _chosen("Indication", Indication.choices, "Choose the indication.")
    route = _chosen("Route", Route.choices, "Choose the route.")
    id = forms.UUIDField(widget=forms.HiddenInput)
    version = None

    field_order = ("indication", "route", "planned_sessions", "min_hours_between", "modality", "review_after")


class CloseSeriesForm(PlainForm):
    closing_reason = forms.CharField(
        label="Why does the series end?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why the series ends."},
    )
