"""Codes of authenticator apps (RFC 6238, 6 digits, 30 s) and recovery codes. Pure rules: no clock, no database."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
WINDOW = 1  # steps before and after: a clock may be wrong by half a minute
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def new_secret() -> str:
    return pyotp.random_base32(32)


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).at(step * STEP_SECONDS)


def matching_step(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """The half minute that a code belongs to, newer than the last one used; None when it is not right now."""
    now = step_of(at)
    found = [
        step
        for step in range(now - WINDOW, now + WINDOW + 1)
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > last_step
    ]
    return max(found, default=None)


def enrolment_uri(secret: str, email: str, issuer: str) -> str:
    """What the QR code says to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def new_recovery_code() -> str:
    """Ten letters and digits in two groups, about 49 bits."""
    text = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"


def clean_code(typed: str) -> str:
    return "".join(typed.split()).replace("-", "").casefold()


def is_authenticator_code(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdigit()


def recovery_hash(user_id, code: str) -> str:
    """Slow, so that a stolen table does not give the codes away."""
    salt = f"clinic recovery code {user_id}".encode()
    return hashlib.scrypt(clean_code(code).encode(), salt=salt, n=2**12, r=8, p=1, dklen=32).hex()
