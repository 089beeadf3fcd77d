"""Clearing up a discrepancy: a note, the correction of the ledger, its closing."""

import uuid

from django import forms

from accounts.forms.base import PlainForm
from dosing.forms.parts import secret_field
from dosing.models import Discrepancy, StockMovement


class DiscrepancyFilterForm(PlainForm):
    SHOW = (("open", "Open"), ("overdue", "Open and overdue"), ("closed", "Closed"), ("all", "All"))

    q = forms.CharField(label="Lot number", max_length=40, required=False, widget=forms.TextInput({"type": "search"}))
    show = forms.ChoiceField(label="Show", choices=SHOW, required=False)


class DiscrepancyNoteForm(PlainForm):
    """Cleaned data are the keywords of `dosing.actions.note_discrepancy` except discrepancy, by and at."""

    text = forms.CharField(
        label="What was found out",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what was looked at and what was found."},
    )
    owner_id = forms.TypedChoiceField(
        label="Who looks into it from now on", coerce=uuid.UUID, empty_value=None, required=False
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(person.pk, person.user.full_name) for person in people]
        self.fields["owner_id"].choices = [("", "No change"), *choices]


class CorrectionForm(PlainForm):
    """Cleaned data are the keywords of `dosing.actions.correct_stock` except discrepancy, by and at."""

    what = forms.ChoiceField(
        label="What the ledger gets",
        choices=[
            (StockMovement.What.ADJUST.value, "A correction: something was entered wrongly or left out"),
            (StockMovement.What.LOSS.value, "A loss: drug is gone"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a correction or a loss."},
    )
    reason = forms.CharField(label="Why", max_length=300, error_messages={"required": "Say why."})
    password = secret_field("Your password", error_messages={"required": "Enter your password."})


class ClosingForm(PlainForm):
    """Cleaned data are the keywords of `dosing.actions.close_discrepancy` except discrepancy, by and at."""

    outcome = forms.ChoiceField(
        label="How it was cleared up",
        choices=Discrepancy.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it was cleared up."},
    )
    closing_reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say how it was cleared up."},
    )
    password = secret_field("Your password", error_messages={"required": "Enter your password."})
