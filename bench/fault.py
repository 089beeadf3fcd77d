"""Hurts a clinic while it sends check-ins, and says whether its promises held: nothing lost, nothing doubled.

Started by `make fault`. Embedded (SQLite and a queue in folders) and server (PostgreSQL and Redis) are hurt in turn; a
program of our own stands for the provider of text messages and counts its calls. Ends with 1 when a promise is broken.
"""

import argparse
import contextlib
import os
import random
import secrets
import signal
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import child_processes
import debian_packages
import redis
import test_services

from bench.fault_rig import LET_PAUSES_END, Rig, moment, rig
from followups.schedule import slot_for

KINDS = ("kills", "queue", "outage", "dispatchers", "slow", "poison")
LONG = 300  # seconds that anything may take on a busy machine


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = _options()
    held = [_daylight_saving()] if "clock" in options.kinds else []
    for name in options.rigs:
        for kind in (kind for kind in KINDS if kind in options.kinds):
            if kind == "queue" and name == "embedded":
                continue  # folders on a disk do not go away
            with _services(name) as (database_url, broker):
                held.append(_one(name, kind, database_url, broker, options))
    _say(f"\n{'All promises held.' if all(held) else 'A promise was broken.'}")
    return 0 if all(held) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rigs", nargs="+", choices=["embedded", "server"], default=["embedded", "server"])
    parser.add_argument("--kinds", nargs="+", choices=["clock", *KINDS], default=["clock", *KINDS])
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120.0, help="of killing")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    return parser.parse_args()


