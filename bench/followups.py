"""Measures follow-up: what a sweep costs beside ever more planned check-ins, and how many messages go out a second.

Started by `make bench-followups`. It is a benchmark; nothing fails by time.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import bootstrap
import test_services

from bench.fault_rig import Rig, rig

DUE = 200


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = _options()
    for engine in options.engine:
        services = test_services.services() if engine == "postgresql" else contextlib.nullcontext({})
        with services as addresses:
            urls = addresses.get("DATABASE_URL", ""), addresses.get("REDIS_URL", "")
            with rig(*urls, seed=1, CELERY_SWEEP_SECONDS="2") as clinic:
                _measure(engine, clinic, options)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000, 100_000, 1_000_000], help="planned check-ins")
    return parser.parse_args()


def _measure(engine: str, clinic: Rig, options) -> None:
    _say(f"\n{engine}")
    _inside(clinic, "people()")
    for rows in options.rows:
        _inside(clinic, f"future_rows({rows})")
        told = _inside(clinic, "sweeps()")
        _say(
            f"  {told['rows']:9,} planned: sweep that finds nothing {told['median_ms']:.1f} ms"
            f" (most {told['most_ms']:.1f}), {told['statements']} statements"
        )
        for plan in told["scans"]:
            _say(f"    reads every row: {plan}")
    _inside(clinic, f"due_rows({DUE})")
    told = _inside(clinic, "dispatch()")
    _say(f"  one process, in turn: opens {told['opened_per_s']:.1f} a second, sends {told['sent_per_s']:.1f} a second")
    _with_workers(clinic)
    _say(f"  load of the machine at the end {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _with_workers(clinic: Rig) -> None:
    """A worker with two processes, as `make run` has it; half of the messages are texts to a provider of its own."""
    clinic.make(DUE)
    clinic.stack.start_worker(pool="prefork")
    clinic.wait(lambda: "sent" in clinic.states().values(), 120)
    begun, before = time.monotonic(), sum(clinic.calls().values())
    clinic.wait(lambda: clinic.are_all("sent"), 300)
    seconds = time.monotonic() - begun
    late = sorted(clinic.tally().lateness)
    pace = (DUE - before) / seconds
    _say(f"  worker of two processes: {pace:.1f} a second, the last {late[-1]:.1f} s after it was due")


def _inside(clinic: Rig, call: str) -> dict:
    """Call one function of bench.followups_rows in the clinic's own process; what it printed."""
    code = f"from bench import followups_rows as rows; rows.{call}"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    where = {"cwd": bootstrap.REPOSITORY, "env": clinic.stack.environment}
    done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **where)
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else {}


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
