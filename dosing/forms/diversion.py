"""Looking through signs of diversion, and settling one."""

from django import forms

from accounts.forms.base import PlainForm
from dosing.models import DiversionFinding
from dosing.models.diversion import TITLES


class SignFilterForm(PlainForm):
    SHOW = (("open", "Not settled"), ("settled", "Settled"), ("all", "All"))

    pattern = forms.ChoiceField(label="Sign", choices=[("", "All signs"), *TITLES.items()], required=False)
    show = forms.ChoiceField(label="Show", choices=SHOW, required=False)


class SettleForm(PlainForm):
    """Cleaned data are the keywords of `dosing.actions.settle_finding` except finding, by and at."""

    outcome = forms.ChoiceField(
        label="What it turned out to be",
        choices=DiversionFinding.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it turned out to be."},
    )
    settled_words = forms.CharField(
        label="What was looked at",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what you looked at."},
    )
