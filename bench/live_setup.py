"""Signs the pages of the live measurement in: each has a sign-in of its own, all of the nurse on the rosters."""

from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.sessions import open_session


def sign_ins(nurse: str, number: int) -> dict:
    """The cookie's name and so many values of it."""
    member = Membership.objects.select_related("user", "practice").get(pk=nurse)
    return {"name": settings.SESSION_COOKIE_NAME, "values": [_one(member) for _ in range(number)]}


def _one(member: Membership) -> str:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = Client().session
    open_session(request, member, timezone.now(), factor_shown=True)
    request.session.save()
    return request.session.session_key
