"""Measures fifty open cockpits and boards while others write: polling against server-sent events (decision 0016).

Started by `make bench-live`. Serves the clinic as scripts/run_clinic.py does (granian, two workers of eight threads),
the prototype of events (bench/live_events.py) beside it, and lets both ways follow the same writing in turn. It is a
benchmark; nothing fails by time.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import bootstrap
import child_processes
import test_services
from child_processes import Child

from bench.live_clients import Browser, Seen, Visitor, Writer

READY_SECONDS = 90
TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ("opening", "page", "board page", "poll", "fragment", "write")


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = _options()
    home = (options.home or bootstrap.REPOSITORY / "var" / "bench-live" / options.engine).resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with test_services.services() if options.engine == "postgresql" else contextlib.nullcontext({}) as services:
        return _measure(options, home, services.get("DATABASE_URL", ""))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="folder for data (default: var/bench-live)")
    parser.add_argument(
        "--engine", choices=["sqlite", "postgresql"], default="sqlite", help="sqlite is what `make run` has"
    )
    parser.add_argument("--cockpits", type=int, default=40)
    parser.add_argument("--boards", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=45.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two readings of one writer")
    parser.add_argument("--ways", nargs="+", choices=["polling", "events"], default=["polling", "events"])
    parser.add_argument("--writers", type=int, default=2)
    return parser.parse_args()


def _measure(options, home: Path, database_url: str) -> int:
    port, events = child_processes.free_port(), child_processes.free_port()
    environment = _environment(home, database_url, port)
    subprocess.run(
        [sys.executable, "scripts/prepare_clinic.py", str(home / "start.log")],
        env=environment,
        cwd=bootstrap.REPOSITORY,
        check=True,
    )
    _bench(environment, "data", home, "--patients", "200")
    facts = json.loads((home / "bench.json").read_text())
    people = options.cockpits + options.boards + 1
    cookies = json.loads(_bench(environment, "sign-ins", home, "--number", str(people)).splitlines()[-1])
    children: list[Child] = []
    try:
        web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
        web += ["--blocking-threads", "8", "--workers-kill-timeout", "8", "clinic.wsgi:application"]
        _serve(children, "clinic", web, environment, home, port, "/healthz")
        told = ["granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(events), "--workers", "1"]
        _serve(children, "events", [*told, "bench.live_events:application"], environment, home, events, "/ping")
        for number in range(options.rounds):
            for way in options.ways:
                _round(options, facts, cookies, port, events if way == "events" else None, children, number)
    finally:
        child_processes.stop(children)
    return 0


def _environment(home: Path, database_url: str, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "CLINIC_HOME": str(home),
        "CLINIC_ONE_MACHINE": "1",
        "CLINIC_PORT": str(port),
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(bootstrap.REPOSITORY),
        "PYTHONUNBUFFERED": "1",
    }


def _bench(environment: dict, *words) -> str:
    command = [sys.executable, "-m", "bench", *map(str, words)]
    done = subprocess.run(
        command, env=environment, cwd=bootstrap.REPOSITORY, check=True, text=True, stdout=subprocess.PIPE
    )
    return done.stdout


def _serve(children, name: str, words: list[str], environment: dict, home: Path, port: int, health: str) -> None:
    command = [sys.executable, "-m", *words]
    where = {"cwd": bootstrap.REPOSITORY, "env": environment}
    children.append(child_processes.start(name, command, log=home / f"{name}.log", **where))
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and not children[-1].ended:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise SystemExit(f"{name} did not start:\n{child_processes.last_lines(children[-1].log)}")


def _round(options, facts, cookies, port: int, events: int | None, children: list[Child], number: int) -> None:
    seen, live = Seen(), facts["live"]
    names = [f"{cookies['name']}={value}" for value in cookies["values"]]
    pages = [live[place % len(live)] for place in range(options.cockpits)] + [None] * options.boards
    threads = [Browser(place, port, names[place], session, seen, events) for place, session in enumerate(pages)]
    threads.append(Visitor(len(pages), port, names[-1], live[0], seen))
    threads += [Writer(port, facts["tokens"]["nurse"], live, seen, options.pause) for _ in range(options.writers)]
    seen.opened = threading.Barrier(len(threads) + 1, timeout=READY_SECONDS)
    for thread in threads:
        thread.start()
    seen.ends = time.monotonic() + READY_SECONDS + options.seconds
    seen.opened.wait()
    before, busy = [_cpu(child.process.pid) for child in children], _machine_busy()
    seen.ends = time.monotonic() + options.seconds
    for thread in threads:
        thread.join(options.seconds + 60)
    used = [_cpu(child.process.pid) - spent for child, spent in zip(children, before, strict=True)]
    _report(options, seen, seen.ends, used, _machine_busy() - busy, "events" if events else "polling", number)


def _report(options, seen: Seen, ends: float, used: list[float], busy: float, name: str, number: int) -> None:
    sys.stdout.write(
        f"\nround {number + 1}, {name}, {options.engine}: {options.cockpits} cockpits, {options.boards} boards\n"
    )
    for kind in KINDS:
        if seen.seconds[kind]:
            sys.stdout.write(f"  {kind:12}{len(seen.seconds[kind]):6} {_percentiles(seen.seconds[kind])}\n")
    delays = seen.delays(ends)
    late = sum(delay > 3 for delay in delays)
    sys.stdout.write(f"  {'until seen':12}{len(delays):6} {_percentiles(delays)}   over 3 s: {late}\n")
    others = busy - sum(used)
    sys.stdout.write(
        f"  CPU: clinic {used[0]:.1f} s, events {used[1]:.1f} s of {options.seconds:g} s on {os.cpu_count()} cores; "
        f"all else on the machine {others:.1f} s; load {os.getloadavg()[0]:.1f}\n"
    )
    if seen.wrong:
        sys.stdout.write(f"  {len(seen.wrong)} unexpected answers: {seen.wrong[0]}\n")
    sys.stdout.flush()


def _percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    if not ordered:
        return "none"
    p50, p95 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 for share in (0.5, 0.95))
    return f"p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  most {ordered[-1] * 1000:7.1f} ms"


def _cpu(pid: int) -> float:
    """Seconds of CPU of a process and its children that still run."""
    total = 0.0
    for one in _tree(pid):
        try:
            told = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(told[11]) + int(told[12])) / TICKS
    return total


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for word in task.read_text().split():
            found += _tree(int(word))
    return found


def _machine_busy() -> float:
    """Seconds of CPU that anything on the machine used since it started."""
    words = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    idle = int(words[3]) + int(words[4])
    return (sum(map(int, words[:8])) - idle) / TICKS


if __name__ == "__main__":
    sys.exit(main())
