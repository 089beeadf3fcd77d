"""Workers killed at random while they send, a queue that is emptied: nothing lost, nothing doubled (F1, F2, F3, F5).

The short form of `make fault`: the embedded queue beside SQLite, Redis beside PostgreSQL.
"""

import os
import time

import pytest
import redis

from bench.fault_rig import rig
from tests.journeys.stack import own_database, own_redis

pytestmark = [pytest.mark.worker, pytest.mark.slow]
SECONDS, MESSAGES, KILLS = 90, 16, 3  # the first is a limit for busy machines


def test_random_kills_and_an_emptied_queue_lose_and_double_nothing():
    database = os.environ.get("DATABASE_URL", "")
    server = os.environ["TEST_REDIS_URL"] if database else ""
    with (
        own_database(database) as database_url,
        own_redis(server) as redis_url,
        rig(database_url, redis_url, seed=20260602) as clinic,
    ):
        clinic.provider.slow_seconds = 0.5
        clinic.make(MESSAGES)
        clinic.stack.start_worker(pool="prefork")
        assert clinic.wait(lambda: sum(clinic.calls().values()) >= 2, SECONDS)
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
