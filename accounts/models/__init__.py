"""People who work here, how they prove who they are, and what a practice asks two people for."""

from accounts.models.factors import Authenticator, RecoveryCode
from accounts.models.people import TIME_ZONES, ApiToken, Membership, Practice, RoleRequest, SignInFailure, User

__all__ = [
    "TIME_ZONES",
    "ApiToken",
    "Authenticator",
    "Membership",
    "Practice",
    "RecoveryCode",
    "RoleRequest",
    "SignInFailure",
    "User",
]
