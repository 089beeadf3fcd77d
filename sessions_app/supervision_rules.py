"""Decides whether enough people watch: patients for each monitor, and a prescriber in the house while a drug acts.

Numbers are the practice's own; the proposals stand in docs/clinical/sources_monitoring.md (KAP-SUP-*).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from common.clinical import Route

# The labelled use of esketamine needs a prescriber on site (KAP-SUP-ONSITE): no practice takes this route out.
ALWAYS_ON_SITE = frozenset({Route.ESK.value})
ROUTES = tuple(route.value for route in Route)
MOST_PER_MONITOR = 12
# So long "I am on site" is believed, unless the person leaves before (KAP-SUP-PRESENCE).
PRESENCE_HOLDS = timedelta(hours=12)


@dataclass(frozen=True)
class SupervisionLimits:
    """`per_monitor`: patients who are dosing or recovering for each monitor. A prescriber is on site for the routes."""

    per_monitor: int = 2
    on_site_routes: frozenset[str] = frozenset(ROUTES)
    version: int = 0


DEFAULTS = SupervisionLimits()


@dataclass(frozen=True)
class Watched:
    """One patient who is dosing or recovering, and the monitor named on the session."""

    route: str
    monitor_id: UUID | None
    monitor: str = ""


@dataclass(frozen=True)
class SupervisionWarning:
    """What is wrong in one sentence with what to do; no word about any patient."""

    code: str
    sentence: str
    source: str


def warnings(
    watched: Collection[Watched], *, has_prescriber_on_site: bool, limits: SupervisionLimits
) -> list[SupervisionWarning]:
    """Every warning, the missing prescriber first; exactly at the limit of a monitor is allowed."""
    return [*_on_site(watched, has_prescriber_on_site, limits), *_ratios(watched, limits)]


def _on_site(watched: Iterable[Watched], has_prescriber: bool, limits: SupervisionLimits):
    routes = [one.route for one in watched if one.route in limits.on_site_routes | ALWAYS_ON_SITE]
    if has_prescriber or not routes:
        return
    patients = "1 patient is" if len(routes) == 1 else f"{len(routes)} patients are"
    sentence = f"No prescriber is marked as on site while {patients} dosing or recovering. Call one in."
    yield SupervisionWarning("NO_PRESCRIBER_ON_SITE", sentence, "KAP-SUP-ONSITE")


def _ratios(watched: Iterable[Watched], limits: SupervisionLimits):
    numbers: dict[UUID, int] = {}
    names: dict[UUID, str] = {}
    for one in watched:
        if one.monitor_id is not None:
            numbers[one.monitor_id] = numbers.get(one.monitor_id, 0) + 1
            names[one.monitor_id] = one.monitor
    nobody = sum(one.monitor_id is None for one in watched)
    if nobody:
        sentence = f"{nobody} of the patients who are dosing or recovering {_has(nobody)} no monitor. Name one."
        yield SupervisionWarning("NO_MONITOR", sentence, "KAP-SUP-RATIO")
    for member, number in sorted(numbers.items(), key=lambda one: (-one[1], names[one[0]])):
        if number > limits.per_monitor:
            sentence = (
                f"{names[member]} monitors {number} patients who are dosing or recovering; "
                f"the limit is {limits.per_monitor}. Name another monitor."
            )
            yield SupervisionWarning(f"MONITOR_RATIO_{member}", sentence, "KAP-SUP-RATIO")


def _has(number: int) -> str:
    return "has" if number == 1 else "have"
