"""A backup holds everything as of one moment, opens with its key alone, and restores; a bad one is found out (F20)."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from common.backups.engines import DumpFailed
from common.backups.key_files import keys_from
from common.backups.keys import BadKey, identities, make_identity
from common.backups.opening import BackupRefused, open_backup
from common.backups.restoring import restore
from tests.journeys.stack import REPOSITORY, Stack, own_database

pytestmark = pytest.mark.slow
ON_SERVER = bool(os.environ.get("DATABASE_URL"))
OPEN_PAGES = """
import json
from django.test import Client

from accounts.models import Membership
from patients.models import Patient
from tests.builders import accounts
client = Client(HTTP_HOST="127.0.0.1")
person = next(m for m in Membership.objects.select_related("user") if "prescriber" in m.roles)
accounts.sign_in(client, person)
patient = Patient.objects.first()
paths = ["/", "/patients/", f"/patients/{patient.pk}/", "/sessions/board/", "/healthz"]
print(json.dumps([client.get(path).status_code for path in paths]))
"""
DRILL = "SELECT {} FROM common_restoredrill ORDER BY at DESC LIMIT 1"
WRITE = """
import time
from django.utils import timezone
from common import audit
from common.system import System
while True:
    audit.record(System("writer"), "tests.beside_a_backup", at=timezone.now())
    time.sleep(0.01)
"""


class Kept:
    """A clinic with a patient of three doses, a key for its backups, and where they lie."""

    def __init__(self, stack: Stack, folder: Path):
        self.stack, self.folder, self.key = stack, folder / "made", folder / "stick.key"
        private, public = make_identity()
        self.key.write_text(private)
        stack.environment |= {"BACKUP_FOLDER": str(self.folder), "BACKUP_RECIPIENTS": public}

    def back_up(self) -> Path:
        self.stack.manage("back_up")
        return self.newest

    @property
    def newest(self) -> Path:
        return max(self.folder.glob("*.clinic.age"))

    def start(self, *words: str) -> subprocess.Popen:
        command = [sys.executable, "manage.py", *words]
        return subprocess.Popen(command, cwd=REPOSITORY, env=self.stack.environment, start_new_session=True)

    def refused(self, *words: str) -> str:
        """What a command says that must not succeed."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=REPOSITORY, env=self.stack.environment, capture_output=True, text=True)
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        stack = Stack(database_url, "")
        try:
            stack.prepare()
            stack.manage("shell", "-c", "from tests.journeys.integration_clinic import build; build()")
            yield Kept(stack, tmp_path_factory.mktemp("backups"))
        finally:
            stack.stop()


@pytest.fixture
def empty():
    """The address of an empty database for a restore; "" on SQLite."""
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        yield database_url


def fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def at(empty: str) -> list[str]:
    return ["--database", empty] if empty else []


