#!/usr/bin/env python3
"""Measures the clinic: `data` loads a large made-up clinic, `run` compares our API with reference endpoints,
`pack` makes an inspection pack of the whole clinic.

`run` starts a PostgreSQL of its own, loads the large clinic into it, serves our API and the reference with gunicorn,
and asks both in turn, so that whatever else the machine does falls on both. It is a benchmark; nothing fails by time.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import bootstrap
import child_processes
import test_services
from child_processes import Child

sys.path.insert(0, str(bootstrap.REPOSITORY))

from bench.load import Answers, Target, drive

READY_SECONDS = 60
YARDSTICK_MS = 200
AIMS = {"GET": (0.5, 4), "POST": (0.4, 8)}  # ratio to the reference, statements


@dataclass
class Comparison:
    """Our endpoint and its reference, with what each round measured."""

    name: str
    ours: Target
    reference: Target
    rounds: list[tuple[Answers, Answers]] = field(default_factory=list)
    used: list[int] = field(default_factory=lambda: [0, 0])

    def measure(self, seconds: float, clients: int) -> None:
        pair = []
        for place, target in enumerate((self.ours, self.reference)):
            answers = drive(target, seconds, clients, self.used[place] if target.once else 0)
            pair.append(answers)
            # The clients are not equally quick, so the quickest may be ahead of their mean.
            self.used[place] += (len(answers.seconds) + answers.wrong) * 3 // 2 + clients
        self.rounds.append((pair[0], pair[1]))

    def total(self, which: int) -> Answers:
        total = Answers()
        for one in self.rounds:
            total.merge(one[which])
        return total

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios of requests per second."""
        ratios = [ours.per_second / reference.per_second for ours, reference in self.rounds if reference.per_second]
        return statistics.median(ratios) if ratios else 0.0


def main() -> int:
    options = _options()
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    try:
        return {"data": _data, "run": _run, "pack": _pack}[options.what](options)
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as problem:
        print(f"{' '.join(map(str, problem.cmd))} failed", file=sys.stderr)
        return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["data", "run", "pack"])
    parser.add_argument("--home", type=Path, help="folder for data and keys (default: var/bench)")
    parser.add_argument("--patients", type=int, default=10_000, help="each has 10 sessions (default: 10000)")
    parser.add_argument("--engine", choices=["postgresql", "sqlite"], default="postgresql", help="for run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of asking, for each endpoint and round")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2, help="of gunicorn")
    return parser.parse_args()


def _data(options) -> int:
    """Load into DATABASE_URL, or into SQLite in the folder."""
    home = _home(options)
    _python(_environment(home, os.environ.get("DATABASE_URL", "")), "data", home, "--patients", str(options.patients))
    print(f"The large clinic is in {home} (sign-ins like admin0@large.invalid; the password is in bench/people.py).")
    return 0


def _pack(options) -> int:
    """Make an inspection pack of everything that `data` loaded."""
    _data(options)
    home = _home(options)
    _python(_environment(home, os.environ.get("DATABASE_URL", "")), "pack", home)
    return 0


def _run(options) -> int:
    home = _home(options)
    if options.engine == "sqlite":
        return _measure(options, home, "")
    home = home / "postgresql"
    home.mkdir(mode=0o700, exist_ok=True)
    with test_services.services() as services:
        return _measure(options, home, services["DATABASE_URL"])


def _home(options) -> Path:
    home = (options.home or bootstrap.REPOSITORY / "var" / "bench").resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def _environment(home: Path, database_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "CLINIC_HOME": str(home),
        "CLINIC_ONE_MACHINE": "1",
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "PYTHONUNBUFFERED": "1",
    }


def _python(environment: dict, *words, capture: bool = False) -> str:
    command = [sys.executable, "-m", "bench", *map(str, words)]
    output = subprocess.PIPE if capture else None
    done = subprocess.run(command, env=environment, cwd=bootstrap.REPOSITORY, check=True, text=True, stdout=output)
    return done.stdout or ""


def _measure(options, home: Path, database_url: str) -> int:
    environment = _environment(home, database_url)
    (home / "static").mkdir(exist_ok=True)
    print(f"Loading {options.patients:,} patients into {options.engine}", flush=True)
    _python(environment, "data", home, "--patients", str(options.patients))
    facts = json.loads((home / "bench.json").read_text())
    print("Measuring statements and server time", flush=True)
    inside = json.loads(_python(environment, "measure", home, capture=True).splitlines()[-1])
    children: list[Child] = []
    try:
        ours = _serve(children, "clinic", "clinic.wsgi", environment, home, options.workers, "/healthz")
        reference = _serve(children, "reference", "bench.reference", environment, home, options.workers, "/ping")
        comparisons = _comparisons(facts, inside["events"], ours[0], reference[0])
        for number in range(options.rounds):
            print(f"Round {number + 1} of {options.rounds}", flush=True)
            for comparison in comparisons:
                comparison.measure(options.seconds, options.clients)
        _report(comparisons, inside, options)
        _report_processes([("clinic", children[0], ours[1]), ("reference", children[1], reference[1])])
    finally:
        child_processes.stop(children)
    return 0


