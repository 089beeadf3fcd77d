"""Forms of people and practices; each one's cleaned data are the keywords of its action."""

from accounts.forms.audit import AuditFilterForm
from accounts.forms.passwords import ChangePasswordForm, CodeForm, PasswordAgainForm, ResetFactorForm, SignInForm
from accounts.forms.practice import PracticeSettingsForm
from accounts.forms.staff import AddStaffForm, ApproveRoleForm, RolesForm
from accounts.forms.tokens import TokenForm

__all__ = [
    "AddStaffForm",
    "ApproveRoleForm",
    "AuditFilterForm",
    "ChangePasswordForm",
    "CodeForm",
    "PasswordAgainForm",
    "PracticeSettingsForm",
    "ResetFactorForm",
    "RolesForm",
    "SignInForm",
    "TokenForm",
]
