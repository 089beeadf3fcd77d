"""Copies everything the clinic keeps into one file that only a key kept elsewhere opens (R101, F20).

The file is a gzip'd tar in the age format. `manifest.json` stands first in it and says what follows, each with its
SHA-256; how many rows each table had, how far the chain reached, and which keys sealed its texts. All are of the copy.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from common.anchors import anchor_chain
from common.backups import engines
from common.backups.keys import recipients

FORMAT = 1
ENDING = ".clinic.age"
UNFINISHED = ".unfinished"
MANIFEST = "manifest.json"
NEVER_REMOVED = 3
BLOCK = 1024 * 1024


class BackupFailed(Exception):
    """A sentence for whoever runs the server."""


@dataclass(frozen=True)
class Made:
    """A finished backup: its file with size in bytes and SHA-256, its rows and its place in the chain (0: none)."""

    path: Path
    size: int
    sha256: str
    rows: int
    seq: int


def is_set_up() -> bool:
    """Whether there is a folder for backups and somebody who could open them."""
    return bool(settings.BACKUP_FOLDER and recipients())


def make_backup(at: datetime) -> Made:
    """Write one backup into BACKUP_FOLDER; it appears there whole or not at all. Raises BackupFailed."""
    if not is_set_up():
        raise BackupFailed("No backup is set up: BACKUP_FOLDER and a key to encrypt for are needed.")
    folder = Path(settings.BACKUP_FOLDER)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder), _staging() as stage:
            manifest = _stage(stage, at)
            path = _encrypted(stage, manifest, folder, at)
            _remove_old(folder, at)
    except OSError as error:
        raise BackupFailed(f"The backup could not be written: {error.strerror or type(error).__name__}.") from error
    except engines.DumpFailed as error:
        raise BackupFailed(str(error)) from error
    rows = sum(manifest["tables"].values())
    return Made(path, path.stat().st_size, sha256_of(path), rows, manifest["chain"]["seq"])


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two at once would only slow each other down; the kernel frees the claim of one that is killed."""
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupFailed("Another backup is being written.") from None
        for torn in folder.glob(f"*{UNFINISHED}"):
            torn.unlink()
        yield


@contextlib.contextmanager
def _staging() -> Iterator[Path]:
    """A private folder beside the clinic's data, so that nothing unencrypted leaves its disk; removed in any case,
    also what a killed backup left."""
    for left in settings.HOME.glob("backup-*.stage"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="backup-", suffix=".stage", dir=settings.HOME) as name:
        yield Path(name)


def _stage(stage: Path, at: datetime) -> dict:
    """Copy everything into `stage` and describe it. Anchors come first: none may lie after the end of the chain."""
    anchor_chain()
    names = _copy_folder(Path(settings.ANCHOR_FOLDER), stage / "anchors")
    database = engines.copy_database(connection, stage)
    names += [database.name, *_copy_folder(settings.HOME / "exports", stage / "exports")]
    if (keys := settings.HOME / "keys.env").exists():
        names.append(shutil.copy2(keys, stage / "keys.env").name)
    return {
        "format": FORMAT,
        "made_at": at.astimezone(UTC).isoformat(),
        "engine": connection.vendor,
        "migrations": sorted(map(list, MigrationRecorder(connection).applied_migrations())),
        "tables": database.tables,
        "chain": database.chain,
        "keys": {name: [key_id for key_id, _secret in ring.secrets] for name, ring in settings.SEAL_RINGS.items()},
        "files": [_described(stage, name) for name in names],
    }


def _copy_folder(source: Path, target: Path) -> list[str]:
    """Copy the plain files of a folder; their names inside the backup."""
    if not source.is_dir():
        return []
    target.mkdir(mode=0o700)
    paths = sorted(path for path in source.iterdir() if path.is_file() and not path.name.startswith("."))
    return [f"{target.name}/{shutil.copy2(path, target / path.name).name}" for path in paths]


def _described(stage: Path, name: str) -> dict:
    return {"name": name, "size": (stage / name).stat().st_size, "sha256": sha256_of(stage / name)}


def _encrypted(stage: Path, manifest: dict, folder: Path, at: datetime) -> Path:
    (stage / MANIFEST).write_text(json.dumps(manifest))
    packed = stage / "packed"
    with tarfile.open(packed, "w:gz", compresslevel=6) as tar:
        for name in (MANIFEST, *(file["name"] for file in manifest["files"])):
            tar.add(stage / name, arcname=name, recursive=False)
    path = folder / f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}"
    unfinished = path.with_name(path.name + UNFINISHED)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with packed.open("rb") as source, os.fdopen(handle, "wb") as target:
        pyrage.encrypt_io(source, target, recipients())
        target.flush()
        os.fsync(target.fileno())
    unfinished.rename(path)
    _sync(folder)
    return path


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """Hex digest of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def backups_in(folder: Path) -> list[Path]:
    """The finished backups of a folder, oldest first; their names sort by time."""
    return sorted(folder.glob(f"*{ENDING}"))


def _remove_old(folder: Path, at: datetime) -> None:
    """Those made more than BACKUP_KEEP_DAYS ago, but never the newest three."""
    before = f"{at.astimezone(UTC) - timedelta(days=settings.BACKUP_KEEP_DAYS):%Y%m%dT%H%M%SZ}"
    for path in backups_in(folder)[:-NEVER_REMOVED]:
        if path.name < before:
            path.unlink()
