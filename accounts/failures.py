"""Counts wrong passwords in the database, for sign-in, step-up, second person and API tokens alike (R24).

A try is counted before the password is looked at and taken back when it was right, so that a thousand guesses
at once are not all looked at.
"""

import hashlib
import logging
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from accounts.lockout import ACCOUNT_WINDOW, ADDRESS_WINDOW, PER_ACCOUNT, PER_ADDRESS, refused_until
from accounts.models import SignInFailure

# A refused action rolls its transaction back; the wrong password must count nevertheless. The middleware
# writes again, after the request, what was lost.
_of_this_request: ContextVar[list | None] = ContextVar("wrong_passwords", default=None)


LINKS_PER_ADDRESS, LINKS_ALARM, LINK_WINDOW = 20, 100, timedelta(hours=1)
log = logging.getLogger("clinic.links")


def account_key(name: str) -> str:
    """What stands for an account in the counters; the address itself is not stored."""
    return hashlib.sha256(name.strip().lower().encode()).hexdigest()


UNKNOWN_LINK = account_key("a patient's link that does not exist")


def take_try(key: str, ip: str, at: datetime) -> SignInFailure | None:
    """Count a try for this account from this address; None when it must not be looked at now."""
    with transaction.atomic():
        _one_at_a_time(ip)
        if is_paused(key, ip, at):
            return None
        failure = SignInFailure(email_hash=key, ip=ip, at=at)
        failure.save(force_insert=True)
    pending = _of_this_request.get()
    if pending is not None:
        pending.append(failure)
    return failure


def was_right(failure: SignInFailure) -> None:
    """Take the try back and forget this account's earlier ones from this address, and what no rule asks about."""
    SignInFailure.objects.filter(
        Q(email_hash=failure.email_hash, ip=failure.ip) | Q(at__lt=failure.at - 2 * ACCOUNT_WINDOW)
    ).delete()
    pending = _of_this_request.get()
    if pending is not None:
        pending[:] = [row for row in pending if row.email_hash != failure.email_hash]


def is_paused(key: str, ip: str, at: datetime) -> bool:
    """Whether tries for this account, or from this address, are not looked at now."""
    of_account = SignInFailure.objects.filter(email_hash=key, at__gt=at - ACCOUNT_WINDOW).order_by("-at")
    of_address = SignInFailure.objects.filter(ip=ip, at__gt=at - ADDRESS_WINDOW).exclude(email_hash=UNKNOWN_LINK)
    of_address = of_address.order_by("-at")
    times = (
        of_account.filter(ip=ip).values_list("at", flat=True)[:PER_ACCOUNT],
        of_address.values_list("at", flat=True)[:PER_ADDRESS],
        of_account.values_list("at", flat=True)[:PER_ACCOUNT],
    )
    return refused_until(*(list(found) for found in times), at) is not None


def too_many_unknown_links(ip: str, at: datetime, is_unknown: bool) -> bool:
    """Whether this address has tried more links that do not exist than a person would (R81); counts one more if so.

    Kept apart from wrong passwords: who guesses links from the clinic's own address keeps nobody from signing in.
    """
    recent = SignInFailure.objects.filter(email_hash=UNKNOWN_LINK, at__gt=at - LINK_WINDOW)
    if recent.filter(ip=ip).count() >= LINKS_PER_ADDRESS:
        return True
    if is_unknown:
        SignInFailure(email_hash=UNKNOWN_LINK, ip=ip, at=at).save(force_insert=True)
        if recent.count() == LINKS_ALARM:
            log.critical("%s unknown links were tried within an hour: somebody may be guessing", LINKS_ALARM)
    return False


def begin_request() -> None:
    _of_this_request.set([])


def end_request() -> None:
    """Store the wrong passwords of this request that a rolled-back action took with it."""
    pending = _of_this_request.get()
    _of_this_request.set(None)
    if pending:
        SignInFailure.objects.bulk_create(pending, ignore_conflicts=True)


def _one_at_a_time(ip: str) -> None:
    """SQLite's IMMEDIATE transactions already queue; PostgreSQL needs a lock for the address."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sign-in {ip}"])