class Broker:
    """A Redis of our own that may be killed, stopped and emptied; `url` is "" for the queue in folders."""

    def __init__(self, folder: Path | None = None):
        self.url, self.children = "", []
        if folder is not None:
            self.folder, self.port, self.password = folder, child_processes.free_port(), secrets.token_hex(16)
            self.url = f"redis://:{self.password}@127.0.0.1:{self.port}/0"
            self.start()

    def start(self) -> None:
        words = ["--bind", "127.0.0.1", "--port", str(self.port), "--requirepass", self.password, "--save", ""]
        command = [str(debian_packages.redis_program()), *words, "--dir", str(self.folder)]
        self.children = [child_processes.start("Redis", command, log=self.folder / "redis.log", cwd=self.folder)]
        while child_processes.is_free(self.port):
            time.sleep(0.05)

    def kill(self) -> None:
        for child in self.children:
            os.kill(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self.children = []

    def flush(self) -> None:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as server:
            server.flushall()


@contextlib.contextmanager
def _services(name: str) -> Iterator[tuple[str, Broker]]:
    if name == "embedded":
        yield "", Broker()
        return
    with test_services.services() as addresses, tempfile.TemporaryDirectory() as folder:
        os.environ["APP_DATABASE_URL"] = addresses["APP_DATABASE_URL"]
        broker = Broker(Path(folder))
        try:
            yield addresses["DATABASE_URL"], broker
        finally:
            broker.kill()


def _one(name: str, kind: str, database_url: str, broker: Broker, options) -> bool:
    _say(f"\n{name}, {kind} (seed {options.seed})")
    pace = {"MESSAGES_PER_MINUTE": "30"} if kind == "outage" else {}
    with rig(database_url, broker.url, options.seed, **pace) as clinic:
        try:
            return HURT[kind](clinic, broker, options)
        except Exception as problem:
            _say(f"  failed: {type(problem).__name__}: {problem}\n{clinic.stack.log('worker')[-2000:]}")
            return False


def _judge(clinic: Rig, also: bool = True, words: str = "") -> bool:
    found = clinic.tally()
    _say(f"  {found.words()}")
    for trouble in (*found.lost, *found.doubled):
        _say(f"  broken: {trouble}")
    if not also:
        _say(f"  broken: {words}")
    return found.holds and also


def _kills(clinic: Rig, broker: Broker, options) -> bool:
    """SIGKILL of workers and of their children at random while two workers send; then the provider tells its part."""
    clinic.make(options.messages)
    clinic.provider.slow_seconds = 0.3
    clinic.stack.start_web()
    for number in range(2):
        clinic.stack.start_worker(name=f"begin{number}", pool="prefork")
    end = time.monotonic() + options.seconds
    while time.monotonic() < end and not clinic.are_all("sent", "ambiguous"):
        time.sleep(clinic.rng.uniform(0.5, 2.0))
        clinic.kill_something()
    settled = clinic.settle(LONG)
    before = clinic.tally().unclear
    clinic.tell_what_was_taken()
    killed = ", ".join(f"{number} {name}" for name, number in clinic.kills.items())
    _say(f"  killed: {killed}; unclear {before}, after the provider's own word {clinic.tally().unclear}")
    return _judge(clinic, settled, "not everything was settled")


def _queue(clinic: Rig, broker: Broker, options) -> bool:
    """Redis emptied again and again, killed for ten seconds, and started empty, while two workers send."""
    clinic.make(options.messages)
    clinic.provider.slow_seconds = 0.1
    clinic.stack.start_web()
    for number in range(2):
        clinic.stack.start_worker(name=f"begin{number}", pool="prefork")
    clinic.wait(lambda: sum(clinic.calls().values()) > 5, LONG)
    for _ in range(10):
        broker.flush()
        time.sleep(0.5)
    broker.kill()
    answers = [_asked(clinic) for _ in range(20)]
    time.sleep(10)
    broker.start()
    settled = clinic.settle(LONG)
    _say(f"  while Redis was away: {sum(each is not None for each in answers)} of 20 pages answered")
    return _judge(clinic, settled and None not in answers, "not everything was settled, or pages did not answer")


def _outage(clinic: Rig, broker: Broker, options) -> bool:
    """Nothing ran for a day: two check-ins of each patient are due. One message each, at most 30 in any minute."""
    number = min(options.messages, 90)
    clinic.make(number)
    for due, closes, order in ((_ago(20), _ago(-4), "ASC"), (_ago(2), _ago(-22), "DESC")):
        clinic.stack.sql(_EARLIER.format(practice=clinic.practice, due=due, closes=closes, order=order))
    begun = time.monotonic()
    clinic.stack.start_worker(pool="prefork")
    settled = clinic.wait(lambda: clinic.are_all("sent"), 90 + 5 * number)
    times = sorted(moment(row[2]) for row in clinic.stack.sql(_SENT.format(practice=clinic.practice)) if row[2])
    peak = max(sum(start <= each < start + timedelta(minutes=1) for each in times) for start in times)
    _say(f"  drained in {time.monotonic() - begun:.0f} s, at most {peak} in a minute, {len(times)} messages")
    rows = len(clinic.stack.sql(_SENT.format(practice=clinic.practice)))
    also = settled and peak <= 30 and rows == number
    return _judge(clinic, also, "too many in a minute, more than one for a patient, or not all sent")


def _ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S.%f")


_EARLIER = """
UPDATE followups_checkin SET due_at = '{due}', closes_at = '{closes}' WHERE id IN (
    SELECT id FROM (
        SELECT c.id, row_number() OVER (PARTITION BY c.patient_id ORDER BY c.planned_at, c.label {order}) AS place
        FROM followups_checkin c JOIN patients_patient p ON p.id = c.patient_id
        WHERE p.practice_id = '{practice}' AND c.state = 'planned'
    ) numbered WHERE place = 1
)
"""
_SENT = """
SELECT c.patient_id, m.state, m.sent_at FROM followups_outboxmessage m JOIN followups_checkin c ON c.id = m.check_in_id
WHERE m.practice_id = '{practice}' AND m.state <> 'dropped'
"""


def _dispatchers(clinic: Rig, broker: Broker, options) -> bool:
    """Four workers, each with a beat of its own."""
    clinic.make(options.messages)
    for number in range(4):
        clinic.stack.start_worker(name=f"dispatcher{number}", pool="prefork")
    settled = clinic.wait(lambda: clinic.are_all("sent"), LONG)
    return _judge(clinic, settled, "not everything was sent")


def _slow(clinic: Rig, broker: Broker, options) -> bool:
    """The provider of texts answers nothing for a minute: few tries, pages as quick as before, mail goes on."""
    clinic.make(min(options.messages, 60))
    clinic.stack.start_web()
    quiet = [_asked(clinic) for _ in range(60)]
    clinic.provider.answers_to = dict.fromkeys((one for one in clinic.contacts if one.startswith("+")), "hang")
    clinic.provider.hang_seconds = 60
    clinic.stack.start_worker(pool="prefork")
    busy: list = []
    asking = threading.Thread(target=lambda: busy.extend(_asked(clinic, 0.2) for _ in range(200)))
    asking.start()
    mails = [one for one in clinic.contacts if "@" in one]
    mailed = clinic.wait(lambda: all(clinic.states().get(one) == "sent" for one in mails), LONG)
    asking.join()
    tries = len(clinic.provider.calls)
    paused = clinic.stack.sql("SELECT channel FROM followups_channelpause WHERE paused_until IS NOT NULL")
    degraded = urllib.request.urlopen(f"{clinic.stack.url}/readyz", timeout=10).read().decode()
    clinic.provider.answers_to = {}
    _say(f"  pages before p50 {_ms(quiet)}; meanwhile p50 {_ms(busy)}; {tries} tries in the first minute; {degraded}")
    for statement in LET_PAUSES_END:
        clinic.stack.sql(statement)
    settled = clinic.settle(LONG)
    also = mailed and settled and bool(paused) and tries <= 6 and "text provider" in degraded
    return _judge(clinic, also, "the channel was not paused, mail waited, or texts did not follow")


def _ms(seconds: list) -> str:
    known = sorted(each for each in seconds if each is not None)
    return f"{statistics.median(known) * 1000:.0f} ms, p95 {known[int(0.95 * len(known))] * 1000:.0f} ms"


def _asked(clinic: Rig, pause: float = 0.05) -> float | None:
    """Seconds until the sign-in page answered; None when it did not."""
    time.sleep(pause)
    begun = time.perf_counter()
    try:
        urllib.request.urlopen(f"{clinic.stack.url}/sign-in/", timeout=10).close()
    except OSError:
        return None
    return time.perf_counter() - begun


def _poison(clinic: Rig, broker: Broker, options) -> bool:
    """One address that no mail can be written to: parked after five tries, the others go out."""
    clinic.make(min(options.messages, 40))
    poison = next(one for one in clinic.contacts if "@" in one)
    clinic.stack.sql(f"UPDATE patients_patient SET email = 'two\nlines@x.invalid' WHERE email = '{poison}'")
    clinic.contacts.remove(poison)
    clinic.stack.start_worker(pool="prefork")

    def parked() -> bool:
        clinic.stack.sql(LET_PAUSES_END[1])
        return "failed" in clinic.states().values()

    found = clinic.wait(parked, LONG)
    others = clinic.wait(lambda: all(clinic.states().get(one) == "sent" for one in clinic.contacts), LONG)
    (tries,) = clinic.stack.sql("SELECT attempts FROM followups_outboxmessage WHERE state = 'failed'")
    _say(f"  parked after {tries[0]} tries; shown under Delivery unclear")
    return _judge(clinic, found and others and tries[0] == 5, "it was not parked, or others waited for it")


HURT = {
    "kills": _kills,
    "queue": _queue,
    "outage": _outage,
    "dispatchers": _dispatchers,
    "slow": _slow,
    "poison": _poison,
}


def _daylight_saving() -> bool:
    """Every zone that a patient may live in, a dose each day of two years: one contact each, none at night."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    night = skipped = doubled = 0
    latest = timedelta(0)
    for zone in zones:
        days = set()
        for day in range(730):
            dose_at = datetime(2026, 1, 1, 17, tzinfo=UTC) + timedelta(days=day)
            slot = slot_for(dose_at, 24, 6, 24, zone)
            local = slot.due_at.astimezone(ZoneInfo(zone))
            night += not 8 <= local.hour < 21
            doubled += slot.local_due[:10] in days
            days.add(slot.local_due[:10])
            skipped += slot.closes_at <= slot.due_at
            latest = max(latest, abs(slot.due_at - (dose_at + timedelta(hours=24))))
    found = f"{skipped} skipped, {doubled} doubled, {night} at night, at most {latest} from 24 hours"
    _say(f"clock: {len(zones)} zones, 730 days: {found}")
    return not (skipped or night or doubled)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
