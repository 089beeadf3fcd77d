"""A whole clinic for browser tests: its own database, web server, and a real Celery worker with beat."""

import contextlib
import email
import os
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from email import policy
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis

from tests.journeys import prepared_home

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


class Stack:
    """A running clinic at `url`; `home` holds its data, mail and logs."""

    def __init__(self, database_url: str, redis_url: str):
        self.home = Path(tempfile.mkdtemp(prefix="clinic-journey-"))
        (self.home / "temporary").mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.children: list[subprocess.Popen] = []
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CLINIC_", "DJANGO_", "PYTEST_"))},
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "CLINIC_HOME": str(self.home),
            "CLINIC_ONE_MACHINE": "1",
            "CLINIC_PORT": str(self.port),
            "CELERY_SWEEP_SECONDS": "1",
            "MESSAGES_PER_MINUTE": "10000",
            "TMPDIR": str(self.home / "temporary"),
            "DATABASE_URL": self._as_runtime_role(database_url),
            "DATABASE_OWNER_URL": database_url,
            "REDIS_URL": redis_url,
        }

    @staticmethod
    def _as_runtime_role(owner_url: str) -> str:
        """The same database for the role that owns none of its tables; SQLite has none (R44)."""
        app_url = os.environ.get("APP_DATABASE_URL", "")
        return (
            urlunsplit(urlsplit(app_url)._replace(path=urlsplit(owner_url).path))
            if owner_url and app_url
            else owner_url
        )

    def now(self) -> float:
        """The clinic's time, in seconds since 1970."""
        return time.time()

    def manage(self, *words: str, stdin: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=REPOSITORY,
            env=self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=240,
        )
        assert done.returncode == 0, f"manage.py {words[0]} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def sql(self, statement: str) -> list[tuple]:
        """The rows that one statement answers with, straight from the clinic's database."""
        url = self.environment["DATABASE_OWNER_URL"]
        connection = psycopg2.connect(url) if url else sqlite3.connect(self.home / "clinic.sqlite3", timeout=15)
        with contextlib.closing(connection), connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def prepare(self) -> None:
        """Keys, tables and the pages' files."""
        prepared_home.copy_to(self.home, self.environment)

    def start_web(self) -> None:
        web = [
            str(BIN / "granian"),
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--workers",
            "1",
            "--no-ws",
            "clinic.wsgi:application",
        ]
        self._start("web", web)
        _wait_until(self._answers, 60, "the web server")

    def start_worker(self, name: str = "worker", pool: str = "solo") -> subprocess.Popen:
        """A worker with its own beat; several may run beside each other under different names."""
        worker = [
            str(BIN / "celery"),
            "-A",
            "clinic",
            "worker",
            "-B",
            "--pool",
            pool,
            "--concurrency",
            "2",
            "--hostname",
            f"{name}@%h",
            "--loglevel",
            "INFO",
            "-s",
            str(self.home / f"beat-schedule-{name}"),
        ]
        return self._start(name, worker)

    def _start(self, name: str, command: list[str]) -> subprocess.Popen:
        with open(self.home / f"{name}.log", "ab") as log:
            child = subprocess.Popen(
                command, cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.children.append(child)
        return child

    def end(self, child: subprocess.Popen, force: bool = False) -> None:
        """End one of our programs with everything it started; by force means at once, in the middle of anything."""
        self.children.remove(child)
        _end(child, force)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
            return answer.status == 200
        return False

    def mails(self) -> list[email.message.EmailMessage]:
        """Every mail delivered so far, oldest first."""
        paths = sorted((self.home / "mail").glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]

    def wait_for_mail(self, to: str, seconds: float = 30, newer_than: str = "") -> str:
        """The link in the newest mail to an address, which is another one than `newer_than`."""

        def link() -> str:
            texts = [m.get_content() for m in self.mails() if to in str(m["To"])]
            match = re.search(r"https?://\S+/c/\S+", texts[-1]) if texts else None
            return match.group(0) if match and match.group(0) != newer_than else ""

        return _wait_until(link, seconds, f"a mail to {to}; worker log:\n{self.log('worker')[-3000:]}")

    def log(self, name: str) -> str:
        path = self.home / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
        for child in self.children:
            _end(child)
        shutil.rmtree(self.home, ignore_errors=True)


def _end(child: subprocess.Popen, force: bool = False) -> None:
    if not force:
        child.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(15)
            return
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until(answer, seconds: float, what: str):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = answer()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


@contextlib.contextmanager
def own_database(url: str):
    """A fresh database on the server behind `url`, dropped afterwards; the empty address means SQLite."""
    if not url:
        yield ""
        return
    name = f"journey_{secrets.token_hex(4)}"
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.close()


@contextlib.contextmanager
def own_redis(url: str):
    """A numbered part of the Redis behind `url` that no other clinic of any test run uses, emptied afterwards; the
    empty address means the embedded queue. Workers of two clinics on one number would take each other's tasks."""
    if not url:
        yield ""
        return
    with redis.Redis.from_url(url) as counter:
        parts = int(counter.config_get("databases")["databases"])
        number = 1 + counter.incr("clinic-tests") % (parts - 1)
    address = urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
    with redis.Redis.from_url(address) as part:
        part.flushdb()
        try:
            yield address
        finally:
            part.flushdb()
