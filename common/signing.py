"""What was signed is what is stored: the SHA-256 of a record's canonical JSON (R41)."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


def _plain(value):
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(f"cannot sign a {type(value).__name__}")


def content_sha256(content: dict) -> str:
    """Hex SHA-256 of the content as JSON with sorted keys and no spaces; exact decimals, ISO times."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()
