"""Passkeys as a second factor: adding one, showing it at sign-in, taking it away (R22)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts import failures
from accounts.actions.factors import fresh_codes, practices_of
from accounts.actions.notices import tell
from accounts.actor import Actor
from accounts.credentials import reauthenticate
from accounts.models import AccountNotice, Authenticator, Passkey, User
from accounts.passkey_rules import PasskeyRefused, Site, known_key, new_key
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, OutOfScope, StaleState

NOT_TAKEN = "This passkey was not taken. Try again; after several wrong tries comes a pause."
LAST_FACTOR = Blocker("LAST_FACTOR", "Set up another second factor first: this is your only one.")
MOST = 20


def check_may_add_passkey(*, by: Actor, at: datetime, password: str, name: str) -> None:
    """The step before the browser makes a key: who asks, and what the key will be called.

    Raises InvalidInput beside a wrong password or an empty name.
    """
    if not name.strip():
        raise InvalidInput({"name": "Say which device this is, such as “phone” or “blue security key”."})
    if Passkey.objects.in_use().filter(user_id=by.user_id).count() >= MOST:
        raise InvalidInput({"name": f"You have {MOST} passkeys. End one first."})
    reauthenticate(by, password, at=at)
    audit.record(by, "accounts.begin_passkey", at=at, subject=by.membership)


def add_passkey(
    *, by: Actor, at: datetime, name: str, credential: str, challenge: str | None, site: Site
) -> tuple[Passkey, list[str]]:
    """Store the key that the browser made; every other sign-in of the person ends (R27).

    Returns it with fresh recovery codes when it is the first factor, which are shown once. `challenge` is the one
    that was asked, None when none waits. Raises InvalidInput when the answer does not hold.
    """
    if challenge is None:
        raise InvalidInput("This took too long. Begin again.")
    try:
        found = new_key(credential, challenge, site)
    except PasskeyRefused as refusal:
        raise InvalidInput("The browser's answer does not hold. Begin again.") from refusal
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=by.user_id)
        if Passkey.objects.filter(credential_id=found.credential_id).exists():
            raise StaleState("This passkey is in use already.")
        row = Passkey(
            user=user,
            name=name.strip()[:60],
            credential_id=found.credential_id,
            public_key=found.public_key,
            sign_count=found.sign_count,
            made_at=at,
        )
        row.save(force_insert=True)
        codes = [] if user.has_second_factor else fresh_codes(user.pk, at)
        User.objects.filter(pk=user.pk).update(has_second_factor=True, factor_changed_at=at)
        tell(user.pk, AccountNotice.About.FACTOR, at, practice_id=by.practice_id)
        audit.record(by, "accounts.add_passkey", at=at, subject=row)
    return row, codes


def show_passkey(*, user: User, by: Actor, at: datetime, credential: str, challenge: str | None, site: Site) -> Passkey:
    """Take a passkey's answer as second factor of a sign-in. `by` is the visitor.

    Wrong answers are counted with wrong codes (R24). Raises InvalidInput.
    """
    attempt = failures.take_try(failures.account_key(f"code {user.pk}"), by.ip, at)
    with transaction.atomic():
        row = _answering(user, credential, challenge, site, at) if attempt and challenge else None
        if row is not None:
            failures.was_right(attempt)
            for practice_id in practices_of(user):
                audit.record(by.in_practice(practice_id), "accounts.show_passkey", at=at, subject=user, role="visitor")
    if row is None:
        raise InvalidInput({"credential": NOT_TAKEN})
    return row


def end_passkey(*, passkey: Passkey, by: Actor, at: datetime, password: str) -> Passkey:
    """Take one of one's own passkeys out of use. Raises Blocked when no other factor would be left."""
    if passkey.user_id != by.user_id:
        raise OutOfScope("passkey")
    reauthenticate(by, password, at=at)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.user_id)
        others = Passkey.objects.in_use().filter(user_id=by.user_id).exclude(pk=passkey.pk)
        if not others.exists() and not Authenticator.objects.in_use().filter(user_id=by.user_id).exists():
            raise Blocked([LAST_FACTOR])
        if not Passkey.objects.in_use().filter(pk=passkey.pk).update(ended_at=at):
            raise StaleState("This passkey had already ended.")
        User.objects.filter(pk=by.user_id).update(factor_changed_at=at)
        tell(by.user_id, AccountNotice.About.FACTOR, at, practice_id=by.practice_id)
        audit.record(by, "accounts.end_passkey", at=at, subject=passkey)
    passkey.refresh_from_db()
    return passkey


def _answering(user: User, credential: str, challenge: str, site: Site, at: datetime) -> Passkey | None:
    """The key that gave this answer, used up by a conditional update: of two requests with one answer, one succeeds."""
    for row in Passkey.objects.in_use().filter(user=user):
        try:
            found = known_key(credential, challenge, site, row.public_key, row.sign_count)
        except PasskeyRefused:
            continue
        if found.credential_id != row.credential_id:
            continue
        unused = Passkey.objects.in_use().filter(~Q(last_challenge=challenge), pk=row.pk, sign_count=row.sign_count)
        if unused.update(sign_count=found.sign_count, last_challenge=challenge, last_used_at=at):
            row.refresh_from_db()
            return row
    return None
