"""Nothing that a script starts outlives it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import child_processes
import pytest

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
WITH_GRANDCHILD = (
    "import subprocess, sys, time; grandchild = subprocess.Popen(['sleep', '60']);"
    "print(grandchild.pid, flush=True); time.sleep(60)"
)


def _start(tmp_path: Path, program: str) -> child_processes.Child:
    child = child_processes.start("sample", [sys.executable, "-c", program], log=tmp_path / "log")
    _wait_until(lambda: child.log.read_text())
    return child


def _wait_until(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited 20 s in vain"
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_stop_ends_a_child_that_obeys(tmp_path):
    child = _start(tmp_path, "import time; print('up', flush=True); time.sleep(60)")

    assert child_processes.stop([child], seconds=10) == []
    assert child.ending() == "by SIGTERM"


def test_stop_kills_a_child_that_ignores_the_request_and_names_it(tmp_path):
    child = _start(tmp_path, STUBBORN)

    assert child_processes.stop([child], seconds=0.2) == ["sample"]
    assert child.ending() == "by SIGKILL"


def test_stop_leaves_no_grandchild(tmp_path):
    child = _start(tmp_path, WITH_GRANDCHILD)
    grandchild = int(child.log.read_text())

    child_processes.stop([child], seconds=10)

    _wait_until(lambda: not _runs(grandchild))


def test_child_ends_when_its_script_is_killed(tmp_path):
    script = (
        "import child_processes, pathlib, sys, time;"
        f"child = child_processes.start('sample', ['sleep', '60'], log=pathlib.Path({str(tmp_path / 'log')!r}));"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(child_processes.__file__).parent)}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    child = int(parent.stdout.readline())

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    _wait_until(lambda: not _runs(child))


@pytest.mark.parametrize(("code", "said"), [(0, "with exit code 0"), (3, "with exit code 3")])
def test_ending_says_the_exit_code(tmp_path, code, said):
    child = child_processes.start("sample", [sys.executable, "-c", f"exit({code})"], log=tmp_path / "log")
    child.process.wait()

    assert child.ending() == said


def test_free_port_keeps_the_preferred_one_unless_it_is_taken():
    preferred = child_processes.free_port()
    assert child_processes.free_port(preferred) == preferred

    with socket.create_server(("127.0.0.1", preferred)):
        assert not child_processes.is_free(preferred)
        assert child_processes.free_port(preferred) != preferred
