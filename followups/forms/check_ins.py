"""Choosing a list, and taking a check-in back."""

from django import forms

from accounts.forms.base import PlainForm
from followups.pages import LISTS


class ListFilterForm(PlainForm):
    show = forms.ChoiceField(label="Show", choices=list(LISTS.items()), required=False)

    def wanted(self) -> str:
        """The chosen list; anything unknown means the first one."""
        return (self.is_valid() and self.cleaned_data["show"]) or next(iter(LISTS))


class CancelForm(PlainForm):
    reason = forms.CharField(
        label="Why is this check-in cancelled?",
        max_length=200,
        help_text="The patient is not told. The reason stays on the plan.",
        error_messages={"required": "Say in a few words why this check-in is cancelled."},
    )
