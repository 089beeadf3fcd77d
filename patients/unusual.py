"""Which looks at charts somebody should ask about: own, a colleague's, a namesake's, same address, many; pure (R14)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from patients.person_rules import fold

MOST_AN_HOUR = 30
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Look:
    actor: UUID
    patient: UUID
    at: datetime


@dataclass(frozen=True)
class Worker:
    """Somebody who works here, by user id."""

    id: UUID
    full_name: str
    email: str

    @property
    def surname(self) -> str:
        return fold(self.full_name).rpartition(" ")[2]


@dataclass(frozen=True)
class Person:
    """A patient, as far as the rule compares."""

    id: UUID
    names: frozenset[str]
    family_name: str
    email: str
    address: str

    def is_(self, worker: Worker) -> bool:
        """The same person by e-mail or by the whole name (a title before it does not matter)."""
        if self.email and fold(self.email) == fold(worker.email):
            return True
        name = fold(worker.full_name)
        return any(name == own or name.endswith(f" {own}") for own in self.names)


@dataclass(frozen=True)
class Finding:
    actor: UUID
    patient: UUID | None
    pattern: str
    first_at: datetime
    charts: int = 1


def findings(looks: Iterable[Look], workers: dict[UUID, Worker], people: dict[UUID, Person]) -> list[Finding]:
    """Every pattern once for each worker and patient, at its first look; the strongest pattern of a pair."""
    ordered = sorted((look for look in looks if look.actor in workers), key=lambda look: look.at)
    first: dict[tuple[UUID, UUID], datetime] = {}
    for look in ordered:
        first.setdefault((look.actor, look.patient), look.at)
    homes = {worker.id: _homes(worker, people) for worker in workers.values()}
    found = []
    for (actor, patient), at in first.items():
        if pattern := _pattern(workers[actor], people.get(patient), workers, homes[actor]):
            found.append(Finding(actor, patient, pattern, at))
    return [*found, *_many(ordered)]


def _homes(worker: Worker, people: dict[UUID, Person]) -> set[str]:
    return {fold(person.address) for person in people.values() if person.address and person.is_(worker)}


def _pattern(worker: Worker, person: Person | None, workers: dict[UUID, Worker], homes: set[str]) -> str:
    if person is None:
        return ""
    if person.is_(worker):
        return "own"
    if any(person.is_(other) for other in workers.values()):
        return "colleague"
    if fold(person.family_name) == worker.surname:
        return "surname"
    return "address" if person.address and fold(person.address) in homes else ""


def _many(ordered: list[Look]) -> Iterator[Finding]:
    """More than 30 different charts within any hour, told once a worker."""
    by_actor: dict[UUID, list[Look]] = defaultdict(list)
    for look in ordered:
        by_actor[look.actor].append(look)
    for actor, looks in by_actor.items():
        start = 0
        for end, look in enumerate(looks):
            while look.at - looks[start].at >= HOUR:
                start += 1
            charts = len({one.patient for one in looks[start : end + 1]})
            if charts > MOST_AN_HOUR:
                yield Finding(actor, None, "many", looks[start].at, charts)
                break
