"""Twilio's Messages API: one POST for a text message, and the signature of what Twilio tells us about it later.

https://www.twilio.com/docs/messaging/api/message-resource and https://www.twilio.com/docs/usage/security
"""

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from followups.outcomes import NotSent, Refused, Unclear

SECONDS = 10
MOST_BYTES = 65_536
# Of a 400: what is wrong with our own account, sender or address, not with the number that was written to.
OF_THE_SENDER = {20003, 21212, 21408, 21603, 21606, 21609, 21611, 21612, 21617, 21659, 21660, 21661, 21703}


class Twilio:
    """One account; messages come `sender` or from a messaging service. `url` differs from Twilio's own in tests."""

    def __init__(self, *, url: str, account: str, token: str, sender: str, service: str):
        self.address = urlsplit(url)
        self.account, self.token = account, token
        self.origin = {"MessagingServiceSid": service} if service else {"From": sender}

    def send(self, *, number: str, words: str, status_url: str) -> str:
        """Twilio's id of the message. Raises NotSent, Refused or Unclear.

        Once the request may have been read, only an answer says what became of it: Twilio knows no key by which a
        second request would be the same message, so a broken connection and a 500, 502 or 504 are unclear (F1).
        """
        connection = self._connect()
        form = {"To": number, "Body": words, "StatusCallback": status_url, **self.origin}
        try:
            connection.request("POST", self._path(), urlencode(form), self._headers())
            answer = connection.getresponse()
            body = answer.read(MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise Unclear(type(error).__name__) from None
        finally:
            connection.close()
        if answer.status in (200, 201):
            return str(_told(body).get("sid", ""))[:64]
        raise _trouble(answer.status, answer.headers, _told(body))

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.address.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.address.hostname or "", self.address.port, timeout=SECONDS)
        try:
            connection.connect()
        except OSError as error:
            raise NotSent(type(error).__name__, is_outage=True) from None
        return connection

    def _path(self) -> str:
        return f"{self.address.path.rstrip('/')}/2010-04-01/Accounts/{self.account}/Messages.json"

    def _headers(self) -> dict[str, str]:
        both = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        return {"Authorization": f"Basic {both}", "Content-Type": "application/x-www-form-urlencoded"}


def _told(body: bytes) -> dict:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _trouble(status: int, headers, told: dict) -> Exception:
    code = told.get("code")
    if status == 400 and isinstance(code, int) and code not in OF_THE_SENDER:
        return Refused(str(code))
    if status in (500, 502, 504):
        return Unclear(f"Answer{status}")
    return NotSent(f"Answer{status}", is_outage=True, retry_after=_wait(headers.get("Retry-After", "")))


def _wait(words: str) -> timedelta | None:
    """Seconds only: Twilio sends no date."""
    return timedelta(seconds=int(words)) if words.isascii() and words.isdigit() and len(words) < 7 else None


def signature_of(token: str, url: str, form: Mapping[str, str]) -> str:
    """How Twilio signs a request to us: base64 of HMAC-SHA1 over the address and the sorted fields."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def is_signed(token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Whether the request comes from who knows the token; compared in constant time. Never true without a token."""
    wanted = signature_of(token, url, form)
    return bool(token) and hmac.compare_digest(wanted.encode(), signature.encode())
