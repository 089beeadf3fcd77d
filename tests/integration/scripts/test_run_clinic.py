"""The one-command start: opens, protects its keys, refuses a second start, and ends without leaving a program."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import bootstrap
import pytest

from tests.journeys import prepared_home

SCRIPT = bootstrap.REPOSITORY / "scripts" / "run_clinic.py"
START_SECONDS = 180  # other tests share the two cores

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="starts on SQLite whatever the tests run on"),
]


def _environment(home: Path) -> dict[str, str]:
    """As in a new terminal: nothing of the test run, and never a database or queue that somebody named."""
    ours = {"DATABASE_URL", "REDIS_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in ours and "CLINIC" not in name}
    return kept | {"CLINIC_HOME": str(home)}


def _programs_of(home: Path) -> list[str]:
    """Command lines of running programs that were started for this folder."""
    mark = f"CLINIC_HOME={home}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes().split(b"\0"):
                found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # ended meanwhile, or somebody else's
    return found


@pytest.fixture
def clinic(tmp_path):
    """A running clinic in a folder of its own, which it made: (process, address, folder)."""
    with _running(tmp_path / "home") as made:
        yield made


@pytest.fixture
def prepared_clinic(tmp_path):
    """The same in a folder that was prepared before, as at a second start."""
    home = tmp_path / "home"
    prepared_home.copy_to(home, {"PATH": os.environ["PATH"]})
    home.chmod(0o700)
    with _running(home) as made:
        yield made


@contextmanager
def _running(home: Path):
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        env=_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process, _opened_at(process), home
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _opened_at(process: subprocess.Popen) -> str:
    said = ""
    deadline = time.monotonic() + START_SECONDS
    for line in process.stdout:
        said += line
        if "Ctrl-C ends it" in line:
            return re.search(r"http://127\.0\.0\.1:\d+", said)[0]
        assert time.monotonic() < deadline, said
    pytest.fail(f"The clinic did not open:\n{said}")


def test_clinic_opens_keeps_to_itself_and_ends_completely(clinic):
    process, address, home = clinic

    with urllib.request.urlopen(f"{address}/readyz", timeout=30) as response:
        assert response.status == 200
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "keys.env").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "clinic.sqlite3").stat().st_mode) == 0o600

    second = subprocess.run(
        [sys.executable, str(SCRIPT)], env=_environment(home), capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 1
    assert "already running" in second.stderr

    process.send_signal(signal.SIGTERM)
    process.stdout.read()
    assert process.wait(60) == 0
    assert _programs_of(home) == []


def test_clinic_ends_with_an_error_when_one_program_dies(prepared_clinic):
    process, _, home = prepared_clinic
    worker = next(
        int(place.parent.name)
        for place in Path("/proc").glob("[0-9]*/stat")
        if _parent(place) == process.pid and b"celery" in (place.parent / "cmdline").read_bytes()
    )

    os.kill(worker, signal.SIGKILL)

    said = process.stdout.read()
    assert process.wait(60) == 1
    assert "The worker ended by SIGKILL" in said
    assert _programs_of(home) == []


def _parent(stat_file: Path) -> int:
    try:
        return int(stat_file.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
