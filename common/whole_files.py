"""Private files that are there whole or not at all, whoever writes beside them and whatever is killed."""

import uuid
from datetime import UTC, datetime
from pathlib import Path


def write_whole(folder: Path, ending: str, content: bytes) -> None:
    """Write one file of its own into a private folder; names sort by time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{uuid.uuid4().hex[:8]}"
    unfinished = folder / f"{name}.unfinished"
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(content)
    unfinished.rename(folder / f"{name}.{ending}")
