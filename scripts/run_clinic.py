#!/usr/bin/env python3
"""Runs the clinic on one machine: prepares the data, starts web server and worker, and ends both together."""

import argparse
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import bootstrap
import child_processes
from child_processes import Child

PREFERRED_PORT = 8000
READY_SECONDS = 90


class StartError(Exception):
    """A sentence for the person who started this."""


class Stopped(Exception):
    """Ctrl-C, a closed terminal or a request to end."""


def main() -> int:
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    os.umask(0o077)
    children: list[Child] = []
    try:
        python = bootstrap.ensure()
        clinic = Clinic(python, options)
        clinic.prepare()
        clinic.start(children)
        clinic.announce(children)
        _watch(children)
    except (StartError, bootstrap.BootstrapError) as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        print("\nStopping the clinic", flush=True)
        return 0
    finally:
        _end(children)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="fill an empty clinic with made-up patients")
    parser.add_argument("--port", type=int, help=f"default: {PREFERRED_PORT}, or a free one if that is taken")
    parser.add_argument("--home", type=Path, help="folder for data, keys and logs (default: var)")
    return parser.parse_args()


class Clinic:
    """One clinic on this machine: its environment, its folder and the programs it needs."""

    def __init__(self, python: Path, options: argparse.Namespace):
        self.python = python
        self.demo = options.demo
        default = os.environ.get("CLINIC_HOME") or bootstrap.REPOSITORY / "var"
        self.home = Path(options.home or default).resolve()
        self.logs = self.home / "log"
        for folder in (self.home, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._claim()
        self.port = _port(options.port)
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = self._environment()

    def _claim(self) -> None:
        """Two clinics in one folder would send each message twice; the kernel frees the claim when we end."""
        self.claim = (self.home / "running").open("a")
        try:
            fcntl.flock(self.claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError(f"A clinic is already running from {self.home}.") from None

    def _environment(self) -> dict[str, str]:
        """A demonstration never reaches a database, a queue or a provider that somebody named for real work."""
        own = {
            "CLINIC_HOME": str(self.home),
            "CLINIC_ONE_MACHINE": "1",
            "CLINIC_PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "PUBLIC_URL": self.address,
            "PYTHONUNBUFFERED": "1",
        }
        if self.demo:
            own |= {"DATABASE_URL": "", "REDIS_URL": "", "TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": ""}
            own |= {"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": ""}
        return {**os.environ, **own}

    def prepare(self) -> None:
        log = self._fresh_log("start")
        command = [str(self.python), "scripts/prepare_clinic.py", str(log), *(["--demo"] if self.demo else [])]
        with log.open("a") as details:
            done = subprocess.run(command, stderr=details, cwd=bootstrap.REPOSITORY, env=self.environment)
        if done.returncode:
            raise StartError(f"The clinic could not be prepared:\n{child_processes.last_lines(log)}\nAll of it: {log}")

    def _fresh_log(self, name: str) -> Path:
        """An empty log; the one of the start before is kept beside it."""
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(self.logs / f"{name}.previous.log")
        log.touch()
        return log

    def start(self, children: list[Child]) -> None:
        web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        web += ["--workers", "2", "--blocking-threads", "8", "--workers-kill-timeout", "8"]
        web += ["clinic.wsgi:application"]
        worker = [
            "celery",
            "-A",
            "clinic",
            "worker",
            "-B",
            "--schedule",
            str(self.home / "celerybeat-schedule"),
        ]
        worker += ["--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"]
        worker += ["--without-gossip", "--without-mingle"]
        for name, words in (("web server", web), ("worker", worker)):
            command = [str(self.python), "-m", *words]
            log = self._fresh_log(name.replace(" ", "-"))
            where = {"cwd": bootstrap.REPOSITORY, "env": self.environment}
            children.append(child_processes.start(name, command, log=log, **where))

    def announce(self, children: list[Child]) -> None:
        self._wait_until_healthy(children)
        print(f"\nThe clinic is open at {self.address}\n")
        sign_ins = self.home / "demo-sign-ins.txt"
        if self.demo and sign_ins.exists():
            print(sign_ins.read_text().rstrip() + "\n")
        print(f"Data and keys: {self.home}   Logs: {self.logs}\nCtrl-C ends it.", flush=True)

    def _wait_until_healthy(self, children: list[Child]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        answer = "no answer"
        while time.monotonic() < deadline:
            _refuse_if_one_ended(children)
            answer = _ask(f"{self.address}/healthz")
            if answer == "200":
                return
            time.sleep(0.2)
        raise StartError(f"The clinic did not become healthy ({answer}). Logs: {self.logs}")


def _port(asked: int | None) -> int:
    if asked and not child_processes.is_free(asked):
        raise StartError(f"Port {asked} is taken. Leave --port out to use a free one.")
    return asked or child_processes.free_port(PREFERRED_PORT)


def _ask(address: str) -> str:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=5) as response:
            return str(response.status)
    except urllib.error.HTTPError as refusal:
        return f"{refusal.code} {refusal.reason}"
    except OSError as problem:
        return str(problem)


def _watch(children: list[Child]) -> None:
    while True:
        _refuse_if_one_ended(children)
        time.sleep(0.5)


def _refuse_if_one_ended(children: list[Child]) -> None:
    for child in children:
        if child.ended:
            tail = child_processes.last_lines(child.log)
            raise StartError(f"The {child.name} ended {child.ending()}, so all is stopped:\n{tail}\nLog: {child.log}")


def _on_signal(number: int, frame) -> None:
    raise Stopped


def _end(children: list[Child]) -> None:
    """A second Ctrl-C must not cut this short: it is what keeps programs from staying behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for name in child_processes.stop(children):
        print(f"The {name} did not end in {child_processes.STOP_SECONDS} s and was killed.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
