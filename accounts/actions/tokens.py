"""API tokens: made and revoked by their owner; the secret is told once and only its hash is kept."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from accounts.actor import Actor
from accounts.models import ApiToken
from accounts.token_lookup import token_hash
from common import audit
from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState

LONGEST_DAYS = 365


def issue_token(*, by: Actor, at: datetime, name: str, days: int = 90, id=None) -> tuple[ApiToken, str]:
    """Make a token with one's own rights and return it with its secret. `days` is 1 to 365.

    A repeated `id` is refused: the secret of a token that was made already cannot be told again.
    """
    if by.membership_id is None:
        raise NotPermitted("issue_token")
    wrong = {}
    if not name.strip():
        wrong["name"] = "Say what the token is for."
    if not 1 <= days <= LONGEST_DAYS:
        wrong["days"] = f"Enter 1 to {LONGEST_DAYS} days."
    if wrong:
        raise InvalidInput(wrong)
    if id and ApiToken.objects.filter(pk=id).exists():
        raise InvalidInput("This token was made already and its secret is shown only once. End it and make another.")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken(
            id=id or uuid.uuid4(),
            membership_id=by.membership_id,
            name=name.strip()[:60],
            token_hash=token_hash(secret),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        token.save(force_insert=True)
        audit.record(by, "accounts.issue_token", at=at, subject=token, detail={"days": days})
    return token, secret


def revoke_token(*, token: ApiToken, by: Actor, at: datetime) -> ApiToken:
    """End one of one's own tokens. Raises OutOfScope for anybody else's, StaleState when it had ended."""
    if token.membership_id != by.membership_id:
        raise OutOfScope("token")
    with transaction.atomic():
        if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
            raise StaleState("This token had already ended.")
        token.refresh_from_db()
        audit.record(by, "accounts.revoke_token", at=at, subject=token)
    return token
