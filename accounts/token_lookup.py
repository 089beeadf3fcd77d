"""Finds the token that a caller of the API shows."""

import hashlib
from datetime import datetime

from accounts.models import ApiToken, Membership, Practice, User
from common.statements import Statement, columns_of, row_of

# The tables that one look joins, with the path from the token to each.
_JOINED = ((ApiToken, ""), (Membership, "membership__"), (User, "membership__user__"))
_JOINED += ((Practice, "membership__practice__"),)


def token_hash(secret: str) -> str:
    return hashlib.sha256(secret.strip().encode()).hexdigest()


def _live_token(token_hash: str, at: datetime):
    return (
        ApiToken.objects.filter(token_hash=token_hash, revoked_at=None, expires_at__gt=at)
        .filter(membership__is_active=True, membership__user__is_active=True)
        .filter(membership__user__must_change_password=False, membership__user__has_second_factor=True)
        .values_list(*(path for model, prefix in _JOINED for path in columns_of(model, prefix)))
    )


_LIVE_TOKEN = Statement("live_token", _live_token, token_hash=str, at=datetime)


def usable_token(secret: str, at: datetime) -> ApiToken | None:
    """The live token with this secret, of somebody who works here, with password and second factor; one query."""
    found = _LIVE_TOKEN.rows(token_hash=token_hash(secret), at=at)
    if not found:
        return None
    rows, start = [], 0
    for model, _ in _JOINED:
        stop = start + len(model._meta.concrete_fields)
        rows.append(row_of(model, found[0][start:stop]))
        start = stop
    token, membership, user, practice = rows
    membership.user, membership.practice, token.membership = user, practice, membership
    return token
