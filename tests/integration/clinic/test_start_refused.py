"""A real process refuses to start insecurely: exit code, the setting's name, no secret (R92)."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journeys import prepared_home

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="starts on SQLite whatever the tests run on"
)
ROOT = Path(__file__).resolve().parents[3]
SECRETS = {"SECRET_KEY": "secret-key-of-this-test-0123456789abcdefghijklmnop"}
SECRETS["FIELD_KEYS"] = "k1:field-key-of-this-test-0123456789abcdefghijklmnop"
SECRETS["NOTE_KEYS"] = "k1:note-key-of-this-test-0123456789abcdefghijklmnop"
SECRETS["ANCHOR_KEY"] = "anchor-key-of-this-test-zyxwvutsrqponmlkjihgfedcba"
GOOD = {
    **SECRETS,
    "ALLOWED_HOSTS": "clinic.example.org",
    "PUBLIC_URL": "https://clinic.example.org",
    "BEHIND_TLS_PROXY": "1",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "CSRF_TRUSTED_ORIGINS": "https://clinic.example.org",
}
PASSWORD = "canary-Of-The-Password"


def run(command: str, home: Path, environment: dict) -> subprocess.CompletedProcess:
    """Run a management command in an environment of its own, with nothing inherited but the way to Python."""
    own = {"PATH": os.environ["PATH"], "CLINIC_HOME": str(home), "LANG": "C.UTF-8", **environment}
    own = {name: value for name, value in own.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", command], cwd=ROOT, env=own, capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A migrated, protected database and nothing else."""
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o700)
    prepared_home.copy_to(folder, {"PATH": os.environ["PATH"]})
    (folder / "keys.env").unlink()  # a server's keys come from its environment
    return folder


@pytest.mark.slow
def test_good_installation_starts(home):
    done = run("check_start", home, GOOD)
    assert done.returncode == 0, done.stderr
    assert "Nothing stands in the way" in done.stdout


BAD = {
    "no secret key": ({"SECRET_KEY": None}, "SECRET_KEY"),
    "short secret key": ({"SECRET_KEY": "short-canary-Of-The-Password"}, "SECRET_KEY"),
    "django's default secret key": ({"SECRET_KEY": "django-insecure-" + "0123456789abcdef" * 4}, "SECRET_KEY"),
    "one letter repeated": ({"SECRET_KEY": "x" * 60}, "SECRET_KEY"),
    "no field keys": ({"FIELD_KEYS": None}, "FIELD_KEYS"),
    "no keys for private notes": ({"NOTE_KEYS": None}, "NOTE_KEYS"),
    "field keys without ids": ({"FIELD_KEYS": "0123456789" * 5}, "FIELD_KEYS"),
    "short field key": ({"FIELD_KEYS": "k1:canary-Of-The-Password"}, "FIELD_KEYS"),
    "two field keys of one id": ({"FIELD_KEYS": f"{SECRETS['FIELD_KEYS']},{SECRETS['FIELD_KEYS']}x"}, "FIELD_KEYS"),
    "field key equals secret key": ({"FIELD_KEYS": f"k1:{SECRETS['SECRET_KEY']}"}, "FIELD_KEYS"),
    "one key for records and private notes": ({"NOTE_KEYS": SECRETS["FIELD_KEYS"]}, "NOTE_KEYS"),
    "no anchor key": ({"ANCHOR_KEY": None}, "ANCHOR_KEY"),
    "debug": ({"DEBUG": "1"}, "DEBUG"),
    "no hosts": ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
    "every host": ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
    "no proxy said": ({"BEHIND_TLS_PROXY": None}, "BEHIND_TLS_PROXY"),
    "links over http": ({"PUBLIC_URL": "http://clinic.example.org"}, "PUBLIC_URL"),
    "forms from http": ({"CSRF_TRUSTED_ORIGINS": "http://clinic.example.org"}, "CSRF_TRUSTED_ORIGINS"),
    "mail to the console": ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "EMAIL_BACKEND"),
    "half a provider of texts": ({"TWILIO_ACCOUNT_SID": "AC0123", "TWILIO_FROM": "+15550100999"}, "TWILIO_AUTH_TOKEN"),
    "texts over http": ({"TWILIO_API_URL": "http://texts.example.org"}, "TWILIO_API_URL"),
    "no message a minute": ({"MESSAGES_PER_MINUTE": "0"}, "MESSAGES_PER_MINUTE"),
    "open redis": ({"REDIS_URL": "redis://127.0.0.1:6379/0"}, "REDIS_URL"),
    "unreachable database": (
        {"DATABASE_URL": f"postgresql://clinic:{PASSWORD}@127.0.0.1:1/clinic"},
        "DATABASE_URL",
    ),
    "unreadable database address": (
        {"DATABASE_URL": f"postgresql://clinic:{PASSWORD}/x@127.0.0.1/clinic"},
        "DATABASE_URL",
    ),
    "unknown database": ({"DATABASE_URL": f"mysql://clinic:{PASSWORD}@127.0.0.1/clinic"}, "DATABASE_URL"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("change", "named"), BAD.values(), ids=BAD)
def test_bad_installation_is_refused(home, change, named):
    environment = GOOD | change
    began = time.monotonic()
    done = run("check_start", home, environment)
    assert time.monotonic() - began <= 10
    assert done.returncode != 0
    assert named in done.stderr
    said = done.stdout + done.stderr
    assert PASSWORD not in said
    secrets = [value for name, value in environment.items() if name.endswith(("_KEY", "_KEYS")) and value]
    assert not [value for value in secrets if value in said or value.partition(":")[2] in said.split()]


def copy_of(home: Path, folder: Path) -> Path:
    with sqlite3.connect(home / "clinic.sqlite3") as source, sqlite3.connect(folder / "clinic.sqlite3") as target:
        source.backup(target)
    return folder


@pytest.mark.slow
def test_missing_trigger_is_refused(home, tmp_path):
    copy_of(home, tmp_path)
    with sqlite3.connect(tmp_path / "clinic.sqlite3") as database:
        database.execute("DROP TRIGGER keep_common_auditevent_update")
    done = run("check_start", tmp_path, GOOD)
    assert done.returncode == 3
    assert "keep_common_auditevent_update" in done.stderr


@pytest.mark.slow
def test_empty_database_is_refused(tmp_path):
    done = run("check_start", tmp_path, GOOD)
    assert done.returncode == 3
    assert "not migrated" in done.stderr


@pytest.mark.slow
def test_one_machine_makes_private_keys_and_refuses_readable_ones(home, tmp_path):
    copy_of(home, tmp_path)
    done = run("check_start", tmp_path, {"CLINIC_ONE_MACHINE": "1"})
    assert done.returncode == 0, done.stderr
    keys = tmp_path / "keys.env"
    assert keys.stat().st_mode & 0o777 == 0o600
    keys.chmod(0o644)
    done = run("check_start", tmp_path, {"CLINIC_ONE_MACHINE": "1"})
    assert done.returncode == 3
    assert "keys.env" in done.stderr
    assert not [line for line in keys.read_text().split() if line.partition("=")[2] in done.stderr]


@pytest.mark.slow
def test_make_keys_keeps_what_is_there(tmp_path):
    assert run("make_keys", tmp_path, GOOD).returncode == 0
    before = (tmp_path / "keys.env").read_text()
    assert (tmp_path / "keys.env").stat().st_mode & 0o777 == 0o600
    again = run("make_keys", tmp_path, GOOD)
    assert again.returncode == 0
    assert (tmp_path / "keys.env").read_text() == before
    assert not [line for line in before.split() if line.partition("=")[2] in again.stdout]
