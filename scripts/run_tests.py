#!/usr/bin/env python3
"""What `make test` runs: every check, and every test on both engines, with one table at the end."""

import argparse
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import bootstrap
import child_processes
import debian_packages
import test_services
import test_stages
from test_stages import Stage

LOGS = bootstrap.REPOSITORY / ".build" / "test-logs"
LOGS_KEPT_SECONDS = 24 * 60 * 60
STAGE_SECONDS = 45 * 60  # a stage that takes longer hangs
SHOWN_LINES = 400
_CLOSING = re.compile(r"^=+ .*\bin [\d.]+s.* =+$|^\d+ \w+.* in [\d.]+s")


@dataclass
class Result:
    stage: Stage
    outcome: str
    seconds: float
    log: Path

    @property
    def closing(self) -> str:
        """The line pytest ends with: how many passed, and how long it took."""
        if not self.stage.is_pytest:
            return ""
        lines = self.log.read_text(errors="replace").splitlines()
        return next((line for line in reversed(lines) if _CLOSING.match(line)), "")


class Lane:
    """Stages that run one after another; lanes run beside each other."""

    def __init__(self, stages: list[Stage], logs: Path):
        self.waiting = deque(stages)
        self.logs = logs
        self.child: child_processes.Child | None = None

    @property
    def done(self) -> bool:
        return not self.waiting and self.child is None

    def step(self) -> Result | None:
        """Start the next stage, or collect the running one if it has ended."""
        if self.child is None:
            self._start(self.waiting.popleft())
            return None
        seconds = time.monotonic() - self.began
        if not self.child.ended and seconds < STAGE_SECONDS:
            return None
        result = self._result(seconds)
        self.stop()
        return result

    def stop(self) -> None:
        if self.child:
            child_processes.stop([self.child], seconds=5)
            self.child = None

    def _start(self, stage: Stage) -> None:
        print(f"  started  {stage.name}", flush=True)
        log = self.logs / f"{stage.file_name}.log"
        self.stage, self.began = stage, time.monotonic()
        where = {"cwd": bootstrap.REPOSITORY, "env": test_stages.environment_of(stage)}
        self.child = child_processes.start(stage.name, stage.command, log=log, **where)

    def _result(self, seconds: float) -> Result:
        code = self.child.process.poll()
        outcome = "timed out" if code is None else "passed" if code == 0 else "FAILED"
        return Result(self.stage, outcome, seconds, self.child.log)


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    began = time.monotonic()
    try:
        bootstrap.ensure(dev=True)
        results = _run_all(options, _logs_folder())
    except KeyboardInterrupt:
        return 130
    except (bootstrap.BootstrapError, debian_packages.PackagesError, test_services.ServicesError) as problem:
        print(problem, file=sys.stderr)
        return 1
    _print_table(results, time.monotonic() - began)
    return 0 if results and all(result.outcome == "passed" for result in results) else 1


def _logs_folder() -> Path:
    """A folder for this run's output, as two people may test in one tree; old ones are removed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.iterdir():
        if time.time() - old.stat().st_mtime > LOGS_KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=time.strftime("%H%M%S-"), dir=LOGS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="Anything after -- goes to pytest, for example: -- -k witness -x"
    )
    parser.add_argument("--engine", choices=test_stages.ENGINES, help="default: both")
    parser.add_argument(
        "--only", action="append", choices=["checks", *test_stages.SUITES], default=[], help="repeat for more"
    )
    parser.add_argument("--one-at-a-time", action="store_true", help="no two stages beside each other")
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:cut])
    options.pytest = words[cut + 1 :]
    return options


def _run_all(options: argparse.Namespace, logs: Path) -> list[Result]:
    suites = [name for name in options.only if name != "checks"]
    engines = [options.engine] if options.engine else list(test_stages.ENGINES)
    has_checks, has_tests = not options.only or "checks" in options.only, not options.only or bool(suites)
    results = []
    with ThreadPoolExecutor(1) as beside, tempfile.TemporaryDirectory(prefix="clinic-checks-") as home:
        installed = beside.submit(debian_packages.ensure) if has_tests else None  # waits for the network meanwhile
        if has_checks:
            results += _run_lanes(_ordered(test_stages.check_lanes(Path(home)), options), logs)
        if installed:
            installed.result()
    if not has_tests:
        return results
    with test_services.services() as services:
        told = {engine: test_stages.engine_environment(engine, services) for engine in engines}
        lanes = test_stages.lanes(told, suites, options.pytest)
        results += _run_lanes(_ordered(lanes, options), logs)
    return results


def _ordered(lanes: list[list[Stage]], options: argparse.Namespace) -> list[list[Stage]]:
    return [list(chain(*lanes))] if options.one_at_a_time else lanes


def _run_lanes(stages: list[list[Stage]], logs: Path) -> list[Result]:
    lanes, results = [Lane(one, logs) for one in stages if one], []
    try:
        while not all(lane.done for lane in lanes):
            for lane in lanes:
                result = None if lane.done else lane.step()
                if result:
                    results.append(result)
                    _report(result)
            time.sleep(0.05)
    finally:
        for lane in lanes:
            lane.stop()
    return results


def _report(result: Result) -> None:
    if result.outcome != "passed":
        print(f"\n----- {result.stage.name}: {result.outcome}; the end of {result.log}")
        print(child_processes.last_lines(result.log, SHOWN_LINES))
        print("-----")
    print(f"  {result.outcome:<9}{result.stage.name} ({result.seconds:.0f} s)", flush=True)
    if result.outcome == "passed" and result.closing:
        print(result.closing, flush=True)


def _print_table(results: list[Result], seconds: float) -> None:
    width = max((len(result.stage.name) for result in results), default=10)
    print(f"\n{'stage':<{width}}  {'result':<9}  seconds")
    for result in results:
        print(f"{result.stage.name:<{width}}  {result.outcome:<9}  {result.seconds:7.1f}")
    failed = sum(result.outcome != "passed" for result in results)
    verdict = f"{failed} of {len(results)} stages failed" if failed else f"all {len(results)} stages passed"
    print(f"{'all together':<{width}}  {verdict}, {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
