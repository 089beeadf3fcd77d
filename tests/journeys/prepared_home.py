"""A clinic's folder with keys, an empty database and the pages' files, made once for a run of the tests.

Every clinic that the tests start begins from a copy of it, since making tables and packing files takes ten seconds.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

REPOSITORY = Path(__file__).resolve().parents[2]


def copy_to(home: Path, environment: dict[str, str]) -> None:
    """Fill the folder of a clinic that will run with this environment, and its database: a fresh one on a server."""
    owner_url = environment.get("DATABASE_OWNER_URL", "")
    left_out = shutil.ignore_patterns("prepare.log", *(("clinic.sqlite3*",) if owner_url else ()))
    shutil.copytree(_folder(environment), home, ignore=left_out, dirs_exist_ok=True)
    if owner_url:
        _copy_tables(_tables(environment), urlsplit(owner_url))


def _folder(environment: dict[str, str]) -> Path:
    """The folder; the first process of the run that asks makes it, the others wait for it."""
    with _once("prepared") as (folder, draft):
        if draft:
            draft.mkdir(mode=0o700)
            command = [sys.executable, "scripts/prepare_clinic.py", str(draft / "prepare.log")]
            places = {"CLINIC_HOME": str(draft), "CLINIC_ONE_MACHINE": "1", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
            places |= {"DATABASE_URL": "", "DATABASE_OWNER_URL": "", "REDIS_URL": ""}
            subprocess.run(command, cwd=REPOSITORY, env={**environment, **places}, check=True, capture_output=True)
    return folder


def _tables(environment: dict[str, str]) -> str:
    """The name of a database with every table and nobody in it, which ends with its server."""
    owner_url = urlsplit(environment["DATABASE_OWNER_URL"])
    with _once(f"prepared-tables-{owner_url.port}") as (file, draft):
        if draft:
            name = f"prepared_{secrets.token_hex(4)}"
            _administer(owner_url, f'CREATE DATABASE "{name}"')
            places = {"CLINIC_HOME": str(file.with_name("prepared"))}
            places["DATABASE_OWNER_URL"] = urlunsplit(owner_url._replace(path=f"/{name}"))
            places["DATABASE_URL"] = urlunsplit(urlsplit(environment["DATABASE_URL"])._replace(path=f"/{name}"))
            command = [sys.executable, "manage.py", "migrate", "--no-input"]
            subprocess.run(command, cwd=REPOSITORY, env={**environment, **places}, check=True, capture_output=True)
            draft.write_text(name)
    return file.read_text()


@contextlib.contextmanager
def _once(name: str) -> Iterator[tuple[Path, Path | None]]:
    """The path of something made once for a run, and where the caller has to make it if it is not there yet."""
    path = Path(os.environ["CLINIC_TEST_HOME"], name)
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        draft = None if path.exists() else path.with_suffix(".draft")
        yield path, draft
        if draft:
            draft.rename(path)


def _copy_tables(source: str, target) -> None:
    name = target.path.removeprefix("/")
    _administer(target, f'DROP DATABASE "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{source}"')


def _administer(owner_url, *statements: str) -> None:
    """Statements about whole databases, from the one that every server has for this."""
    connection = psycopg2.connect(urlunsplit(owner_url._replace(path="/postgres")))
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
