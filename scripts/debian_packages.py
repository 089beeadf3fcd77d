"""Finds the servers and the browser that tests need, and installs from Debian those that are missing."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

POLICY = Path("/usr/sbin/policy-rc.d")


class PackagesError(Exception):
    """A sentence for the person who started this."""


def postgresql_folder() -> Path | None:
    """The folder of the newest installed PostgreSQL server's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


def redis_program() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


def chromium_program() -> str | None:
    return shutil.which("chromium")


def windowless_chromium_program() -> str | None:
    """The same browser without the window around the page: a fifth of the work where hundreds of pages are opened."""
    return shutil.which("chromium-headless-shell")


def ensure() -> None:
    """Install what is missing, as root; otherwise say what to ask for. Starts no service."""
    wanted = {
        "postgresql": postgresql_folder,
        "redis-server": redis_program,
        "chromium": chromium_program,
        "chromium-headless-shell": windowless_chromium_program,
        "fonts-liberation": lambda: Path("/usr/share/fonts/truetype/liberation").is_dir(),
    }
    missing = [package for package, find in wanted.items() if not find()]
    if not missing:
        return
    if os.geteuid() != 0:
        raise PackagesError(f"Ask an administrator to run: apt-get install {' '.join(missing)}")
    print(f"Installing {', '.join(missing)}", flush=True)
    with _no_service_starts():
        _apt("update", "-q")
        _apt("install", "-qy", "--no-install-recommends", *missing)
    still = [package for package, find in wanted.items() if not find()]
    if still:
        raise PackagesError(f"Installed, yet not found: {', '.join(still)}")


def _apt(*words: str) -> None:
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", *words]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise PackagesError(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}")


@contextmanager
def _no_service_starts():
    """Debian asks this file whether a newly installed service may start; 101 means no."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
