"""Signing in and changing a password."""

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts

from accounts.forms.base import PlainForm

LONGEST = 128


def password_field(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    """Taken exactly as typed: spaces belong to a password."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST,
        widget=widget,
        help_text=help_text,
        error_messages={"required": f"Enter {label[0].lower()}{label[1:]}."},
    )


class SignInForm(PlainForm):
    email = forms.CharField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={"required": "Enter your e-mail address."},
    )
    password = password_field("Password", "current-password")


class ChangePasswordForm(PlainForm):
    current_password = password_field("Your current password", "current-password")
    new_password = password_field("Your new password", "new-password")
    repeated_password = password_field("Your new password again", "new-password")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password"].help_text = " ".join(password_validators_help_texts())

    def clean(self):
        values = super().clean()
        repeated = values.pop("repeated_password", None)
        if repeated is not None and values.get("new_password") not in (None, repeated):
            self.add_error("repeated_password", "The two new passwords differ. Type the new one again.")
        return values


class PasswordAgainForm(PlainForm):
    password = password_field("Your password", "current-password")


class SignOutForm(PlainForm):
    """`nothing_waits`: the browser says that no entry of anybody waits on the device for the network."""

    nothing_waits = forms.BooleanField(required=False)


class CodeForm(PlainForm):
    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True, "spellcheck": "false"}
        ),
        help_text="Six digits from your authenticator app, or one of your recovery codes.",
        error_messages={"required": "Enter the code."},
    )


class FirstCodeForm(CodeForm):
    """The code that shows that the app was set up."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "The six digits that the app shows now."
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class ResetFactorForm(PasswordAgainForm):
    """Two people take a colleague's lost factor away."""

    email = forms.CharField(
        label="E-mail of the second person",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "The second person enters their own e-mail here."},
    )
    second_password = password_field("Password of the second person", "off")