def rows_of(home: Path, database_url: str) -> dict[str, int]:
    with closing(psycopg2.connect(database_url) if database_url else sqlite3.connect(home / "clinic.sqlite3")) as there:
        cursor = there.cursor()
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        cursor.execute(named if database_url else "SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [name for (name,) in cursor.fetchall() if not name.startswith("sqlite_")]
        found = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            found[name] = cursor.fetchone()[0]
    return found


@pytest.fixture(scope="module")
def good(kept) -> Path:
    return kept.back_up()


def test_a_restored_clinic_has_every_row_and_opens(kept, good, empty, tmp_path):
    """R101, F20: into another folder and database; all of it is checked, and pages open."""
    before = rows_of(kept.stack.home, kept.stack.environment["DATABASE_OWNER_URL"])
    home = tmp_path / "restored"

    said = kept.stack.manage("restore_backup", str(good), "--key", str(kept.key), "--home", str(home), *at(empty))

    assert "Everything holds" in said
    after = rows_of(home, empty)
    # The backup's own end here, the row about the restore there; each is a link of the chain.
    other = {name for name in after if after[name] != before[name]}
    assert other <= {"common_auditevent", "common_chainlink"}
    assert abs(after["common_auditevent"] - before["common_auditevent"]) <= 1
    assert after["patients_patient"] == before["patients_patient"] > 0

    shutil.copytree(kept.stack.home / "static", home / "static")  # made anew at each start, so in no backup
    restored = Stack(empty, "")
    restored.environment |= {"CLINIC_HOME": str(home), "DATABASE_URL": empty}
    try:
        statuses = json.loads(restored.manage("shell", "--no-imports", "-c", OPEN_PAGES).splitlines()[-1])
    finally:
        restored.stop()
    assert statuses == [200] * 5


def test_the_file_says_nothing_without_its_key(good):
    content = good.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert not [word for word in (b"Family", b"clinic.sqlite3", b"manifest", b"SECRET_KEY") if word in content]
    assert good.stat().st_mode & 0o777 == 0o600


def test_every_bad_backup_is_found_out(kept, good, tmp_path):
    """F20: another key, one byte changed, torn anywhere, something else."""
    content, own = good.read_bytes(), keys_from(str(kept.key))
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    bad = {"changed": bytes(changed), "half": content[: len(content) // 2], "short": content[:-1], "other": b"none"}
    for name, torn in bad.items():
        (tmp_path / name).write_bytes(torn)
        with pytest.raises(BackupRefused, match=r"torn|no backup"):
            open_backup(tmp_path / name, own, fresh(tmp_path / f"{name}-in"))
    with pytest.raises(BackupRefused, match="another one"):
        open_backup(good, identities(make_identity()[0]), fresh(tmp_path / "stranger"))
    with pytest.raises(BadKey, match="cannot be read"):
        keys_from(str(tmp_path / "nowhere.key"))
    (tmp_path / "words.key").write_text("my key")
    with pytest.raises(BadKey, match="no private key"):
        keys_from(str(tmp_path / "words.key"))


def test_a_drill_that_fails_is_kept(kept, good, empty, tmp_path):
    torn = tmp_path / "torn.clinic.age"
    torn.write_bytes(good.read_bytes()[:-1])
    assert "not good" in kept.refused("drill_backup", str(torn), "--key", str(kept.key), *at(empty))
    ((faults, first),) = kept.stack.sql(DRILL.format("faults, first_fault"))
    assert faults == 1
    assert "torn" in first
    assert not list(kept.stack.home.glob("drill-*")), "what was unpacked is removed"


def test_a_backup_beside_a_writer_is_of_one_moment(kept, empty):
    """The chain of the copy ends where its manifest says, whatever is written meanwhile; the drill is kept."""
    writer = kept.start("shell", "--no-imports", "-v0", "-c", WRITE)
    try:
        start = time.monotonic()
        while not kept.stack.sql("SELECT count(*) FROM common_auditevent WHERE action = 'tests.beside_a_backup'")[0][0]:
            assert time.monotonic() - start < 60
            time.sleep(0.1)
        file = kept.back_up()
        assert writer.poll() is None
    finally:
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
    assert "is good" in kept.stack.manage("drill_backup", "--key", str(kept.key), *at(empty))
    ((faults, rows, links, texts, name),) = kept.stack.sql(DRILL.format("faults, rows, links, texts, file_name"))
    assert (faults, name) == (0, file.name)
    assert min(rows, links, texts) > 0


def test_one_that_is_killed_leaves_no_file(kept):
    """F20: SIGKILL in the middle; nothing half-written looks like a backup, and the worker makes the next one."""
    known = set(kept.folder.glob("*.clinic.age"))
    killed = kept.start("back_up")
    while not list(kept.stack.home.glob("backup-*.stage")) and killed.poll() is None:
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert set(kept.folder.glob("*.clinic.age")) == known
    kept.stack.sql("UPDATE common_backuprun SET begun_at = '2026-01-01 00:00:00+00:00' WHERE done_at IS NULL")
    kept.stack.manage("shell", "--no-imports", "-c", "from accounts import tasks; tasks.back_up()")
    assert set(kept.folder.glob("*.clinic.age")) > known
    assert not list(kept.stack.home.glob("backup-*.stage"))
    assert not kept.stack.sql("SELECT id FROM common_backuprun WHERE done_at IS NULL")


def test_nothing_is_restored_over_something(kept, good, tmp_path):
    (tmp_path / "notes.txt").write_text("here already")
    with pytest.raises(BackupRefused, match="not empty"):
        restore(good, keys_from(str(kept.key)), tmp_path)
    if ON_SERVER:
        filled = kept.stack.environment["DATABASE_OWNER_URL"]
        with pytest.raises(DumpFailed, match="not empty"):
            restore(good, keys_from(str(kept.key)), tmp_path / "new", filled)
    with pytest.raises(BackupRefused, match="This is a backup of"):
        restore(good, keys_from(str(kept.key)), tmp_path / "other", "" if ON_SERVER else "postgresql://x@127.0.0.1/x")
