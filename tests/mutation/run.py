"""Leaves out one check of a right at a time and sees whether a test notices: `make mutate` (R20).

Loaded as a pytest plugin (`-p tests.mutation.run`). First every test runs once and says which checks it passes; then,
for each check, a fork of this process switches it off and runs those tests, the quickest first, until one fails.
"""

import contextlib
import json
import os
import re
import sys
import time
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.mutation import points

points.install()
switch = points.switch

AT_ONCE = int(os.environ.get("MUTATION_PROCESSES", "2"))
SECONDS_EACH = 60
BROKEN = 70  # what a fork ends with when it could not even run its tests
REPORT = Path(os.environ.get("MUTATION_REPORT", ".build/mutation.json"))
ONLY = os.environ.get("MUTATION_ONLY", "")  # part of a file name
AGAIN = os.environ.get("MUTATION_AGAIN", "")  # an earlier report: its survivors alone


def pytest_collection_modifyitems(items):
    """Tests that commit, start programs or look at the source cannot say anything in a fork."""
    items[:] = [item for item in items if _in_process(item)]


def _in_process(item) -> bool:
    marker = item.get_closest_marker("django_db")
    commits = marker is not None and (marker.kwargs.get("transaction") or marker.args[:1] == (True,))
    fixtures = set(getattr(item, "fixturenames", ()))
    uses_database = marker is not None or "db" in fixtures
    if commits or fixtures & {"transactional_db", "live_server"} or item.get_closest_marker("worker"):
        return False
    return uses_database and "integration/scripts" not in item.nodeid


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    items = session.items
    _make_statements_anew()
    passed, refused, took = _look(items)
    wanted = [point for point in switch.points if ONLY in point.file and _is_wanted(point)]
    survivors, running, killed, by_source = [], {}, 0, 0
    for point in [*wanted, *[None] * AT_ONCE]:
        while running and (point is None or len(running) >= AT_ONCE):
            pid, code = os.wait()
            done = running.pop(pid)
            why = {0: "no test failed", BROKEN << 8: "the run itself broke"}.get(code)
            if code == 0 and is_noticed_in_source(done):
                why, by_source = None, by_source + 1
            killed += why is None
            if why:
                survivors.append((done, why))
                _say(f"SURVIVED {done} ({why})")
        if point is None:
            continue
        needed = refused[point.id]
        chosen = sorted(passed[point.id], key=lambda item: (item not in needed, took[item]))
        if not chosen and is_noticed_in_source(point):
            killed, by_source = killed + 1, by_source + 1
            continue
        if not chosen:
            survivors.append((point, "no test passes it"))
            _say(f"NOT REACHED {point}")
            continue
        running[_fork(point, chosen)] = point
    _say(f"{by_source} of these only by a sweep of the source")
    _report(wanted, killed, survivors, by_source)
    return True


def _is_wanted(point: points.Point) -> bool:
    """Lines move between two runs: a survivor is known by its file, kind and text."""
    return not AGAIN or _known(str(point)) in _earlier()


@cache
def _earlier() -> set[str]:
    return {_known(one["where"]) for one in json.loads(Path(AGAIN).read_text())["survivors"]}


def _known(where: str) -> str:
    return re.sub(r":\d+ ", " ", where, count=1)


def is_noticed_in_source(point: points.Point) -> bool:
    """Imported late: the sweeps need Django, which is not ready when this plugin loads."""
    from tests.mutation.sources import is_noticed_in_source as noticed

    return noticed(point)


def _look(items) -> tuple[dict, dict, dict]:
    """Run everything once: which tests pass a point, which are refused there, and how long each takes.

    Fixtures of the session stay.
    """
    passed, refused, took, failed = defaultdict(list), defaultdict(set), {}, []
    for place, item in enumerate(items):
        forget_statements()
        switch.passed, switch.refused, began = set(), set(), time.monotonic()
        after = items[(place + 1) % len(items)]
        reports = _run(item, after)
        took[item] = time.monotonic() - began
        if any(report.failed for report in reports):
            failed.append(item.nodeid)
            continue
        for point in switch.passed:
            passed[point].append(item)
        for point in switch.refused:
            refused[point].add(item)
        if place % 200 == 0:
            _say(f"looked at {place} of {len(items)} tests")
    _say(f"{len(items)} tests, {len(failed)} failed before anything was left out: {failed[:5]}")
    return passed, refused, took


def forget_statements() -> None:
    """Let every `Statement` be made anew: its SQL holds the scope as it was when it was made (decision 0012)."""
    _turn[0] += 1


_turn = [0]


def _make_statements_anew() -> None:
    from common.statements import Statement

    made = Statement._for_engine

    def anew(statement):
        if getattr(statement, "_turn", None) != _turn[0]:
            statement._compiled.clear()
            statement._turn = _turn[0]
        return made(statement)

    Statement._for_engine = anew


def _run(item, after) -> list:
    from _pytest.runner import runtestprotocol

    return runtestprotocol(item, log=False, nextitem=after)


def _fork(point: points.Point, chosen: list) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = BROKEN
    with contextlib.suppress(BaseException):
        os.setpgid(0, 0)
        until = time.monotonic() + SECONDS_EACH
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        switch.off = point.id
        forget_statements()
        for place, item in enumerate(chosen):
            if time.monotonic() > until:
                break  # nobody noticed in a minute
            after = chosen[(place + 1) % len(chosen)]
            if any(report.failed for report in _run(item, after)):
                os._exit(1)
        code = 0
    os._exit(code)


def _report(wanted: list, killed: int, survivors: list, by_source: int) -> None:
    share = 100 * killed / len(wanted) if wanted else 0
    told = {"points": len(wanted), "killed": killed, "score": round(share, 1), "by_source": by_source}
    told["survivors"] = [{"where": str(point), "why": why} for point, why in survivors]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(told, indent=1) + "\n")
    _say(f"{killed} of {len(wanted)} checks are missed when they are left out: {share:.1f} %")


def _say(text: str) -> None:
    print(text, file=sys.__stdout__, flush=True)
