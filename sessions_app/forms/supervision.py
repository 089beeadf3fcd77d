"""How many patients one monitor may watch, and for which routes a prescriber is in the house."""

from django import forms

from accounts.forms.base import PlainForm
from common.clinical import Route
from patients.forms.fields import yes_no
from sessions_app.supervision_rules import ALWAYS_ON_SITE, MOST_PER_MONITOR


class PresenceForm(PlainForm):
    is_here = yes_no("On site?")


class SupervisionForm(PlainForm):
    per_monitor = forms.IntegerField(
        label="Patients for each monitor",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": MOST_PER_MONITOR}),
        help_text="Who are dosing or recovering at the same time.",
        error_messages={"required": "Enter a whole number.", "invalid": "Enter a whole number."},
    )
    on_site_routes = forms.MultipleChoiceField(
        label="A prescriber is on site for",
        choices=[(route.value, route.label) for route in Route if route.value not in ALWAYS_ON_SITE],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For esketamine in any case.",
    )
    source = forms.CharField(label="Source", max_length=60, help_text="Guideline, label, or who decided.")
    note = forms.CharField(label="What changed and why", max_length=300)
    replaces_version = forms.IntegerField(widget=forms.HiddenInput)
