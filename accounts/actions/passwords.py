"""Passwords: changing one's own, and giving a colleague a temporary one."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.actions.notices import tell
from accounts.actor import Actor
from accounts.credentials import reauthenticate
from accounts.models import AccountNotice, ApiToken, Membership, User
from accounts.staff_rules import may_manage_staff, temporary_password
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, StaleState


def set_own_password(*, by: Actor, at: datetime, current_password: str, new_password: str) -> User:
    """Change one's own password; every other sign-in and every API token of the person ends (R27).

    Raises InvalidInput for a wrong current password or a new one that is too weak or the same.
    """
    reauthenticate(by, current_password, field="current_password")
    if new_password == current_password:
        raise InvalidInput({"new_password": "Choose a password that differs from the current one."})
    try:
        validate_password(new_password, by.user)
    except ValidationError as error:
        raise InvalidInput({"new_password": list(error.messages)}) from error
    with transaction.atomic():
        user = User.objects.get(pk=by.user_id)
        _store(user, new_password, must_change=False)
        tokens = _revoke_tokens(user, at)
        tell(user.pk, AccountNotice.About.PASSWORD, at, practice_id=by.practice_id)
        audit.record(by, "accounts.set_own_password", at=at, subject=user, detail={"tokens_revoked": tokens})
    return user


def reset_staff_password(*, membership: Membership, by: Actor, at: datetime) -> str:
    """Give a colleague who forgot the password a new temporary one, shown once; all sign-ins end.

    Raises Blocked for a person who works in another practice too: an admin here must not open that door.
    """
    role = may_manage_staff(by, membership.practice_id)
    with transaction.atomic():
        if not Membership.objects.active().filter(pk=membership.pk).exists():
            raise StaleState("This person's work here has ended. Nothing was changed.")
        elsewhere = Membership.objects.active().filter(user_id=membership.user_id).exclude(pk=membership.pk)
        if elsewhere.exists() and not by.is_system:
            sentence = "This person also works in another practice, so only the operator of the computer can do it."
            raise Blocked([Blocker("WORKS_ELSEWHERE", sentence)])
        secret = temporary_password()
        user = User.objects.get(pk=membership.user_id)
        _store(user, secret, must_change=True)
        tokens = _revoke_tokens(user, at)
        tell(user.pk, AccountNotice.About.PASSWORD, at, practice_id=membership.practice_id)
        audit.record(
            by,
            "accounts.reset_staff_password",
            at=at,
            subject=membership,
            role=role,
            detail={"tokens_revoked": tokens},
        )
    return secret


def _store(user: User, password: str, must_change: bool) -> None:
    user.set_password(password)
    user.must_change_password = must_change
    user.save(update_fields=["password", "must_change_password"])


def _revoke_tokens(user: User, at: datetime) -> int:
    return ApiToken.objects.filter(membership__user=user, revoked_at=None).update(revoked_at=at)
