"""Forms of people and practices; each one's cleaned data are the keywords of its action."""

from accounts.forms.base import PlainForm
from accounts.forms.passwords import ChangePasswordForm, SignInForm

__all__ = ["ChangePasswordForm", "PlainForm", "SignInForm"]
