"""Reads a delivery status notification (RFC 3464): which of our mails it is about, and what became of it."""

import email
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

MOST_BYTES = 1024 * 1024
ACTIONS = {"failed": "undelivered", "delivered": "delivered"}  # delayed, relayed and expanded say nothing final
STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True)
class Notification:
    """`message_id` is the mail's own, with its angle brackets; `delivery` is "" while nothing is final."""

    message_id: str
    delivery: str
    code: str


def read_notification(raw: bytes) -> Notification | None:
    """None when this is no delivery status notification."""
    mail = email.message_from_bytes(raw[:MOST_BYTES], policy=policy.default)
    parts = list(mail.walk())
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    told = _fields_of_recipient(status)
    found = STATUS.search(told.get("status", ""))
    delivery = ACTIONS.get(told.get("action", "").strip().lower(), "")
    return Notification(_original_id(parts, mail), delivery, found[0] if found else "")


def _fields_of_recipient(status: EmailMessage) -> dict[str, str]:
    """The fields of the last recipient block; a mail of ours has one recipient."""
    blocks = status.get_payload()
    fields: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else []:
        fields |= {name.lower(): str(value) for name, value in block.items()}
    return fields


def _original_id(parts: list, mail) -> str:
    """From the returned mail or its headers; never the notification's own."""
    for part in parts:
        if part is not mail and part.get_content_type() == "text/rfc822-headers":
            part = email.message_from_string(part.get_content(), policy=policy.default)
        elif part is mail or "Message-ID" not in part:
            continue
        if part["Message-ID"]:
            return str(part["Message-ID"]).strip()
    return ""
