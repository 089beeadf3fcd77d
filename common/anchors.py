"""Anchors of the chain outside the database: how far it reached when, signed with a key it does not hold (R47).

One JSON line each in `chain.jsonl`: `at`, `seq`, `hash` of the newest link, `before` (the SHA-256 of the line before),
`key` and `signature` (Ed25519, URL-safe base64, over the line without it). A chain that was cut off or worked out
anew does not fit the anchors; anchors that were removed or edited do not fit each other.
"""

import base64
import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone

from common.models import ChainLink
from common.sealing import parse_keys

log = logging.getLogger("clinic.chain")
FILE = "chain.jsonl"
FIRST = "0" * 64
LATE = timedelta(minutes=15)


class AnchorBroken(Exception):
    """A line of the anchor file is not what was written there. Says which line."""


@dataclass(frozen=True)
class Anchor:
    """The newest link (`seq`, `hash`) as it was at `at` (ISO, UTC); `line` counts from one."""

    at: str
    seq: int
    hash: str
    line: int


def anchor_file() -> Path:
    return Path(settings.ANCHOR_FOLDER) / FILE


def append_anchor(at: datetime) -> Anchor | None:
    """Sign how far the chain reaches and append that to the file, synced to its disk; None when nothing was added
    since the last anchor."""
    head = ChainLink.objects.order_by("-seq").values("seq", "hash").first()
    if head is None:
        return None
    path = anchor_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last, lines = _last_line(file)
        if last and json.loads(last)["seq"] >= head["seq"]:
            return None
        content = {"at": at.isoformat(), **head, "before": hashlib.sha256(last).hexdigest() if last else FIRST}
        file.truncate(_end_of_whole_lines(file))
        file.write(_signed(content) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return Anchor(content["at"], head["seq"], head["hash"], lines + 1)


def anchor_chain() -> None:
    """Append an anchor now, whatever moment an act was entered for. A file that cannot be written stops nothing: it is
    logged, and `/readyz` names it meanwhile."""
    try:
        append_anchor(timezone.now())
    except (OSError, ValueError) as error:
        log.error("the chain was not anchored: %s", type(error).__name__)


def newest_anchor() -> Anchor | None:
    """The last line as it stands; whether it is genuine says `read_anchors`."""
    if not anchor_file().exists():
        return None
    with anchor_file().open("rb") as file:
        last, lines = _last_line(file)
    if not last:
        return None
    content = json.loads(last)
    return Anchor(content["at"], content["seq"], content["hash"], lines)


def is_anchored(at: datetime) -> bool:
    """False when links older than fifteen minutes are covered by no anchor: the worker or the folder is in trouble."""
    anchor = newest_anchor()
    old = (at.astimezone(UTC) - LATE).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    later = ChainLink.objects.filter(seq__gt=anchor.seq if anchor else 0).order_by("seq").values_list("at", flat=True)
    waiting = later.first()
    return waiting is None or waiting > old


def read_anchors() -> Iterator[Anchor]:
    """Every anchor, the oldest first. Raises AnchorBroken at the first line that was altered, added or left out."""
    if not anchor_file().exists():
        return
    before, last_seq = FIRST, 0
    with anchor_file().open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.endswith(b"\n"):
                return  # torn when the power failed; the next anchor is written in its place
            content = _opened(raw.rstrip(b"\n"), number)
            if content["before"] != before or content["seq"] <= last_seq:
                raise AnchorBroken(f"line {number} does not follow the line before it")
            before, last_seq = hashlib.sha256(raw.rstrip(b"\n")).hexdigest(), content["seq"]
            yield Anchor(content["at"], content["seq"], content["hash"], number)


def public_keys() -> dict[str, str]:
    """Key id → public key (URL-safe base64), for whoever checks anchors elsewhere."""
    return {key_id: _text(_pair(secret).public_key().public_bytes_raw()) for key_id, secret in _secrets()}


def _secrets() -> tuple[tuple[str, str], ...]:
    """ANCHOR_KEY as a ring ("k2:secret,k1:secret": the first signs), or one plain secret, which is k1."""
    text = settings.ANCHOR_KEY
    return parse_keys(text) if ":" in text else (("k1", text),)


@lru_cache(maxsize=8)
def _pair(secret: str) -> Ed25519PrivateKey:
    seed = HKDF(SHA256(), 32, salt=None, info=b"clinic chain anchors").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _signed(content: dict) -> bytes:
    key_id, secret = _secrets()[0]
    content = content | {"key": key_id}
    return _plain(content | {"signature": _text(_pair(secret).sign(_plain(content)))})


def _opened(raw: bytes, number: int) -> dict:
    try:
        content = json.loads(raw)
        signature = base64.urlsafe_b64decode(content.pop("signature"))
        _public(content["key"]).verify(signature, _plain(content))
        return content
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature) as error:
        raise AnchorBroken(f"line {number} was not signed with a key of this clinic as it stands") from error


def _public(key_id: str) -> Ed25519PublicKey:
    return _pair(dict(_secrets())[key_id]).public_key()


def _plain(content: dict) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _last_line(file) -> tuple[bytes, int]:
    """The last whole line and how many there are; one that was torn when the power failed does not count."""
    file.seek(0)
    last, count = b"", 0
    for line in file:
        if line.endswith(b"\n"):
            last, count = line.rstrip(b"\n"), count + 1
    return last, count


def _end_of_whole_lines(file) -> int:
    file.seek(0)
    return file.read().rfind(b"\n") + 1
