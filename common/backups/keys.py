"""Whom a backup is encrypted for: public keys only. Who opens it keeps the other half away from this machine (R101)."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from pyrage import IdentityError, RecipientError, x25519

FILE = "backup-recipients.txt"


class BadKey(ValueError):
    """A line is not a key of the age format. Says which line, never what stands there."""


def recipients_file() -> Path:
    return settings.HOME / FILE


def recipients() -> list[x25519.Recipient]:
    """Those of BACKUP_RECIPIENTS, or else of the file in the clinic's folder. Raises BadKey."""
    lines = settings.BACKUP_RECIPIENTS
    if not lines and recipients_file().exists():
        lines = recipients_file().read_text().splitlines()
    return [_recipient(number, line) for number, line in _lines(lines)]


def identities(text: str) -> list[x25519.Identity]:
    """The private keys of a key file, one a line. Raises BadKey, also when there is none."""
    found = []
    for number, line in _lines(text.splitlines()):
        try:
            found.append(x25519.Identity.from_str(line))
        except IdentityError:
            raise BadKey(f"Line {number} of the key file is no private key (AGE-SECRET-KEY-1…).") from None
    if not found:
        raise BadKey("The key file holds no private key.")
    return found


def make_identity() -> tuple[str, str]:
    """A fresh (private key, public key)."""
    made = x25519.Identity.generate()
    return str(made), str(made.to_public())


def add_recipient(public: str) -> Path:
    """Let further backups be opened by the owner of this public key too."""
    path = recipients_file()
    with path.open("a") as file:
        file.write(f"{public}\n")
    path.chmod(0o600)
    return path


def _recipient(number: int, line: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(line)
    except RecipientError:
        raise BadKey(f"Public key {number} for backups is no key of the age format (age1…).") from None


def _lines(lines: Iterable[str]) -> Iterable[tuple[int, str]]:
    """What is neither empty nor a remark, with its number."""
    for number, line in enumerate(lines, start=1):
        if (text := line.strip()) and not text.startswith("#"):
            yield number, text
