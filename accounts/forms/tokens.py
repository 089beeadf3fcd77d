"""Making a token for the API."""

from django import forms

from accounts.forms.base import PlainForm


class TokenForm(PlainForm):
    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label="What is it for?", max_length=60, error_messages={"required": "Say what the token is for."}
    )
    days = forms.IntegerField(
        label="Days until it ends",
        min_value=1,
        max_value=365,
        initial=90,
        error_messages={"required": "Enter 1 to 365 days."},
    )
