"""What a clinic leaves behind besides its records: logs, mail, queue, Redis, temporary files (R95, R96, R97).

Nothing of it may hold who the patient is, what was written or answered, a password, or a link's token; the database
file itself holds no sentence of a note or an answer in clear (R93).
"""

import re
from collections.abc import Iterator

import redis

from tests.journeys.stack import Stack

RECORDS = ("clinic.sqlite3", "clinic.sqlite3-wal", "clinic.sqlite3-shm", "clinic.sqlite3-journal")
KEYS = "keys.env"  # the keys themselves, readable by their owner only
ADDRESSED = re.compile(rb"^(To|Cc|Delivered-To):.*$", re.MULTILINE | re.IGNORECASE)
OWN_LINK = re.compile(rb"/c/[^/\s]+/")


def places(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file beside records and keys, and of every value in Redis."""
    for path in sorted(stack.home.rglob("*")):
        if path.is_file() and path.name not in (*RECORDS, KEYS) and "static" not in path.parts:
            name, content = str(path.relative_to(stack.home)), path.read_bytes()
            yield name, _without_address(content) if path.suffix == ".eml" else content
    if stack.environment["REDIS_URL"]:
        yield from _redis_values(stack.environment["REDIS_URL"])


def _without_address(mail: bytes) -> bytes:
    """A mail has to name its receiver and its link; nothing else of it may."""
    return OWN_LINK.sub(b"/c/-/", ADDRESSED.sub(b"", mail))


def _redis_values(url: str) -> Iterator[tuple[str, bytes]]:
    with redis.Redis.from_url(url) as server:
        for key in server.scan_iter():
            read = {b"string": server.get, b"hash": server.hgetall, b"set": server.smembers}
            read |= {b"list": lambda name: server.lrange(name, 0, -1), b"zset": lambda name: server.zrange(name, 0, -1)}
            yield f"redis {key!r}", repr(read.get(server.type(key), server.dump)(key)).encode() + key


def found(stack: Stack, words: dict[str, str]) -> list[str]:
    """Where any of the words stands: `words` maps what it is to the text."""
    hits = []
    for name, content in places(stack):
        hits += [f"{what} in {name}" for what, word in words.items() if word.encode() in content]
    return hits


def in_clear(stack: Stack, sentences: dict[str, str]) -> list[str]:
    """Which of the sentences stand readable in the SQLite file."""
    hits = []
    for path in (stack.home / name for name in RECORDS):
        content = path.read_bytes() if path.exists() else b""
        hits += [f"{what} in {path.name}" for what, text in sentences.items() if text.encode() in content]
    return hits


def in_audit(stack: Stack, words: dict[str, str]) -> list[str]:
    """Which of the words stand in a row of the audit log, and in which action's (R52)."""
    rows = stack.sql("SELECT * FROM common_auditevent")
    assert rows
    return [f"{what} in {row}" for row in rows for what, word in words.items() if word in str(row)]
