"""The cookie by which a browser is known again at the next sign-in; it opens nothing by itself (R32)."""

import hashlib
import re
import secrets
from datetime import timedelta

from django.conf import settings

KEPT_FOR = timedelta(days=400)  # the longest that browsers keep a cookie (RFC 6265bis, section 5.6)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name() -> str:
    return "__Host-browser" if settings.SESSION_COOKIE_SECURE else "clinic_browser"


def browser_token(request) -> str:
    """What the browser's cookie holds, or a fresh token for a browser that has none."""
    held = request.COOKIES.get(cookie_name(), "")
    return held if _TOKEN.fullmatch(held) else secrets.token_urlsafe(32)


def token_hash(user_id, token: str) -> str:
    """Differs from person to person, so that the rows do not tell who shares a computer."""
    return hashlib.sha256(f"browser {user_id} {token}".encode()).hexdigest()


def keep_token(response, token: str) -> None:
    response.set_cookie(
        cookie_name(),
        token,
        max_age=KEPT_FOR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path="/",
    )
