"""The clinic's tablet in a patient's hands: a browser without a staff sign-in that opens the patient's questions and a
lock, nothing else, until somebody of the staff signs in on it again (decision 0028).

A signed cookie says so and names the practice. It gives no right: it only takes the way to staff pages away.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpResponseRedirect
from django.urls import reverse

from accounts.gatekeeping import LINK_HOLDER, PUBLIC
from accounts.middleware import polls
from accounts.models import Practice

SALT = "portal.kiosk"
LIVES = timedelta(days=365)
# Without a touch the page goes to the lock by itself; the server forgets the link a while after the last request.
LOCK_AFTER, LOCK_DONE_AFTER = timedelta(minutes=5), timedelta(seconds=60)
FORGET_AFTER = timedelta(minutes=15)


def cookie_name() -> str:
    return "__Host-kiosk" if settings.SESSION_COOKIE_SECURE else "clinic_kiosk"


def practice_id_of(request) -> UUID | None:
    """The practice whose tablet this is; None for every other browser, also with a forged cookie."""
    try:
        return UUID(signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=LIVES))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def practice_of(request) -> Practice | None:
    known = practice_id_of(request)
    return known and Practice.objects.filter(pk=known).first()


def begin(response, practice_id: UUID) -> None:
    response.set_cookie(
        cookie_name(),
        signing.dumps(str(practice_id), salt=SALT),
        max_age=LIVES,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path="/",
    )


def end(response) -> None:
    response.delete_cookie(cookie_name(), path="/", samesite="Lax")


class KioskMiddleware:
    """Leads every staff address of such a tablet to its lock; a staff sign-in on it ends that."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "actor", None) is not None and practice_id_of(request) is not None:
            end(response)
        return response

    def process_view(self, request, view, args, kwargs):
        if request.actor is not None or _is_open_to_all(view) or practice_id_of(request) is None:
            return None
        return None if polls(request) or request.path_info.startswith("/api/") else HttpResponseRedirect(_lock())


def _is_open_to_all(view) -> bool:
    return getattr(view, "access", None) in (PUBLIC, LINK_HOLDER)


def _lock() -> str:
    return reverse("portal:locked")
