"""Real Celery workers with beat, on the embedded queue and on Redis: every due check-in once, whatever dies (F1, F2, F5)."""

import json
import os
import time
from collections import Counter

import pytest

from tests.journeys.stack import Stack, own_database

pytestmark = [pytest.mark.worker, pytest.mark.slow]

MAKE = """
import json
from django.utils import timezone
from tests.builders.followups import due_check_ins
made = due_check_ins({number}, timezone.now())
print(json.dumps([made[0].patient.practice_id.hex, [row.patient.email for row in made]]))
"""
LOOK = """
import json
from followups.models import CheckIn, OutboxMessage
from assessments.models import AssessmentSet
rows = OutboxMessage.objects.filter(practice_id="{practice}")
print(json.dumps({{
    "messages": dict(rows.values_list("check_in__patient__email", "state")),
    "sets": AssessmentSet.objects.filter(patient__practice_id="{practice}").count(),
    "sent": CheckIn.objects.filter(patient__practice_id="{practice}", state="sent").count(),
}}))
"""
LET_LEASES_END = """
from django.utils import timezone
from followups.models import OutboxMessage
OutboxMessage.objects.filter(state="claimed").update(claimed_until=timezone.now())
"""
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
    redis_url = os.environ.get("TEST_REDIS_URL", "") if request.param == "redis" else ""
    if request.param == "redis" and not redis_url:
        pytest.skip("TEST_REDIS_URL is not set")
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        clinic = Stack(database_url, redis_url)
        try:
            clinic.manage("make_keys")
            clinic.manage("migrate", "--no-input")
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


def wait_until(answer, seconds: float, stack):
    """The first true answer, and how long it took."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        found = answer()
        if found:
            return found, time.monotonic() - begun
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain; the worker wrote:\n{stack.log('worker')[-3000:]}")


def settled(stack, practice: str, number: int, allowed=("sent",)):
    """The state of every message once all are in one of the allowed states, else None."""
    found = shell(stack, LOOK.format(practice=practice))
    done = found["sent"] == number and len(found["messages"]) == number
    return found if done and set(found["messages"].values()) <= set(allowed) else None


def test_due_check_in_is_mailed_once(stack, record_property):
    practice, (address,) = shell(stack, MAKE.format(number=1))
    stack.start_worker()

    _, seconds = wait_until(lambda: mails_to(stack, [address]), 20, stack)
    record_property("seconds_from_worker_start_to_mail", round(seconds, 1))
    time.sleep(2.5)  # two more sweeps

    assert mails_to(stack, [address]) == {address: 1}
    assert settled(stack, practice, 1)["sets"] == 1


@pytest.mark.parametrize("pool", ["solo", "prefork"])
def test_killed_worker_loses_and_doubles_nothing(stack, pool, record_property):
    practice, addresses = shell(stack, MAKE.format(number=60))
    first = stack.start_worker(pool=pool)
    wait_until(lambda: sum(mails_to(stack, addresses).values()) >= 5, 20, stack)
    stack.end(first, force=True)
    after_kill = sum(mails_to(stack, addresses).values())

    stack.start_worker(name="second", pool=pool)
    wait_until(lambda: settled(stack, practice, 60, ("sent", "claimed")), 30, stack)
    shell(stack, LET_LEASES_END)
    found, _ = wait_until(lambda: settled(stack, practice, 60, ("sent", "ambiguous")), 20, stack)

    got, states = mails_to(stack, addresses), found["messages"]
    unclear = [address for address in addresses if states[address] == "ambiguous"]
    record_property("mails_before_kill", after_kill)
    record_property("unclear", len(unclear))
    assert found["sets"] == 60
    assert all(got[address] == 1 for address in addresses if address not in unclear)
    assert all(got[address] <= 1 for address in unclear)
    assert len(unclear) <= 2  # at most one for each process that was killed


def test_two_workers_with_two_beats_send_nothing_twice(stack, record_property):
    practice, addresses = shell(stack, MAKE.format(number=40))
    stack.start_worker()
    stack.start_worker(name="second")

    _, seconds = wait_until(lambda: len(mails_to(stack, addresses)) == 40, 20, stack)
    record_property("seconds_for_40", round(seconds, 1))
    time.sleep(2.5)

    assert set(mails_to(stack, addresses).values()) == {1}
    assert settled(stack, practice, 40)["sets"] == 40


def test_twenty_threads_open_one_check_in_once(stack):
    assert shell(stack, AT_ONCE) == [{"opened": 1, "refused": 19}, 1, 1]
