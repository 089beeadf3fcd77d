"""Workers killed at random while they send, a queue that is emptied: nothing lost, nothing doubled (F1, F2, F3, F5).

The short form of `make fault`.
"""

import os
import time

import pytest
import redis

from bench.fault_rig import rig
from tests.journeys.stack import own_database, own_redis

pytestmark = [pytest.mark.worker, pytest.mark.slow]
SECONDS, MESSAGES, KILLS = 60, 24, 6


@pytest.mark.parametrize("queue", ["embedded", "redis"])
def test_random_kills_and_an_emptied_queue_lose_and_double_nothing(queue):
    server = os.environ.get("TEST_REDIS_URL", "") if queue == "redis" else ""
    if queue == "redis" and not server:
        pytest.fail("Set TEST_REDIS_URL; scripts/test_services.py starts a Redis and sets it.")
    with (
        own_database(os.environ.get("DATABASE_URL", "")) as database_url,
        own_redis(server) as redis_url,
        rig(database_url, redis_url, seed=20260602) as clinic,
    ):
        clinic.provider.slow_seconds = 0.2
        clinic.make(MESSAGES)
        clinic.stack.start_web()
        for name in ("first", "second"):
            clinic.stack.start_worker(name=name, pool="prefork")
        clinic.wait(lambda: sum(clinic.calls().values()) >= 3, SECONDS)
        for _ in range(KILLS):
            clinic.kill_something()
            if server:
                with redis.Redis.from_url(redis_url) as part:
                    part.flushdb()
            time.sleep(clinic.rng.uniform(0.5, 1.5))
        assert clinic.settle(SECONDS), clinic.states()

        found = clinic.tally()
        assert found.holds, (found.lost, found.doubled, clinic.kills)
        assert found.repeated_calls == 0
        assert found.unclear <= 2 * sum(clinic.kills.values())

        clinic.tell_what_was_taken()
        texts, calls = {c for c in clinic.contacts if c.startswith("+")}, clinic.calls()
        unclear = {contact for contact, state in clinic.states().items() if state == "ambiguous"}
        assert not {contact for contact in unclear & texts if calls[contact]}  # the provider's word settled them
