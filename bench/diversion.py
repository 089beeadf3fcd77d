"""How much the diversion watch finds and how often it cries wolf: `python -m bench.diversion --seeds 1 2 3 4 5`.

Builds a made-up year, plants ten kinds of diversion, reads one daily report after the other as a compliance officer
would, and compares. Needs neither Django nor a database. Ends with 1 when a target is missed.
"""

import argparse
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from bench.diversion_planted import Case, plant
from bench.diversion_year import DAYS, FIRST_DAY, honest_year, midnight
from dosing.diversion import HISTORY_DAYS, Facts, Finding, Pattern, ReportDay, watch

CASES = 20
LEAST_RECALL = 0.95
MOST_FALSE_PER_1000 = 5.0


@dataclass(frozen=True)
class Line:
    """What the reports of the year said about one kind of diversion."""

    planted: int
    found: int
    false_alerts: int
    days_to_find: float

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0


@dataclass(frozen=True)
class Result:
    seed: int
    doses: int
    lines: dict[Pattern, Line]
    seconds: float

    @property
    def recall(self) -> float:
        planted = sum(line.planted for line in self.lines.values())
        return sum(line.found for line in self.lines.values()) / planted if planted else 1.0

    @property
    def false_per_1000(self) -> float:
        return 1000 * sum(line.false_alerts for line in self.lines.values()) / self.doses

    @property
    def is_within(self) -> bool:
        return self.recall >= LEAST_RECALL and self.false_per_1000 <= MOST_FALSE_PER_1000


def run(seed: int, cases: int = CASES) -> Result:
    """One year with `cases` of each kind."""
    year = honest_year(seed)
    planted = plant(year, cases)
    facts = year.facts()
    began = time.perf_counter()
    findings = list(told(facts))
    return Result(seed, len(facts.doses), _lines(findings, planted), time.perf_counter() - began)


def told(facts: Facts) -> Iterator[Finding]:
    """The findings of one daily report after the other, each told once."""
    timeline, known = Timeline(facts), set()
    for number in range(DAYS):
        first = FIRST_DAY + timedelta(days=number)
        day = ReportDay(midnight(first), midnight(first + timedelta(days=1)))
        for finding in watch(timeline.until(day), day):
            if finding.first_id not in known:
                known.add(finding.first_id)
                yield finding


class Timeline:
    """The facts in the order in which they were recorded, so that one day's window is a slice."""

    RECORDED = {
        "doses": "recorded_at",
        "wastes": "recorded_at",
        "corrections": "occurred_at",
        "access": "at",
        "audit": "at",
    }

    def __init__(self, facts: Facts):
        self.rows = {}
        for name, when in self.RECORDED.items():
            rows = sorted(getattr(facts, name), key=lambda row, when=when: getattr(row, when))
            self.rows[name] = ([getattr(row, when) for row in rows], rows)

    def until(self, day: ReportDay) -> Facts:
        since = day.start - timedelta(days=HISTORY_DAYS)
        return Facts(**{name: _between(*pair, since, day.end) for name, pair in self.rows.items()})


def _between(times: list, rows: list, since, until) -> list:
    return rows[bisect_left(times, since) : bisect_left(times, until)]


def _lines(findings: list[Finding], planted: list[Case]) -> dict[Pattern, Line]:
    false_alerts = dict.fromkeys(Pattern, 0)
    for finding in findings:
        matching = [case for case in planted if case.is_found_by(finding)]
        if not matching:
            false_alerts[finding.pattern] += 1
        for case in matching:
            case.found_on = case.found_on or finding.day_start.date()
    return {pattern: _line(pattern, planted, false_alerts[pattern]) for pattern in Pattern}


def _line(pattern: Pattern, planted: list[Case], false_alerts: int) -> Line:
    cases = [case for case in planted if case.pattern is pattern]
    waits = [(case.found_on - case.first).days for case in cases if case.found_on]
    return Line(len(cases), len(waits), false_alerts, median(waits) if waits else 0)


def table(result: Result) -> str:
    head = f"seed {result.seed}: {result.doses} doses, {result.seconds:.1f} s"
    rows = [f"{'':24}{'planted':>8}{'found':>8}{'recall':>8}{'false':>8}{'days to find':>14}"]
    for pattern, line in result.lines.items():
        numbers = f"{line.planted:8}{line.found:8}{line.recall:8.0%}{line.false_alerts:8}{line.days_to_find:14.0f}"
        rows.append(f"{pattern.value:24}{numbers}")
    verdict = "within" if result.is_within else "MISSED"
    total = f"recall {result.recall:.1%}, false alerts per 1,000 doses {result.false_per_1000:.2f}: {verdict}"
    return "\n".join([head, *rows, total, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--cases", type=int, default=CASES, help="of each kind; 0 for an honest year")
    options = parser.parse_args()
    results = []
    for seed in options.seeds:
        results.append(run(seed, options.cases))
        sys.stdout.write(table(results[-1]) + "\n")
        sys.stdout.flush()
    return 0 if all(result.is_within for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
