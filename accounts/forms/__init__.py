"""Forms of people and practices; each one's cleaned data are the keywords of its action."""

from accounts.forms.audit import AuditFilterForm
from accounts.forms.passkeys import AddPasskeyForm, NewPasskeyForm, PasskeyAnswerForm
from accounts.forms.passwords import (
    ChangePasswordForm,
    CodeForm,
    FirstCodeForm,
    PasswordAgainForm,
    ResetFactorForm,
    SignInForm,
    SignOutForm,
)
from accounts.forms.practice import PracticeSettingsForm
from accounts.forms.staff import AddStaffForm, ApproveRoleForm, RolesForm
from accounts.forms.tokens import TokenForm

__all__ = [
    "AddPasskeyForm",
    "AddStaffForm",
    "ApproveRoleForm",
    "AuditFilterForm",
    "ChangePasswordForm",
    "CodeForm",
    "FirstCodeForm",
    "NewPasskeyForm",
    "PasskeyAnswerForm",
    "PasswordAgainForm",
    "PracticeSettingsForm",
    "ResetFactorForm",
    "RolesForm",
    "SignInForm",
    "SignOutForm",
    "TokenForm",
]
