"""The question that waits for a passkey's answer: kept in the session, for one person, for one answer."""

import ipaddress
from datetime import datetime, timedelta

from accounts.passkey_rules import Asked, Site

KEY = "passkey"
TIME_TO_ANSWER = timedelta(minutes=5)


def site_of(request) -> Site | None:
    """None where browsers allow no passkeys: an address made of numbers belongs to nobody."""
    host = request.get_host()
    domain = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    try:
        ipaddress.ip_address(domain.strip("[]"))
    except ValueError:
        return Site(domain, f"{request.scheme}://{host}")
    return None


def keep_question(request, asked: Asked, user_id, at: datetime) -> str:
    """Remember the challenge; returns the options for the page."""
    request.session[KEY] = {"challenge": asked.challenge, "user": str(user_id), "at": at.timestamp()}
    return asked.options


def take_question(request, user_id, at: datetime) -> str | None:
    """The challenge that was asked of this person a moment ago; gone with this call, so that one answer counts."""
    kept = request.session.pop(KEY, None)
    if not kept or kept["user"] != str(user_id) or at.timestamp() - kept["at"] > TIME_TO_ANSWER.total_seconds():
        return None
    return kept["challenge"]
