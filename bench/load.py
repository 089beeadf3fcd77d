"""A load generator in plain Python: some processes with one connection each ask as fast as they get answers."""

import http.client
import json
import multiprocessing
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

ANSWERS = {f"q{number}": number % 2 for number in range(1, 9)} | {"q9": 0, "q10": 0}


@dataclass(frozen=True)
class Target:
    """Where to send what. `paths` are taken in turn; with `once` each is used a single time. `body` names a maker."""

    name: str
    port: int
    paths: tuple[str, ...]
    method: str = "GET"
    token: str = ""
    body: str = ""
    once: bool = False
    status: int = 200


@dataclass
class Answers:
    """What came back: seconds of each good answer, and how many were not what was expected."""

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0
    elapsed: float = 0.0
    sample: str = ""

    def merge(self, other: "Answers") -> None:
        self.seconds += other.seconds
        self.wrong += other.wrong
        self.elapsed += other.elapsed
        self.sample = self.sample or other.sample

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.elapsed if self.elapsed else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds below which this share of the answers lies."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


def drive(target: Target, seconds: float, clients: int, first: int = 0) -> Answers:
    """Ask `target` for so many seconds from so many processes; `first` skips paths that were used before."""
    context = multiprocessing.get_context("fork")
    running = []
    for place in range(clients):
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(theirs, target, seconds, first + place, clients), daemon=True)
        process.start()
        theirs.close()
        running.append((process, mine))
    total = Answers()
    for process, mine in running:
        total.merge(mine.recv())
        process.join()
    total.elapsed /= clients
    return total


def _work(pipe, *job) -> None:
    pipe.send(_ask(*job))
    pipe.close()


def _ask(target: Target, seconds: float, first: int, step: int) -> Answers:
    answers = Answers()
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
    started = time.perf_counter()
    for path in _paths(target, first, step):
        before = time.perf_counter()
        if before - started >= seconds:
            break
        status, text = _once(connection, target, path)
        if status == target.status:
            answers.seconds.append(time.perf_counter() - before)
        else:
            answers.wrong += 1
            answers.sample = answers.sample or f"{status}: {text[:300]}"
    answers.elapsed = time.perf_counter() - started
    connection.close()
    return answers


def _paths(target: Target, first: int, step: int) -> Iterator[str]:
    place = first
    while not target.once or place < len(target.paths):
        yield target.paths[place % len(target.paths)]
        place += step


def _once(connection: http.client.HTTPConnection, target: Target, path: str) -> tuple[int, str]:
    headers = {"Authorization": f"Token {target.token}"} if target.token else {}
    body = None
    if target.body:
        headers["Content-Type"] = "application/json"
        body = json.dumps(BODIES[target.body]())
    connection.request(target.method, path, body=body, headers=headers)
    response = connection.getresponse()
    return response.status, response.read().decode(errors="replace")


def _vitals() -> dict:
    return {"systolic_mmhg": 124, "diastolic_mmhg": 79, "heart_rate_bpm": 72, "spo2_pct": 98, "note": "Calm"}


BODIES = {
    "reading": lambda: {"id": str(uuid.uuid4()), **_vitals()},
    "answers": lambda: {"answers": ANSWERS},
}