def _serve(children, name, module, environment, home, workers, health) -> tuple[int, float]:
    """Start gunicorn; the port, and the seconds until its first answer."""
    port, started = child_processes.free_port(), time.perf_counter()
    command = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--bind", f"127.0.0.1:{port}"]
    command += ["--log-level", "warning", f"{module}:application"]
    where = {"cwd": bootstrap.REPOSITORY, "env": environment}
    children.append(child_processes.start(name, command, log=home / f"{name}.log", **where))
    while time.perf_counter() - started < READY_SECONDS and not children[-1].ended:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=5).close()
            return port, time.perf_counter() - started
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise SystemExit(f"{name} did not start:\n{child_processes.last_lines(children[-1].log)}")


def _comparisons(facts: dict, events: int, ours: int, reference: int) -> list[Comparison]:
    admin, nurse = facts["tokens"]["admin"], facts["tokens"]["nurse"]
    practice, by = f"practice={facts['practice']}", f"by={facts['nurse']}"
    words, live = facts["words"], facts["live"]
    page = "/api/v1/patients?page_size=20"
    recent = [f"session={pk}" for pk in facts["recent"]]
    some = ["&".join([*recent, *recent][place : place + 3]) for place in range(len(recent))]
    return [
        Comparison(
            "list of 20",
            Target("list", ours, (page,), token=admin),
            Target("list", reference, (f"/patients?{practice}",)),
        ),
        Comparison(
            "name search",
            Target("search", ours, tuple(f"{page}&search={word}" for word in words), token=admin),
            Target("search", reference, tuple(f"/patients?{practice}&search={word}" for word in words)),
        ),
        Comparison(
            "session timeline",
            Target("timeline", ours, tuple(f"/api/v1/sessions/{pk}/timeline" for pk in facts["recent"]), token=nurse),
            Target("timeline", reference, tuple(f"/timeline?{few}&rows={events}" for few in some)),
        ),
        Comparison(
            "reading create",
            Target(
                "reading",
                ours,
                tuple(f"/api/v1/sessions/{pk}/readings" for pk in live),
                method="POST",
                token=nurse,
                body="reading",
                status=201,
            ),
            Target(
                "reading",
                reference,
                tuple(f"/reading?session={pk}&{by}&{practice}" for pk in live),
                method="POST",
                body="reading",
                status=201,
            ),
        ),
        Comparison(
            "questionnaire submit",
            Target(
                "submit",
                ours,
                tuple(f"/api/v1/assessment-sets/{pk}/assessments/PHQ9/submit" for pk in facts["sets"][:-2]),
                method="POST",
                token=nurse,
                body="answers",
                once=True,
                status=201,
            ),
            Target(
                "submit",
                reference,
                tuple(f"/submit?set={pk}&{by}&{practice}" for pk in facts["reference_sets"]),
                method="POST",
                body="answers",
                once=True,
                status=201,
            ),
        ),
    ]


def _report(comparisons: list[Comparison], inside: dict, options) -> None:
    print(f"\n{options.engine}, gunicorn with {options.workers} workers, {options.clients} clients,", end=" ")
    print(f"{options.rounds} rounds of {options.seconds:g} s, interleaved\n")
    heads = ("requests/s", 12), ("p50 ms", 9), ("p95 ms", 9), ("reference/s", 13), ("ratio", 8), ("aim", 6), ("SQL", 5)
    print(" " * 22 + "".join(f"{words:>{width}}" for words, width in (*heads, ("aim", 5))))
    for one in comparisons:
        ours, reference = one.total(0), one.total(1)
        ratio_aim, sql_aim = AIMS[one.ours.method]
        print(
            f"{one.name:22}{ours.per_second:12.1f}{ours.percentile(0.5):9.1f}{ours.percentile(0.95):9.1f}"
            f"{reference.per_second:13.1f}{one.ratio:8.2f}{ratio_aim:6.1f}{inside['statements'][one.name]:5}{sql_aim:5}"
        )
        for answers, whose in ((ours, "ours"), (reference, "reference")):
            if answers.wrong:
                print(f"  {answers.wrong} unexpected answers ({whose}): {answers.sample}")
    print(f"\n{'server time of pages':40}{'median ms':>10}{'slowest':>9}{'SQL':>5}   (yardstick {YARDSTICK_MS} ms)")
    for page in inside["pages"]:
        mark = "" if page["is_within"] else "   above"
        print(f"{page['name']:40}{page['milliseconds']:10.1f}{page['slowest']:9.1f}{page['statements']:5}{mark}")


def _report_processes(rows: list[tuple[str, Child, float]]) -> None:
    print(f"\n{'':22}{'cold start s':>13}{'memory MB':>11}")
    for name, child, seconds in rows:
        print(f"{name:22}{seconds:13.2f}{_memory_mb(child.process.pid):11.1f}")


def _memory_mb(pid: int) -> float:
    """Proportional memory of a process and its children, after the load."""
    total = 0.0
    for one in [pid, *_children_of(pid)]:
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return total


def _children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []


if __name__ == "__main__":
    sys.exit(main())
