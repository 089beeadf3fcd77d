"""Where a request came from: the address that limits and audit rows rely on (R25)."""

import hashlib

from django.conf import settings

from accounts.actor import Actor, visitor


def client_ip(request) -> str:
    """The peer's address; behind our own TLS proxy, the right-most entry, which that proxy wrote itself."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    nearest = forwarded.rpartition(",")[2].strip()
    return (nearest or request.META.get("REMOTE_ADDR", ""))[:45]


def where(request) -> dict:
    """The fields of an Actor that say from where somebody acts."""
    key = (getattr(request, "session", None) and request.session.session_key) or ""
    return {
        "request_id": getattr(request, "id", ""),
        "session_hash": hashlib.sha256(key.encode()).hexdigest()[:16] if key else "",
        "ip": client_ip(request),
        "user_agent": request.headers.get("User-Agent", ""),
    }


def visitor_of(request) -> Actor:
    return visitor(**where(request))
