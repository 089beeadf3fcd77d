"""Opens and ends a browser's sign-in: a fresh session each time, for one person in one practice (R27)."""

from datetime import datetime

from django.contrib.auth import login

from accounts.browser_names import browser_name
from accounts.middleware import FACTOR_KEY, actor_of
from accounts.models import Membership
from accounts.origin import client_ip
from accounts.session_store import ACTIVE_KEY, BROWSER_KEY, IP_KEY, MEMBERSHIP_KEY, SINCE_KEY

BACKEND = "accounts.backends.EmailBackend"


def open_session(request, membership: Membership, at: datetime, factor_shown: bool = False) -> None:
    """Replace whatever session there was by a new one for this membership.

    `factor_shown` says that the second factor was shown; a person who has one is not signed in without (R22).
    """
    request.session.flush()
    login(request, membership.user, backend=BACKEND)
    request.session[MEMBERSHIP_KEY] = str(membership.pk)
    request.session[FACTOR_KEY] = factor_shown
    request.session[ACTIVE_KEY] = request.session[SINCE_KEY] = at.timestamp()
    request.session[IP_KEY] = client_ip(request)
    request.session[BROWSER_KEY] = browser_name(request.headers.get("User-Agent", ""))
    request.actor = actor_of(membership, request)


def end_session(request) -> None:
    request.session.flush()
    request.actor = None


def renew_session(request, at: datetime, factor_shown: bool | None = None) -> None:
    """Carry the present sign-in over a changed password or factor into a new session."""
    shown = request.session.get(FACTOR_KEY, False) if factor_shown is None else factor_shown
    membership = Membership.objects.select_related("user", "practice").get(pk=request.actor.membership_id)
    open_session(request, membership, at, shown)
