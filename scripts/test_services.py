#!/usr/bin/env python3
"""Starts a private PostgreSQL and Redis for one test run and ends exactly those.

As a command: `python scripts/test_services.py -- pytest` runs pytest with their addresses in the environment;
without a command it prints the addresses as JSON and keeps the servers until Ctrl-C.
"""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import child_processes
import debian_packages

READY_SECONDS = 30
ACCOUNT = "postgres"  # Debian's account for the server, which refuses to run as root
DATABASE = "clinic"
# A test database is thrown away, so it need not survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "jit=off")
FAST += ("max_connections=80",)
REDIS_PARTS = 256  # one for every clinic that the tests start


class ServicesError(Exception):
    """A sentence for the person who started this."""


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Addresses of a PostgreSQL and a Redis that live as long as the block, with passwords of their own."""
    debian_packages.ensure()
    folder = Path(tempfile.mkdtemp(prefix="clinic-services-"))
    folder.chmod(0o711)
    children: list[child_processes.Child] = []
    try:
        environment = _start_postgresql(folder, children)
        environment |= _start_redis(folder, children)
        environment["CHROMIUM"] = debian_packages.chromium_program() or ""
        environment["WINDOWLESS_CHROMIUM"] = debian_packages.windowless_chromium_program() or ""
        yield environment
    finally:
        child_processes.stop(children)
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> dict:
    """Popen's arguments for the server account; a person who is not root runs servers as themself."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(ACCOUNT)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _private_folder(folder: Path, name: str) -> Path:
    path = folder / name
    path.mkdir(mode=0o700)
    if account := _account():
        os.chown(path, account["user"], account["group"])
    return path


def _start_postgresql(folder: Path, children: list) -> dict[str, str]:
    programs = debian_packages.postgresql_folder()
    place = _private_folder(folder, "postgresql")
    passwords = {name: secrets.token_hex(16) for name in ("postgres", "clinic_owner", "clinic_app")}
    password_file = place / "password"
    password_file.write_text(passwords["postgres"])
    password_file.chmod(0o644)  # its folder is private
    data = place / "data"
    _run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", password_file]
        + ["-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
        cwd=place,
        **_account(),
    )
    port = child_processes.free_port()
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(place)]
    command += ["-c", "listen_addresses=127.0.0.1"]
    for setting in FAST:
        command += ["-c", setting]
    server = child_processes.start(
        "PostgreSQL",
        command,
        log=folder / "postgresql.log",
        stop_signal=signal.SIGINT,
        cwd=place,
        **_account(),
    )
    children.append(server)
    _wait_for(server, lambda: _accepts(programs, port))
    _make_roles(programs, port, passwords)
    return {
        "DATABASE_URL": _postgresql_url("clinic_owner", passwords["clinic_owner"], port),
        "APP_DATABASE_URL": _postgresql_url("clinic_app", passwords["clinic_app"], port),
    }


def _postgresql_url(role: str, password: str, port: int) -> str:
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/{DATABASE}"


def _accepts(programs: Path, port: int) -> bool:
    command = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(command).returncode == 0


def _make_roles(programs: Path, port: int, passwords: dict[str, str]) -> None:
    """The owner makes the tables, and test databases; the clinic itself runs as a role that owns nothing."""
    statements = f"""
        CREATE ROLE clinic_owner LOGIN NOSUPERUSER CREATEDB PASSWORD '{passwords["clinic_owner"]}';
        CREATE ROLE clinic_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{passwords["clinic_app"]}';
        CREATE DATABASE {DATABASE} OWNER clinic_owner;
    """
    _run(
        [programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        + ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "postgres"],
        input=statements,
        env={**os.environ, "PGPASSWORD": passwords["postgres"]},
    )


def _start_redis(folder: Path, children: list) -> dict[str, str]:
    place = _private_folder(folder, "redis")
    password, port = secrets.token_hex(16), child_processes.free_port()
    settings = place / "redis.conf"
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{place}"\nsave ""\nappendonly no\ndaemonize no\n'
        f"databases {REDIS_PARTS}\n"
    )
    settings.chmod(0o644)  # its folder is private
    command = [debian_packages.redis_program(), str(settings)]
    server = child_processes.start("Redis", command, log=folder / "redis.log", cwd=place, **_account())
    children.append(server)
    _wait_for(server, lambda: not child_processes.is_free(port))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    return {"REDIS_URL": url, "TEST_REDIS_URL": url}


def _wait_for(server: child_processes.Child, answers) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and not server.ended:
        if answers():
            return
        time.sleep(0.05)
    raise ServicesError(f"{server.name} did not start:\n{child_processes.last_lines(server.log)}")


def _run(command: list, **options) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise ServicesError(f"{words[0]} failed:\n{done.stdout[-4000:]}")


def main(words: list[str]) -> int:
    command = words[1:] if words[:1] == ["--"] else words
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    try:
        with services() as environment:
            if command:
                return subprocess.run(command, env={**os.environ, **environment}).returncode
            print(json.dumps(environment, indent=2), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return 130
    except (ServicesError, debian_packages.PackagesError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
