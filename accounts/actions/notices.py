"""Telling people by mail what happened to their account, and knowing the browsers they use (R32)."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.actor import Actor
from accounts.known_browsers import token_hash
from accounts.models import AccountNotice, KnownBrowser
from common import audit

FIRST_WAIT = timedelta(minutes=1)  # doubled with each try that failed
LEASE = timedelta(minutes=5)


def tell(user_id, about: str, at: datetime, *, practice_id=None, browser: str = "") -> None:
    """Write the notice beside the change itself, in its transaction; a worker mails it."""
    AccountNotice.objects.put_in_post(user_id, about, at, practice_id=practice_id, browser=browser)


def know_browser(by: Actor, at: datetime, token: str, browser: str) -> None:
    """Remember the browser of a sign-in; tell the person if it is new and not the first one."""
    known = KnownBrowser.objects.filter(user_id=by.user_id)
    hashed = token_hash(by.user_id, token)
    if known.filter(token_hash=hashed).update(last_seen_at=at):
        return
    is_first = not known.exists()
    row = {"user_id": by.user_id, "token_hash": hashed}
    KnownBrowser.objects.get_or_create(**row, defaults={"first_seen_at": at, "last_seen_at": at})
    if not is_first:
        tell(by.user_id, AccountNotice.About.NEW_BROWSER, at, practice_id=by.practice_id, browser=browser)


def claim_notice(*, notice: AccountNotice, by: Actor, at: datetime) -> bool:
    """Take a notice for sending; of two workers one gets it. A worker that dies leaves it to be tried again."""
    due = AccountNotice.objects.due(at).filter(pk=notice.pk, tries=notice.tries)
    with transaction.atomic():
        if not due.update(tries=notice.tries + 1, try_at=at + LEASE):
            return False
        audit.record(by, "accounts.claim_notice", at=at, subject=notice, detail={"about": notice.about})
    return True


def record_notice_sent(*, notice: AccountNotice, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        AccountNotice.objects.filter(pk=notice.pk).update(sent_at=at)
        audit.record(by, "accounts.send_notice", at=at, subject=notice, detail={"about": notice.about})


def record_notice_trouble(*, notice: AccountNotice, by: Actor, at: datetime) -> None:
    """Try later; after the last try the audit row is what remains."""
    later = at + FIRST_WAIT * 2**notice.tries
    with transaction.atomic():
        AccountNotice.objects.filter(pk=notice.pk).update(try_at=later)
        audit.record(
            by, "accounts.send_notice", at=at, subject=notice, outcome="failed", detail={"about": notice.about}
        )
