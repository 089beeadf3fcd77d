"""Makes a clinic's folder and database out of a backup, and has the restored clinic look at itself (F20)."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from common.backups import engines
from common.backups.checking import Checked
from common.backups.opening import BackupRefused, open_backup

# What a restored clinic must not inherit of this one: its places are given to it.
NOT_INHERITED = ("CLINIC_HOME", "ANCHOR_FOLDER", "BACKUP_FOLDER", "AUDIT_SHIP_FOLDER", "REDIS_URL", "CLINIC_TESTING")


@dataclass(frozen=True)
class Restored:
    """When the backup was made (ISO, UTC) and what the restored clinic found in itself."""

    made_at: str
    engine: str
    checked: Checked


def restore(file: Path, identities: list, home: Path, database_url: str = "", note: str = "") -> Restored:
    """Restore into the folder `home`, which must be new or empty, and for PostgreSQL into the empty database behind
    `database_url`; then check everything. With a `note` the restored audit trail gets a row about it.

    Raises BackupRefused and DumpFailed; what stands in `home` after that must not be used.
    """
    if home.exists() and any(home.iterdir()):
        raise BackupRefused("The folder to restore into is not empty; nothing was changed.")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unpacked-", dir=home) as name:
        unpacked = Path(name)
        manifest = open_backup(file, identities, unpacked)
        if (manifest["engine"] == "postgresql") != bool(database_url):
            raise BackupRefused(_other_engine(manifest["engine"]))
        _put_in_place(unpacked, home, database_url)
        (unpacked / "manifest.json").write_text(json.dumps(manifest))
        checked = _check(home, database_url, unpacked / "manifest.json", note)
    return Restored(manifest["made_at"], manifest["engine"], checked)


def _other_engine(engine: str) -> str:
    if engine == "postgresql":
        return "This is a backup of PostgreSQL: name an empty database to restore into."
    return "This is a backup of SQLite: it is restored into a folder, without a database address."


def _put_in_place(unpacked: Path, home: Path, database_url: str) -> None:
    for name in ("anchors", "exports", "keys.env"):
        if (unpacked / name).exists():
            shutil.move(unpacked / name, home / name)
    if database_url:
        engines.restore_postgresql(unpacked / engines.POSTGRESQL, database_url)
    else:
        shutil.move(unpacked / engines.SQLITE, home / "clinic.sqlite3")


def _check(home: Path, database_url: str, manifest: Path, note: str) -> Checked:
    """In a process of its own, which is told of nothing but the restored clinic."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment |= {"CLINIC_HOME": str(home), "DATABASE_URL": database_url, "DATABASE_OWNER_URL": database_url}
    if (home / "keys.env").exists():
        environment["CLINIC_ONE_MACHINE"] = "1"
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "check_restored", str(manifest)]
    command += ["--note", note] if note else []
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603  (this very program)
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode or not last.startswith("{"):
        said = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return Checked(faults=[f"The restored clinic could not be checked: {said[:200]}"])
    return Checked(**json.loads(last))
