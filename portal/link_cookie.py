"""Which link a patient's browser holds: a signed cookie of its own, apart from any staff session (R71, R76).

Opening a link therefore stores nothing on the server, and a staff sign-in in the same browser is neither used nor
touched. The cookie names the link's id, never its token, and is worth nothing once the link has ended.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing

SALT = "portal.link"
LIVES = timedelta(hours=12)


@dataclass(frozen=True)
class Held:
    """The link a browser opened, whether it passed the birth-date step, and when the cookie was written."""

    link_id: UUID
    is_checked: bool
    since: datetime


def cookie_name() -> str:
    return "__Host-link" if settings.SESSION_COOKIE_SECURE else "clinic_link"


def held(request) -> Held | None:
    """None without a cookie, or with one that is forged or too old."""
    try:
        told = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=LIVES)
        since = datetime.fromtimestamp(told["since"], UTC)
        return Held(UUID(told["link"]), told["checked"] is True, since)
    except (signing.BadSignature, KeyError, TypeError, ValueError, OverflowError):
        return None


def remember(response, link_id: UUID, at: datetime, *, is_checked: bool) -> None:
    told = {"link": str(link_id), "checked": is_checked, "since": at.timestamp()}
    value = signing.dumps(told, salt=SALT)
    response.set_cookie(
        cookie_name(), value, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax", path="/"
    )


def forget(response) -> None:
    response.delete_cookie(cookie_name(), path="/", samesite="Lax")
