"""Adding a colleague and changing what a colleague may do."""

from django import forms

from accounts.forms.base import PlainForm
from accounts.roles import Role

ROLE_CHOICES = [(role.value, role.label) for role in Role]


def roles_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Roles",
        choices=ROLE_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        help_text="A person may hold several. Each act records the role it was done in.",
        error_messages={"required": "Choose at least one role."},
    )


class AddStaffForm(PlainForm):
    full_name = forms.CharField(
        label="Full name", max_length=120, error_messages={"required": "Enter the person's full name."}
    )
    email = forms.EmailField(
        label="E-mail",
        help_text="The person signs in with it.",
        error_messages={"required": "Enter the person's e-mail address."},
    )
    credentials = forms.CharField(label="Professional credentials", max_length=40, required=False, help_text="MD, RN …")
    initials = forms.CharField(
        label="Initials",
        min_length=2,
        max_length=4,
        help_text="As they will stand in the dosing record.",
        error_messages={"required": "Enter two to four letters."},
    )
    npi = forms.RegexField(
        label="NPI",
        regex=r"^\d{10}$",
        required=False,
        error_messages={"invalid": "An NPI has ten digits."},
        help_text="Ten digits, for prescribers.",
    )
    dea_number = forms.CharField(label="DEA number", max_length=16, required=False, help_text="For prescribers.")
    roles = roles_field()


class RolesForm(PlainForm):
    roles = roles_field()


class ApproveRoleForm(PlainForm):
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your own password."},
    )
