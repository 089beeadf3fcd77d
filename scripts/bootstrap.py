#!/usr/bin/env python3
"""Makes `.venv` hold exactly the pinned packages, or leaves it if it does. Needs only Python 3.11."""

import argparse
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
VENV = REPOSITORY / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
INSTALLER_LOCK = "requirements-installer.txt"
RUNTIME_LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"
OLDEST_PYTHON = (3, 11)


class BootstrapError(Exception):
    """A sentence for the person who started this."""


def ensure(dev: bool = False) -> Path:
    """Path of the environment's Python, after installing what the lock files ask for and is missing."""
    if sys.version_info < OLDEST_PYTHON:
        raise BootstrapError(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    with (REPOSITORY / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_current(dev):
            return PYTHON
        _make_venv()
        _install([RUNTIME_LOCK, DEV_LOCK] if dev else [RUNTIME_LOCK])
        STAMP.write_text(_fingerprint(dev) + "\n")
    return PYTHON


def _is_current(dev: bool) -> bool:
    """A developer's environment also serves the clinic, so a plain start leaves it as it is."""
    if not STAMP.exists() or not PYTHON.exists():
        return False
    wanted = {_fingerprint(True)} if dev else {_fingerprint(True), _fingerprint(False)}
    return STAMP.read_text().strip() in wanted


def _fingerprint(dev: bool) -> str:
    """Changes with the lock files, the Python version and the place: a moved environment does not work."""
    digest = hashlib.sha256(f"{dev} {VENV} {sys.version_info[:2]}".encode())
    for name in (INSTALLER_LOCK, RUNTIME_LOCK, *([DEV_LOCK] if dev else [])):
        digest.update((REPOSITORY / name).read_bytes())
    return digest.hexdigest()


def _make_venv() -> None:
    if _venv_answers():
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        _install_debian_venv()
    print("Making a Python environment in .venv", flush=True)
    _run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def _venv_answers() -> bool:
    """Whether .venv was made here (not copied or moved) for this Python, and its pip starts."""
    if not PYTHON.exists():
        return False
    question = "import pip, sys; print(sys.prefix, sys.version_info[:2])"
    done = subprocess.run([str(PYTHON), "-c", question], capture_output=True, text=True)
    activate = VENV / "bin" / "activate"
    made_here = activate.exists() and str(VENV) in activate.read_text()
    return made_here and done.stdout.strip() == f"{VENV} {sys.version_info[:2]}"


def _install_debian_venv() -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() != 0:
        raise BootstrapError(
            f"Python cannot make environments here. Ask an administrator to run: apt-get install {package}"
        )
    print(f"Installing {package}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-q"], env=quiet)
    _run(["apt-get", "install", "-qy", "--no-install-recommends", package], env=quiet)


def _install(locks: list[str]) -> None:
    """Install by uv, which is itself pinned; by pip, much slower, where uv has no build for the machine."""
    print(f"Installing packages from {' and '.join(locks)}", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    try:
        _run([*pip, "-r", INSTALLER_LOCK])
        uv = [str(PYTHON), "-m", "uv", "pip", "sync", "-q", "--python", str(PYTHON), "--require-hashes"]
        _run([*uv, INSTALLER_LOCK, *locks])
    except BootstrapError as problem:
        print(f"{problem}\nTrying again with pip", file=sys.stderr, flush=True)
        _run([*pip, *(word for lock in locks for word in ("-r", lock))])


def _run(command: list[str], env: dict | None = None) -> None:
    done = subprocess.run(command, cwd=REPOSITORY, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise BootstrapError(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also install what tests and lint need")
    try:
        print(ensure(dev=parser.parse_args().dev))
    except BootstrapError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
