"""Real Celery workers with beat, on the embedded queue and on Redis: each check-in once, whatever dies (F1, F2, F5)."""

import json
import logging
import os
import time
from collections import Counter

import pytest
import redis

from tests.journeys.stack import Stack, own_database, own_redis

log = logging.getLogger("clinic.tests")  # shown by --log-cli-level=INFO

LIMIT_SECONDS = 60

pytestmark = [pytest.mark.worker, pytest.mark.slow]

MAKE = """
import json
from django.utils import timezone
from tests.builders.followups import due_check_ins
made = due_check_ins({number}, timezone.now())
print(json.dumps([made[0].patient.practice_id.hex, [row.patient.email for row in made]]))
"""
MESSAGES = """
SELECT p.email, m.state FROM followups_outboxmessage m
JOIN followups_checkin c ON c.id = m.check_in_id JOIN patients_patient p ON p.id = c.patient_id
WHERE m.practice_id = '{practice}'
"""
SETS = """
SELECT count(*) FROM assessments_assessmentset s JOIN patients_patient p ON p.id = s.patient_id
WHERE p.practice_id = '{practice}'
"""
LET_LEASES_END = "UPDATE followups_outboxmessage SET claimed_until = created_at WHERE state = 'claimed'"
AT_ONCE = """
import json
from django.utils import timezone
from accounts.actor import system_actor
from assessments.models import AssessmentSet
from followups.models import OutboxMessage
from tests.builders.followups import due_check_ins, open_at_once
(row,) = due_check_ins(1, timezone.now())
counted = open_at_once(row, system_actor("follow-ups", row.patient.practice_id), 20)
sets = AssessmentSet.objects.filter(patient=row.patient_id).count()
print(json.dumps([counted, sets, OutboxMessage.objects.filter(check_in=row).count()]))
"""


@pytest.fixture(scope="module", params=["embedded", "redis"])
def stack(request):
    """A migrated clinic without a web server; every test starts and ends its own workers."""
    server = os.environ.get("TEST_REDIS_URL", "") if request.param == "redis" else ""
    if request.param == "redis" and not server:
        pytest.fail("Set TEST_REDIS_URL; scripts/test_services.py starts a Redis and sets it.")
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url, own_redis(server) as redis_url:
        clinic = Stack(database_url, redis_url)
        try:
            clinic.prepare()
            yield clinic
        finally:
            clinic.stop()


@pytest.fixture(autouse=True)
def _own_workers(stack):
    yield
    for child in list(stack.children):
        stack.end(child, force=True)


def shell(stack, code: str):
    words = stack.manage("shell", "--no-imports", "-c", code).strip().splitlines()
    return json.loads(words[-1]) if words else None


def mails_to(stack, addresses) -> Counter:
    return Counter(to for mail in stack.mails() for to in addresses if str(mail["To"]) == to)


def sent_so_far(stack) -> int:
    """How many mails there are at all; cheaper than reading them."""
    return len(list((stack.home / "mail").glob("*.eml")))


def wait_until(answer, stack):
    """The first true answer, and how long it took; the limit is far above what a busy machine needs."""
    begun = time.monotonic()
    while time.monotonic() < begun + LIMIT_SECONDS:
        found = answer()
        if found:
            return found, time.monotonic() - begun
        time.sleep(0.1)
    raise AssertionError(f"waited {LIMIT_SECONDS} s in vain; the worker wrote:\n{stack.log('worker')[-3000:]}")


def messages(stack, practice: str) -> dict[str, str]:
    return dict(stack.sql(MESSAGES.format(practice=practice)))


def settled(stack, practice: str, number: int, *allowed: str) -> dict[str, str] | None:
    """The state of every message once all are in one of the allowed states, else None."""
    states = messages(stack, practice)
    return states if len(states) == number and set(states.values()) <= set(allowed) else None


def sets_given(stack, practice: str) -> int:
    return stack.sql(SETS.format(practice=practice))[0][0]


def test_due_check_in_is_mailed_once(stack):
    practice, (address,) = shell(stack, MAKE.format(number=1))
    stack.start_worker()

    _, seconds = wait_until(lambda: mails_to(stack, [address]), stack)
    log.info("%.1f s from the start of the worker to the mail", seconds)
    time.sleep(2.5)  # two more sweeps

    assert mails_to(stack, [address]) == {address: 1}
    assert messages(stack, practice) == {address: "sent"}
    assert sets_given(stack, practice) == 1


@pytest.mark.parametrize("pool", ["solo", "prefork"])
def test_killed_worker_loses_and_doubles_nothing(stack, pool):
    practice, addresses = shell(stack, MAKE.format(number=40))
    before = sent_so_far(stack)
    first = stack.start_worker(pool=pool)
    wait_until(lambda: sent_so_far(stack) >= before + 5, stack)
    stack.end(first, force=True)
    after_kill = sum(mails_to(stack, addresses).values())

    stack.start_worker(name="second", pool=pool)
    wait_until(lambda: settled(stack, practice, 40, "sent", "claimed"), stack)
    stack.sql(LET_LEASES_END)
    states, _ = wait_until(lambda: settled(stack, practice, 40, "sent", "ambiguous"), stack)

    got = mails_to(stack, addresses)
    unclear = [address for address in addresses if states[address] == "ambiguous"]
    log.info("killed after %s mails, %s unclear, %s mails in all", after_kill, len(unclear), sum(got.values()))
    assert sets_given(stack, practice) == 40
    assert all(got[address] == 1 for address in addresses if address not in unclear)
    assert all(got[address] <= 1 for address in unclear)
    assert len(unclear) <= 2  # at most one for each process that was killed


def test_two_workers_with_two_beats_send_nothing_twice(stack):
    practice, addresses = shell(stack, MAKE.format(number=40))
    before = sent_so_far(stack)
    stack.start_worker()
    stack.start_worker(name="second")

    _, seconds = wait_until(lambda: sent_so_far(stack) >= before + 40, stack)
    log.info("%.1f s from the start of the workers to the last of 40 mails", seconds)
    time.sleep(2.5)

    assert set(mails_to(stack, addresses).values()) == {1}
    assert sets_given(stack, practice) == 40


def test_twenty_threads_open_one_check_in_once(stack):
    assert shell(stack, AT_ONCE) == [{"opened": 1, "refused": 19}, 1, 1]


def test_two_clinics_take_different_parts_of_one_redis():
    """Else the workers of one take the tasks of the other, and its mails wait for the sweep after."""
    server = os.environ["TEST_REDIS_URL"]
    with own_redis(server) as first, own_redis(server) as second:
        with redis.Redis.from_url(first) as part:
            part.set("task", "1")
        with redis.Redis.from_url(second) as part:
            assert part.get("task") is None
    with redis.Redis.from_url(first) as part:
        assert part.get("task") is None
