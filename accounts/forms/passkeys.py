"""Adding, showing and ending a passkey."""

from django import forms

from accounts.forms.base import PlainForm
from accounts.forms.passwords import PasswordAgainForm

LONGEST_ANSWER = 20_000


class NewPasskeyForm(PasswordAgainForm):
    name = forms.CharField(
        label="Which device is this?",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Such as “my phone” or “blue security key”.",
        error_messages={"required": "Say which device this is."},
    )
    field_order = ("name", "password")


class PasskeyAnswerForm(PlainForm):
    """What the browser says for a passkey, filled in by the page's script."""

    credential = forms.CharField(
        max_length=LONGEST_ANSWER,
        widget=forms.HiddenInput,
        error_messages={"required": "Your browser gave no passkey. Try again."},
    )


class AddPasskeyForm(PasskeyAnswerForm):
    name = forms.CharField(max_length=60, widget=forms.HiddenInput)
