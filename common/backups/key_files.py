"""Reads the private key that somebody brought to this machine; it is never stored here (R101)."""

import sys
from pathlib import Path

from common.backups.keys import BadKey, identities


def keys_from(name: str) -> list:
    """The private keys in the file `name`, or on standard input for "-". Raises BadKey."""
    if name == "-":
        return identities(sys.stdin.read())
    try:
        return identities(Path(name).read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"The key file cannot be read: {getattr(error, 'strerror', None) or 'no text'}.") from None
