"""Sign of a giver who wastes a larger share of what is drawn than colleagues do with the same routes."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from dosing.diversion.facts import DoseFact, Facts
from dosing.diversion.findings import Finding, Pattern, ReportDay, identity

# All of these are proposals for a practice, to be confirmed by its compliance officer.
WINDOW = timedelta(days=30)  # PROPOSAL KAP-DIV-WASTE: what is compared, and once per such a stretch it is told
MIN_DOSES = 15  # PROPOSAL KAP-DIV-WASTE: fewer doses of a giver say nothing about a habit
MIN_COLLEAGUES = 2  # PROPOSAL KAP-DIV-WASTE: a median of fewer is no yardstick
MIN_ROUTE_DOSES = 5  # PROPOSAL KAP-DIV-WASTE: a route that colleagues gave less often is left out
MIN_EXCESS = 0.05  # PROPOSAL KAP-DIV-WASTE: 5 points of share more than usual
MIN_TIMES_USUAL = 1.5  # PROPOSAL KAP-DIV-WASTE: and half as much again
MIN_SCORE = 4.0  # PROPOSAL KAP-DIV-WASTE: standard errors; by chance about once in 30,000 comparisons
LEAST_HABIT = 0.01  # PROPOSAL KAP-DIV-WASTE: people differ by at least this much from one another
MAD_TO_DEVIATION = 1.4826  # of a normal law

Cells = dict[str, "Cell"]


@dataclass
class Cell:
    """Wasted shares of one giver's doses by one route: how many, their sum and the sum of their squares."""

    doses: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, share: float) -> None:
        self.doses += 1
        self.total += share
        self.squares += share * share


@dataclass(frozen=True)
class Comparison:
    """A giver's share wasted, what colleagues would waste with the same routes, and how far apart they are."""

    doses: int
    share: float
    usual: float
    score: float

    @property
    def stands_out(self) -> bool:
        """Rare by chance and also large enough to matter; exactly at a limit stands out."""
        excess = self.share - self.usual
        return self.score >= MIN_SCORE and excess >= MIN_EXCESS and self.share >= MIN_TIMES_USUAL * self.usual


def waste_ratio(facts: Facts, day: ReportDay) -> list[Finding]:
    """A giver's share of waste over 30 days stands out from colleagues' (KAP-DIV-WASTE).

    Needs two colleagues with 15 doses each; a smaller practice is not compared.
    """
    doses = facts.known_by(day.end).doses
    table = _by_giver_and_route(dose for dose in doses if dose.occurred_at >= day.end - WINDOW)
    found = []
    for giver, own in table.items():
        colleagues = [cells for other, cells in table.items() if other != giver and _doses(cells) >= MIN_DOSES]
        compared = _compare(own, colleagues)
        if compared is not None and compared.stands_out:
            found.append(_finding(giver, compared, day))
    return found


def _by_giver_and_route(doses: Iterable[DoseFact]) -> dict[Hashable, Cells]:
    table: dict[Hashable, Cells] = defaultdict(lambda: defaultdict(Cell))
    for dose in doses:
        if dose.drawn_mg > 0:
            table[dose.giver_id][dose.route].add(float(dose.wasted_mg) / float(dose.drawn_mg))
    return table


def _doses(cells: Cells) -> int:
    return sum(cell.doses for cell in cells.values())


def _compare(own: Cells, colleagues: list[Cells]) -> Comparison | None:
    """The giver against the median colleague, so that another who wastes much is no yardstick.

    How far honest habits lie apart is read from the colleagues below the median, as diversion only adds to waste.
    """
    usual = _usual_by_route(colleagues)
    own = {route: cell for route, cell in own.items() if route in usual}
    doses = _doses(own)
    compared = [_excess_and_spread(cells, usual) for cells in colleagues]
    compared = [pair for pair in compared if pair is not None]
    if doses < MIN_DOSES or len(compared) < MIN_COLLEAGUES:
        return None
    middle = median(excess for excess, _ in compared)
    habit = MAD_TO_DEVIATION * median([middle - excess for excess, _ in compared if excess < middle] or [0.0])
    spread = median(spread for _, spread in compared)
    excess, _ = _excess_and_spread(own, usual)
    error = math.hypot(spread / math.sqrt(doses), max(habit, LEAST_HABIT))
    share = sum(cell.total for cell in own.values()) / doses
    return Comparison(doses, share, max(0.0, share - excess + middle), (excess - middle) / error)


def _usual_by_route(colleagues: list[Cells]) -> dict[str, float]:
    pooled: Cells = defaultdict(Cell)
    for cells in colleagues:
        for route, cell in cells.items():
            pooled[route].doses += cell.doses
            pooled[route].total += cell.total
    return {route: cell.total / cell.doses for route, cell in pooled.items() if cell.doses >= MIN_ROUTE_DOSES}


def _excess_and_spread(cells: Cells, usual: dict[str, float]) -> tuple[float, float] | None:
    """The mean share above what is usual for the routes given, and the deviation of one dose from it."""
    known = [(usual[route], cell) for route, cell in cells.items() if route in usual]
    doses = sum(cell.doses for _, cell in known)
    if not doses:
        return None
    excess = sum(cell.total - mean * cell.doses for mean, cell in known) / doses
    squares = sum(cell.squares - 2 * mean * cell.total + mean * mean * cell.doses for mean, cell in known) / doses
    return excess, math.sqrt(max(0.0, squares - excess * excess))


def _finding(giver: Hashable, compared: Comparison, day: ReportDay) -> Finding:
    return Finding(
        pattern=Pattern.WASTE_RATIO,
        day_start=day.start,
        first_id=identity(Pattern.WASTE_RATIO, giver, day.stretch(WINDOW.days)),
        words=(
            f"In {WINDOW.days} days {compared.share:.0%} of a draw was wasted on average over {compared.doses} doses, "
            f"where colleagues waste {compared.usual:.0%} with the same routes."
        ),
        about_id=giver,
        count=compared.doses,
    )
