"""People who work here, how they prove who they are, and what a practice asks two people for."""

from accounts.models.factors import Authenticator, RecoveryCode
from accounts.models.notices import AccountNotice, KnownBrowser
from accounts.models.passkeys import Passkey
from accounts.models.people import TIME_ZONES, ApiToken, Membership, Practice, RoleRequest, SignInFailure, User
from accounts.models.sign_ins import SignIn

__all__ = [
    "TIME_ZONES",
    "AccountNotice",
    "ApiToken",
    "Authenticator",
    "KnownBrowser",
    "Membership",
    "Passkey",
    "Practice",
    "RecoveryCode",
    "RoleRequest",
    "SignIn",
    "SignInFailure",
    "User",
]
