#!/usr/bin/env python3
"""Resolves the `.in` files into pinned, hashed lock files and says beside each direct package who uses it."""

import re
import subprocess
import sys
from pathlib import Path

import bootstrap

LOCKS = (
    ("requirements-installer.in", "requirements-installer.txt"),
    ("requirements.in", "requirements.txt"),
    ("requirements-dev.in", "requirements-dev.txt"),
)
_DIRECT = re.compile(r"^([A-Za-z0-9_.-]+)[^#]*#\s*(.+)$")
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==")


def users_of(source: str) -> dict[str, str]:
    """{normal name: comment} of each line in an `.in` file."""
    found = (_DIRECT.match(line) for line in source.splitlines())
    return {_normal(match[1]): match[2].strip() for match in found if match}


def commented(lock: str, users: dict[str, str]) -> str:
    """The lock file with one comment line above each direct package."""
    lines = []
    for line in lock.splitlines():
        pinned = _PINNED.match(line)
        if pinned and _normal(pinned[1]) in users:
            lines.append(f"# used by {users[_normal(pinned[1])]}")
        lines.append(line)
    return "\n".join(lines) + "\n"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _compile(source: str, lock: str, upgrade: bool) -> None:
    command = [str(bootstrap.PYTHON), "-m", "uv", "pip", "compile", "-q", "--generate-hashes", "--universal"]
    command += [
        "--python-version",
        "3.11",
        "--no-emit-index-url",
        "--no-header",
        "--annotation-style",
        "line",
    ]
    subprocess.run(
        [*command, *(["--upgrade"] if upgrade else []), "-o", lock, source],
        cwd=bootstrap.REPOSITORY,
        check=True,
    )
    users = users_of((bootstrap.REPOSITORY / source).read_text())
    path = Path(bootstrap.REPOSITORY / lock)
    path.write_text(commented(path.read_text(), users))


def main() -> int:
    bootstrap.ensure()
    for source, lock in LOCKS:
        _compile(source, lock, upgrade="--upgrade" in sys.argv[1:])
        print(lock)
    return 0


if __name__ == "__main__":
    sys.exit(main())
