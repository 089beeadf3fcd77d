"""Copies the audit trail off this host as it grows: a folder on another host or in a log collector's reach (R57).

One JSON line for each audit row, in the order of the chain, with its place and hash there, in one file a day. The last
line says how far the copy reaches, so that a turn that was missed is caught up with by the next one.
"""

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from common.models import AuditEvent, ChainLink

LABEL = "common.AuditEvent"
MOST_AT_ONCE = 5000
NAMES = [field.name for field in AuditEvent._meta.concrete_fields]


def ship_audit_trail(at: datetime) -> int:
    """Append what is new to the file of the day, synced to its disk; returns how many rows. Nothing without
    AUDIT_SHIP_FOLDER. Raises OSError when the folder cannot be written."""
    if not settings.AUDIT_SHIP_FOLDER:
        return 0
    folder = Path(settings.AUDIT_SHIP_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lines = [json.dumps(row, default=str) for row in _rows_after(shipped_to(folder))]
        if lines:
            path = folder / f"audit-{at:%Y-%m-%d}.jsonl"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(("\n" if _is_torn(path) else "") + "\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
    return len(lines)


def shipped_to(folder: Path) -> int:
    """The place in the chain of the last whole line; 0 when there is none."""
    for path in sorted(folder.glob("audit-*.jsonl"), reverse=True):
        whole = [line for line in path.read_text().split("\n")[:-1] if line]
        if whole:
            return json.loads(whole[-1])["seq"]
    return 0


def _is_torn(path: Path) -> bool:
    """Whether the power failed in the middle of the last line; it stays, and its row is written again below."""
    content = path.read_bytes()
    return bool(content) and not content.endswith(b"\n")


def _rows_after(seq: int) -> list[dict]:
    links = ChainLink.objects.filter(label=LABEL, seq__gt=seq).order_by("seq")
    links = list(links.values("seq", "hash", "row_id")[:MOST_AT_ONCE])
    found = AuditEvent.objects.filter(pk__in=[link["row_id"] for link in links]).values(*NAMES)
    rows = {row["id"]: row for row in found}
    return [{"seq": link["seq"], "hash": link["hash"], **rows[link["row_id"]]} for link in links]
