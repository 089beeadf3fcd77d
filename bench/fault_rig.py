"""A clinic whose worker is hurt while it sends, with a provider of text messages beside it that counts every call.

Used by `make fault` and, with few messages, by tests/integration/followups/test_faults.py.
"""

import contextlib
import json
import os
import random
import signal
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from followups.twilio import signature_of
from tests.builders.text_provider import TOKEN, TextProvider
from tests.journeys.stack import Stack

MAKE = """
import json
from django.utils import timezone
from tests.builders.followups import due_check_ins
made = due_check_ins({number}, timezone.now(), texted={texted})
print(json.dumps([made[0].patient.practice_id.hex, [row.patient.mobile or row.patient.email for row in made]]))
"""
MESSAGES = """
SELECT CASE WHEN p.mobile = '' THEN p.email ELSE p.mobile END, m.state, m.sent_at, c.due_at
FROM followups_outboxmessage m JOIN followups_checkin c ON c.id = m.check_in_id
JOIN patients_patient p ON p.id = c.patient_id WHERE m.practice_id = '{practice}'
"""
LET_LEASES_END = "UPDATE followups_outboxmessage SET claimed_until = created_at WHERE state = 'claimed'"
LET_PAUSES_END = (
    "UPDATE followups_channelpause SET paused_until = failing_since WHERE paused_until IS NOT NULL",
    "UPDATE followups_outboxmessage SET next_try_at = created_at WHERE state = 'pending'",
)


@dataclass
class Tally:
    """What became of the messages of one run. `lateness` are seconds from due to sent."""

    due: int = 0
    sent: int = 0
    unclear: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    repeated_calls: int = 0
    lateness: list[float] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.lost and not self.doubled

    def words(self) -> str:
        late = sorted(self.lateness) or [0.0]
        p50, p95 = (late[min(len(late) - 1, int(share * len(late)))] for share in (0.5, 0.95))
        return (
            f"due {self.due}, sent {self.sent}, unclear {self.unclear}, lost {len(self.lost)}, "
            f"duplicate effects {len(self.doubled)}, repeated provider calls {self.repeated_calls}, "
            f"lateness p50 {p50:.1f} s, p95 {p95:.1f} s, max {late[-1]:.1f} s"
        )


class Rig:
    """One clinic and its due check-ins: half by text, half by mail."""

    def __init__(self, stack: Stack, provider: TextProvider, seed: int):
        self.stack, self.provider = stack, provider
        self.rng = random.Random(seed)  # noqa: S311  (which process is killed when)
        self.practice, self.contacts = "", []
        self.kills = Counter()

    def make(self, number: int) -> None:
        """Check-ins that are due now; those of earlier runs are not counted any more."""
        words = self.stack.manage("shell", "--no-imports", "-c", MAKE.format(number=number, texted=number // 2))
        self.practice, self.contacts = json.loads(words.strip().splitlines()[-1])

    def states(self) -> dict[str, str]:
        return {row[0]: row[1] for row in self.stack.sql(MESSAGES.format(practice=self.practice))}

    def are_all(self, *allowed: str) -> bool:
        states = self.states()
        return len(states) == len(self.contacts) and set(states.values()) <= set(allowed)

    def wait(self, done, seconds: float, meanwhile=lambda: None) -> bool:
        """Until `done()`; whether it came in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if done():
                return True
            meanwhile()
            time.sleep(0.1)
        return done()

    def kill_something(self) -> None:
        """SIGKILL of a worker with everything it started, then a new one; or of one of its children alone."""
        worker = self.rng.choice([child for child in self.stack.children if child.args[0].endswith("celery")])
        children = children_of(worker.pid)
        if children and self.rng.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.rng.choice(children), signal.SIGKILL)
            self.kills["child"] += 1
            return
        self.stack.end(worker, force=True)
        self.kills["worker"] += 1
        self.stack.start_worker(name=f"worker{sum(self.kills.values())}", pool="prefork")

    def settle(self, seconds: float) -> bool:
        """Let leases end as if two minutes had passed, and wait until nothing is on its way."""
        self.wait(lambda: self.are_all("sent", "ambiguous", "claimed", "failed"), seconds)
        self.stack.sql(LET_LEASES_END)
        return self.wait(lambda: self.are_all("sent", "ambiguous", "failed"), seconds)

    def tell_what_was_taken(self) -> None:
        """The provider calls back about every message it took, as it does for itself."""
        for call in list(self.provider.calls):
            url = call["StatusCallback"]
            form = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": call["To"]}
            headers = {"X-Twilio-Signature": signature_of(TOKEN, url, form)}
            here = f"{self.stack.url}{urlsplit(url).path}"
            request = urllib.request.Request(here, urlencode(form).encode(), headers)
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(request, timeout=10).close()

    def calls(self) -> Counter:
        """How often each contact was written to, by whatever way."""
        mails = Counter(str(mail["To"]) for mail in self.stack.mails())
        return mails + self.provider.calls_by_number()

    def tally(self) -> Tally:
        """Lost: never settled, or called sent though nothing went out. Doubled: two messages for one check-in."""
        calls, found = self.calls(), Tally(due=len(self.contacts))
        rows = {row[0]: row[1:] for row in self.stack.sql(MESSAGES.format(practice=self.practice))}
        for contact in self.contacts:
            state, sent_at, due_at = rows.get(contact, ("none", None, None))
            found.sent += state == "sent"
            found.unclear += state == "ambiguous"
            found.repeated_calls += max(0, calls[contact] - 1)
            if state not in ("sent", "ambiguous") or (state == "sent" and not calls[contact]):
                found.lost.append(f"{state}, {calls[contact]} calls")
            if calls[contact] > 1:
                found.doubled.append(f"{state}, {calls[contact]} calls")
            if state == "sent" and sent_at:
                found.lateness.append((moment(sent_at) - moment(due_at)).total_seconds())
        return found


def moment(told: str | datetime) -> datetime:
    """A time as either engine tells it."""
    return datetime.fromisoformat(told) if isinstance(told, str) else told


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []


@contextlib.contextmanager
def _place_for_what_is_made_once():
    """In a run of the tests there is one; a measurement makes its own."""
    if "CLINIC_TEST_HOME" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="clinic-rig-") as folder:
        os.environ["CLINIC_TEST_HOME"] = folder
        try:
            yield
        finally:
            del os.environ["CLINIC_TEST_HOME"]


@contextlib.contextmanager
def rig(database_url: str, redis_url: str, seed: int, **environment: str):
    """A prepared clinic, without web server and worker, that is removed afterwards."""
    with TextProvider() as provider, _place_for_what_is_made_once():
        stack = Stack(database_url, redis_url)
        stack.environment |= provider.environment | environment
        try:
            stack.prepare()
            yield Rig(stack, provider, seed)
        finally:
            stack.stop()
