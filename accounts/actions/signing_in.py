"""Signing in and out, each with its audit row; the browser's session itself is opened by `accounts.sessions`."""

from datetime import datetime

from django.db import transaction

from accounts.actions.notices import know_browser
from accounts.actor import Actor
from accounts.credentials import NOT_RIGHT, right_user
from accounts.models import Membership, User
from common import audit
from common.errors import InvalidInput


def check_sign_in(*, by: Actor, at: datetime, email: str, password: str) -> list[Membership]:
    """The active memberships of the person with this e-mail and password. `by` is the visitor.

    Raises InvalidInput with one sentence whatever was wrong; the failure is counted and audited.
    """
    user = right_user(email, password, by.ip, at)
    memberships = list(Membership.objects.active().filter(user=user).select_related("user", "practice")) if user else []
    if not memberships:
        record_failure(by=by, at=at, email=email)
        raise InvalidInput(NOT_RIGHT)
    return sorted(memberships, key=lambda membership: membership.practice.name)


def record_failure(*, by: Actor, at: datetime, email: str, action: str = "accounts.sign_in") -> None:
    """One audit row in each practice where the named person works; what was typed is not stored."""
    user = User.objects.filter(email=email.strip().lower()).first()
    practices = (
        list(Membership.objects.active().filter(user=user).values_list("practice_id", flat=True)) if user else []
    )
    with transaction.atomic():
        for practice_id in practices or [None]:
            visitor = by.in_practice(practice_id)
            audit.record(visitor, action, at=at, subject=user, role="visitor", outcome="failed")


def record_sign_in(*, by: Actor, at: datetime, token: str, browser: str) -> None:
    """Also remembers the browser by the token of its cookie; a new one is told to the person by mail (R32)."""
    with transaction.atomic():
        know_browser(by, at, token, browser)
        audit.record(by, "accounts.sign_in", at=at, subject=by.membership)


def record_sign_out(*, by: Actor, at: datetime) -> None:
    audit.record(by, "accounts.sign_out", at=at, subject=by.membership)
