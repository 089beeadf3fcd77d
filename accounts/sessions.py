"""Opens and ends a browser's sign-in: a fresh session each time, for one person in one practice (R27)."""

from datetime import datetime

from django.contrib.auth import login

from accounts.middleware import ACTIVE_KEY, MEMBERSHIP_KEY, SINCE_KEY, actor_of
from accounts.models import Membership

BACKEND = "accounts.backends.EmailBackend"


def open_session(request, membership: Membership, at: datetime) -> None:
    """Replace whatever session there was by a new one for this membership."""
    request.session.flush()
    login(request, membership.user, backend=BACKEND)
    request.session[MEMBERSHIP_KEY] = str(membership.pk)
    request.session[ACTIVE_KEY] = request.session[SINCE_KEY] = at.timestamp()
    request.actor = actor_of(membership, request)


def end_session(request) -> None:
    request.session.flush()
    request.actor = None


def renew_session(request, at: datetime) -> None:
    """Carry the present sign-in over a changed password into a new session."""
    membership = Membership.objects.select_related("user", "practice").get(pk=request.actor.membership_id)
    open_session(request, membership, at)
