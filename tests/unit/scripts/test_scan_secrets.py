"""The scan for secrets fails when there is one, in a file or in the history (R99)."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "scan_secrets.py"
# Put together here, so that this file itself holds none.
A_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\n"


@pytest.fixture
def repository(tmp_path):
    """A copy of the script in a repository of its own."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "scan_secrets.py").write_bytes(SCRIPT.read_bytes())
    git(tmp_path, "init", "--quiet")
    return tmp_path


def git(where, *words):
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@clinic.invalid"]
    subprocess.run(["git", *who, *words], cwd=where, check=True, capture_output=True)


def commit(where, name, text):
    (where / name).write_text(text)
    git(where, "add", ".")
    git(where, "commit", "--quiet", "-m", name)


def scan(where, *words):
    return subprocess.run(
        [sys.executable, "scripts/scan_secrets.py", *words], cwd=where, capture_output=True, text=True, check=False
    )


def test_a_key_in_a_file_is_named(repository):
    commit(repository, "notes.txt", "nothing here")
    assert scan(repository).returncode == 0
    commit(repository, "keys.txt", A_KEY)
    told = scan(repository)
    assert told.returncode == 1
    assert "keys.txt: looks like a password or key" in told.stdout
    assert "MIIEow" not in told.stdout


def test_a_key_that_was_removed_is_still_in_the_history(repository):
    commit(repository, "keys.txt", A_KEY)
    commit(repository, "keys.txt", "gone")
    told = scan(repository)
    assert told.returncode == 1
    assert "history, line" in told.stdout


def test_what_was_read_and_is_none_is_known(repository):
    commit(repository, "settings.py", 'PASSWORD = "made' + ' up for a test"\n')
    assert scan(repository).returncode == 1
    scan(repository, "--accept")
    assert scan(repository).returncode == 0
