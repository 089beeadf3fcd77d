"""Finds the token that a caller of the API shows."""

import hashlib
from datetime import datetime

from accounts.models import ApiToken


def token_hash(secret: str) -> str:
    return hashlib.sha256(secret.strip().encode()).hexdigest()


def usable_token(secret: str, at: datetime) -> ApiToken | None:
    """The live token with this secret, of somebody who works here, with password and second factor; one query."""
    return (
        ApiToken.objects.select_related("membership__user", "membership__practice")
        .filter(token_hash=token_hash(secret), revoked_at=None, expires_at__gt=at)
        .filter(membership__is_active=True, membership__user__is_active=True)
        .filter(membership__user__must_change_password=False, membership__user__has_second_factor=True)
        .first()
    )
