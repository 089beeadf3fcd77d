"""Keeps sessions in the database, each with the person and the browser it belongs to (R32)."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

MEMBERSHIP_KEY, ACTIVE_KEY, SINCE_KEY = "membership_id", "active_at", "signed_in_at"
IP_KEY, BROWSER_KEY = "ip", "browser"


def row_id(session_key: str) -> UUID:
    """The row's public name: leads nowhere without the cookie, and the cookie cannot be told from it."""
    return UUID(bytes=hashlib.sha256(f"sign-in {session_key}".encode()).digest()[:16], version=4)


class SessionStore(DatabaseStore):
    """Django's store of sessions in the database, with a row that says whose it is."""

    @classmethod
    def get_model_class(cls):
        from accounts.models import SignIn

        return SignIn

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.pk = row_id(row.session_key)
        if MEMBERSHIP_KEY in data:
            row.user_id, row.membership_id = data.get(SESSION_KEY), data[MEMBERSHIP_KEY]
        row.signed_in_at, row.active_at = _moment(data.get(SINCE_KEY)), _moment(data.get(ACTIVE_KEY))
        row.ip, row.browser = data.get(IP_KEY, ""), data.get(BROWSER_KEY, "")
        return row


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
