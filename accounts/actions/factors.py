"""The second factor: setting an authenticator up, showing a code, new recovery codes, a colleague's lost one (R22)."""

from datetime import datetime

from django.db import transaction

from accounts import failures
from accounts.actions.notices import tell
from accounts.actor import Actor
from accounts.credentials import reauthenticate
from accounts.models import AccountNotice, Authenticator, Membership, Passkey, RecoveryCode, User
from accounts.one_time_codes import (
    RECOVERY_CODES,
    clean_code,
    is_authenticator_code,
    matching_step,
    new_recovery_code,
    new_secret,
    recovery_hash,
)
from accounts.roles import Permission
from accounts.second_person import confirm
from accounts.staff_rules import may_manage_staff
from common import audit
from common.errors import InvalidInput, StaleState

CODE_NOT_RIGHT = (
    "This code is not right or was used already. Wait for the next; after several wrong ones comes a pause."
)


def begin_authenticator(*, by: Actor, at: datetime, password: str) -> Authenticator:
    """A fresh secret to be typed into or scanned by an app; it counts only once a code of it is shown."""
    reauthenticate(by, password, at=at)
    with transaction.atomic():
        Authenticator.objects.waiting().filter(user_id=by.user_id).update(ended_at=at)
        row = Authenticator(user_id=by.user_id, secret=new_secret(), made_at=at)
        row.save(force_insert=True)
        audit.record(by, "accounts.begin_authenticator", at=at, subject=row)
    return row


def confirm_authenticator(*, authenticator: Authenticator, by: Actor, at: datetime, code: str) -> list[str]:
    """Put the authenticator in use in place of an earlier one; every other sign-in of the person ends (R27).

    Returns fresh recovery codes, which are shown once. Raises InvalidInput beside `code`.
    """
    key = failures.account_key(f"code {by.user_id}")
    attempt = failures.take_try(key, by.ip, at)
    step = matching_step(authenticator.secret, clean_code(code), at, 0) if attempt else None
    if step is None:
        raise InvalidInput({"code": CODE_NOT_RIGHT})
    failures.was_right(attempt)
    with transaction.atomic():
        _end_factors(by.user_id, at)
        stored = Authenticator.objects.filter(pk=authenticator.pk, confirmed_at=None, user_id=by.user_id)
        if not stored.update(confirmed_at=at, ended_at=None, last_step=step):
            raise StaleState("This authenticator was set up already.")
        User.objects.filter(pk=by.user_id).update(has_second_factor=True, factor_changed_at=at)
        codes = fresh_codes(by.user_id, at)
        tell(by.user_id, AccountNotice.About.FACTOR, at, practice_id=by.practice_id)
        audit.record(by, "accounts.confirm_authenticator", at=at, subject=authenticator)
    return codes


def renew_recovery_codes(*, by: Actor, at: datetime, password: str) -> list[str]:
    """Ten new codes, shown once; the older ones are void."""
    reauthenticate(by, password, at=at)
    if not by.user.has_second_factor:
        raise StaleState("Set up an authenticator first.")
    with transaction.atomic():
        codes = fresh_codes(by.user_id, at)
        tell(by.user_id, AccountNotice.About.FACTOR, at, practice_id=by.practice_id)
        audit.record(by, "accounts.renew_recovery_codes", at=at, subject=by.membership)
    return codes


def check_code(*, user: User, by: Actor, at: datetime, code: str) -> str:
    """What a right code was, "authenticator" or "recovery"; each is taken once. `by` is the visitor.

    Wrong codes are counted by themselves: a right password does not take them back (R24).
    """
    attempt = failures.take_try(failures.account_key(f"code {user.pk}"), by.ip, at)
    with transaction.atomic():
        kind = _take(user, clean_code(code), at) if attempt else None
        if kind is not None:
            failures.was_right(attempt)
            for practice_id in practices_of(user):
                visitor = by.in_practice(practice_id)
                audit.record(visitor, f"accounts.show_{kind}_code", at=at, subject=user, role="visitor")
    if kind is None:
        raise InvalidInput({"code": CODE_NOT_RIGHT})
    return kind


def record_wrong_code(*, user: User, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        for practice_id in practices_of(user):
            visitor = by.in_practice(practice_id)
            audit.record(visitor, "accounts.show_code", at=at, subject=user, role="visitor", outcome="failed")


def reset_staff_factor(
    *, membership: Membership, by: Actor, at: datetime, password: str, email: str, second_password: str
) -> Membership:
    """Take a colleague's lost factor away, by two people: the next sign-in has to set one up anew (R23)."""
    role = may_manage_staff(by, membership.practice_id)
    reauthenticate(by, password, at=at)
    second = confirm(
        by=by,
        practice_id=membership.practice_id,
        email=email,
        password=second_password,
        permission=Permission.APPROVE_ROLES,
        field="email",
        at=at,
    )
    if membership.user_id in (by.user_id, second.user_id):
        raise InvalidInput({"email": "Two people other than the one who lost the factor do this."})
    with transaction.atomic():
        _end_factors(membership.user_id, at)
        Passkey.objects.in_use().filter(user_id=membership.user_id).update(ended_at=at)
        User.objects.filter(pk=membership.user_id).update(has_second_factor=False, factor_changed_at=at)
        tell(membership.user_id, AccountNotice.About.FACTOR, at, practice_id=membership.practice_id)
        detail = {"second_person": str(second.user_id)}
        audit.record(by, "accounts.reset_staff_factor", at=at, subject=membership, role=role, detail=detail)
    membership.refresh_from_db()
    return membership


def _take(user: User, code: str, at: datetime) -> str | None:
    """Use a code up by a conditional update, so that of two requests with the same code one succeeds."""
    if is_authenticator_code(code):
        row = Authenticator.objects.in_use().filter(user=user).first()
        step = row and matching_step(row.secret, code, at, row.last_step)
        if step and Authenticator.objects.filter(pk=row.pk, ended_at=None, last_step__lt=step).update(last_step=step):
            return "authenticator"
        return None
    unused = RecoveryCode.objects.filter(user=user, code_hash=recovery_hash(user.pk, code), used_at=None, ended_at=None)
    return "recovery" if unused.update(used_at=at) else None


def _end_factors(user_id, at: datetime) -> None:
    Authenticator.objects.in_use().filter(user_id=user_id).update(ended_at=at)
    RecoveryCode.objects.filter(user_id=user_id, ended_at=None).update(ended_at=at)


def fresh_codes(user_id, at: datetime) -> list[str]:
    RecoveryCode.objects.filter(user_id=user_id, ended_at=None).update(ended_at=at)
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    rows = [RecoveryCode(user_id=user_id, code_hash=recovery_hash(user_id, code), made_at=at) for code in codes]
    RecoveryCode.objects.bulk_create(rows)
    return codes


def practices_of(user: User) -> list:
    return list(Membership.objects.active().filter(user=user).values_list("practice_id", flat=True)) or [None]
