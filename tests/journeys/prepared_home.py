"""A clinic's folder with keys, an empty SQLite database and the pages' files, made once for a run of the tests.

Every clinic that the tests start begins from a copy of it, since making tables and packing files takes ten seconds.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def copy_to(home: Path, environment: dict[str, str], with_database: bool) -> None:
    """Fill the folder of a clinic that will run with this environment; PostgreSQL needs no database file."""
    left_out = shutil.ignore_patterns("prepare.log", *(() if with_database else ("clinic.sqlite3*",)))
    shutil.copytree(_made(environment), home, ignore=left_out, dirs_exist_ok=True)


def _made(environment: dict[str, str]) -> Path:
    """The folder; the first process of the run that asks makes it, the others wait for it."""
    folder = Path(os.environ["CLINIC_TEST_HOME"], "prepared")
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = folder.with_suffix(".draft")
            draft.mkdir(mode=0o700)
            command = [sys.executable, "scripts/prepare_clinic.py", str(draft / "prepare.log")]
            places = {"CLINIC_HOME": str(draft), "CLINIC_ONE_MACHINE": "1", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
            places |= {"DATABASE_URL": "", "DATABASE_OWNER_URL": "", "REDIS_URL": ""}
            subprocess.run(command, cwd=REPOSITORY, env={**environment, **places}, check=True, capture_output=True)
            draft.rename(folder)
    return folder
