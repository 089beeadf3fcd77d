"""Seals text for one place in the database: AES-256-GCM, bound to table, column and row, with the key's id (R93).

A sealed text that was altered, moved to another row or column, or sealed by another ring does not open: it is
refused, never shown as something else. Pure; keys come in as rings.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARK = "sealed1."
NONCE_BYTES = 12


class SealBroken(Exception):
    """A stored text is not what was sealed for this place, or its key is missing. Says where, never what."""


class Sealed(str):
    """A text as it stands in the database; only what was sealed for a row is one."""

    __slots__ = ()


@dataclass(frozen=True)
class Ring:
    """Keys of one purpose by id; the first one seals, each of them opens what it sealed."""

    name: str
    secrets: tuple[tuple[str, str], ...]

    @property
    def current(self) -> str:
        return self.secrets[0][0]

    @cached_property
    def _keys(self) -> dict[str, AESGCM]:
        return {key_id: _key(self.name, secret) for key_id, secret in self.secrets}

    def seal(self, text: str, place: str) -> Sealed:
        """`text` sealed by the current key for `place` ("table|column|row")."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        closed = self._keys[self.current].encrypt(nonce, text.encode(), place.encode())
        return Sealed(f"{MARK}{self.current}.{urlsafe_b64encode(nonce + closed).decode()}")

    def open(self, token: str, place: str) -> str:
        """The text that was sealed for `place`. Raises SealBroken for anything else."""
        key_id = key_id_of(token)
        if key_id not in self._keys:
            raise SealBroken(f"no key “{key_id}” in the {self.name} ring for {place}")
        try:
            raw = urlsafe_b64decode(token.rpartition(".")[2])
            return self._keys[key_id].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"altered, moved or torn: {place}") from error


def key_id_of(token: str) -> str:
    """The id of the key that sealed a token. Raises SealBroken for text that was never sealed."""
    if not token.startswith(MARK):
        raise SealBroken("a text that was never sealed stands where a sealed one belongs")
    return token[len(MARK) :].partition(".")[0]


@lru_cache(maxsize=32)
def _key(ring: str, secret: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=f"clinic field ring {ring}".encode()).derive(secret.encode())
    return AESGCM(derived)


def parse_keys(text: str) -> tuple[tuple[str, str], ...]:
    """Ids and secrets of "id:secret,id:secret". Raises ValueError, without what was found, unless ids are plain."""
    found = tuple(tuple(part.strip().partition(":")[::2]) for part in text.split(",") if part.strip())
    if not all(key_id.isalnum() and secret for key_id, secret in found):
        raise ValueError("keys are written id:secret,id:secret with ids of letters and digits")
    return found
