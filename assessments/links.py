"""What a patient's link is made of: a random token, of which only the digest is kept, and few birth-date tries."""

import hashlib
import secrets

BIRTH_DATE_TRIES = 5  # R78


def new_token() -> str:
    """256 random bits as text for an address (R70)."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
