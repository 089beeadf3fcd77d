"""What binds the entries kept on a device to one person of one practice (decision 0017).

`owner_of` marks whose entries they are and tells nobody's name. `locks_of` opens them: the device keeps no key once
somebody else works on it, and the server gives these words to their person only.
"""

import base64
import hashlib

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actor import Actor


def owner_of(actor: Actor) -> str:
    """The same on every device and after every change of the server's keys: it is no key."""
    return hashlib.sha256(f"offline owner {actor.membership_id}".encode()).hexdigest()[:32]


def locks_of(actor: Actor) -> list[str]:
    """Words of 32 bytes, base64; the present key's first, then those of keys before, under which entries may wait."""
    return [_lock(actor, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _lock(actor: Actor, key: str) -> str:
    made = salted_hmac("offline entries", str(actor.membership_id), secret=key, algorithm="sha256")
    return base64.b64encode(made.digest()).decode()


def is_of(actor: Actor, owner: str) -> bool:
    return constant_time_compare(owner_of(actor), owner)


def owner_on_page(request) -> dict:
    """For the shell: whose entries count on this page."""
    actor = getattr(request, "actor", None)
    return {"offline_owner": owner_of(actor)} if actor else {}
