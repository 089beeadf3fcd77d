"""Starting and ending the programs that our own scripts own: each in its own group, none left behind."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 10
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG in <sys/prctl.h>


@dataclass
class Child:
    name: str
    process: subprocess.Popen
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def ending(self) -> str:
        """How it ended, for a sentence: `with exit code 3` or `by SIGKILL`."""
        code = self.process.returncode
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def start(name: str, command: list[str], *, log: Path, stop_signal=signal.SIGTERM, **popen) -> Child:
    """Start `command` in a new process group with its output in `log`.

    The kernel sends it `stop_signal` if this script is killed, so not even `kill -9` leaves it running.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(_DIE_WITH_PARENT, stop_signal),
            **popen,
        )
    return Child(name, process, log, stop_signal)


def stop(children: list[Child], seconds: float = STOP_SECONDS) -> list[str]:
    """Ask each main process to end, wait, kill what is left of its group. Returns who had to be killed."""
    for child in children:
        if not child.ended:
            child.process.send_signal(child.stop_signal)
    deadline = time.monotonic() + seconds
    killed = []
    for child in children:
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            killed.append(child.name)
        _kill_group(child)
    return killed


def _kill_group(child: Child) -> None:
    try:
        os.killpg(child.process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.process.wait()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(preferred: int = 0) -> int:
    """`preferred` when nobody listens there, otherwise one the machine picks, on the loopback address."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def last_lines(path: Path, count: int = 20) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
