"""Takes a copy of the database as of one moment, while others write, and puts it back: SQLite and PostgreSQL."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2

SQLITE, POSTGRESQL = "database.sqlite3", "database.dump"
CHAIN = "SELECT seq, hash FROM common_chainlink ORDER BY seq DESC LIMIT 1"
NO_LIMITS = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"


class DumpFailed(Exception):
    """A sentence for whoever runs the server, without an address or a password."""


@dataclass(frozen=True)
class DatabaseCopy:
    """The copy's file name, the number of rows of each of its tables, and the newest link of its chain."""

    name: str
    tables: dict[str, int]
    chain: dict


def copy_database(connection, stage: Path) -> DatabaseCopy:
    """Copy the database of a Django connection into `stage`. Raises DumpFailed, OSError."""
    if connection.vendor == "sqlite":
        return _copy_sqlite(str(connection.settings_dict["NAME"]), stage)
    return _copy_postgresql(connection.settings_dict, stage)


def _copy_sqlite(name: str, stage: Path) -> DatabaseCopy:
    target = stage / SQLITE
    target.touch(mode=0o600)
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True, timeout=60)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            return DatabaseCopy(SQLITE, *_counted(copy.cursor(), tables))
    except sqlite3.Error as error:
        raise DumpFailed(f"The database could not be copied: {error}.") from error


def _counted(cursor, tables: str) -> tuple[dict[str, int], dict]:
    """Rows of each table that the query names, and the newest link. Names come from the database's own catalogue."""
    cursor.execute(tables)
    counts = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
        counts[table] = cursor.fetchone()[0]
    cursor.execute(CHAIN)
    seq, hash_ = cursor.fetchone() or (0, "")
    return counts, {"seq": seq, "hash": hash_}


def _copy_postgresql(where: dict, stage: Path) -> DatabaseCopy:
    """pg_dump sees the very snapshot in which the rows were counted."""
    target = stage / POSTGRESQL
    target.touch(mode=0o600)
    words = {"host": where["HOST"], "port": where["PORT"], "user": where["USER"], "dbname": where["NAME"]}
    words = {name: str(value) for name, value in words.items() if value}
    with _snapshot(words | {"password": where["PASSWORD"]}) as (cursor, snapshot):
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        counts, chain = _counted(cursor, tables)
        command = [_program("pg_dump"), "--format=custom", "--compress=0", f"--snapshot={snapshot}", f"--file={target}"]
        _run([*command, "--schema=public", _address(words)], where["PASSWORD"])
    return DatabaseCopy(POSTGRESQL, counts, chain)


@contextlib.contextmanager
def _snapshot(words: dict) -> Iterator[tuple]:
    """A cursor that sees the database as it is now for as long as the block lasts, and the name of that view."""
    try:
        reading = psycopg2.connect(**words, options=NO_LIMITS)
    except psycopg2.Error:
        raise DumpFailed("The database could not be reached.") from None
    with contextlib.closing(reading):
        reading.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with reading.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor, cursor.fetchone()[0]


def restore_postgresql(dump: Path, url: str) -> None:
    """Fill the empty database behind `url`, whose role then owns every table. Raises DumpFailed."""
    parts = urlsplit(url)
    words = {
        "host": parts.hostname,
        "port": parts.port,
        "user": unquote(parts.username or ""),
        "dbname": unquote(parts.path.lstrip("/")),
    }
    words = {name: str(value) for name, value in words.items() if value}
    password = unquote(parts.password or "")
    with _snapshot(words | {"password": password}) as (cursor, _name):
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise DumpFailed("The database to restore into is not empty; nothing was changed.")
    command = [_program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run([*command, "--schema=public", f"--dbname={_address(words)}", str(dump)], password)


def _address(words: dict) -> str:
    """A libpq connection string without its password, which stands in the environment of the program instead."""
    quoted = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in words.items()}
    return " ".join(f"{name}='{value}'" for name, value in quoted.items())


def _program(name: str) -> str:
    """Debian keeps each version's programs in a folder of its own; the newest one reads every older server."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise DumpFailed(f"{name} is not installed on this machine (Debian package postgresql-client).")
    return program


def _run(command: list[str], password: str) -> None:
    environment = {**os.environ, "PGPASSWORD": password, "PGOPTIONS": NO_LIMITS}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603  (a fixed program)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no word"]
        first = next((line for line in said if "error:" in line), said[-1]).rpartition("error:")[2].strip()
        raise DumpFailed(f"{Path(command[0]).name} ended with {done.returncode}: {first[:160]}")
