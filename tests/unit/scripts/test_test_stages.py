"""`make test` gives each engine its own services and leaves no test out."""

import pytest
import test_stages

SERVICES = {
    "DATABASE_URL": "postgresql://owner:x@127.0.0.1:5/clinic",
    "APP_DATABASE_URL": "postgresql://app:x@127.0.0.1:5/clinic",
    "REDIS_URL": "redis://:x@127.0.0.1:6/0",
    "CHROMIUM": "/usr/bin/chromium",
}


def _commands(engine: str, only: list[str]) -> list[list[str]]:
    return [stage.command for stage in test_stages.test_runs(engine, SERVICES, only, [])]


@pytest.mark.parametrize("engine", test_stages.ENGINES)
def test_everything_runs_by_default(engine):
    suite, journeys = _commands(engine, [])

    assert "tests" in suite
    assert "--ignore=tests/journeys" in suite
    assert "tests/journeys" in journeys


def test_a_part_runs_when_asked_for():
    (only,) = _commands("sqlite", ["unit", "sweeps"])

    assert "tests/unit" in only
    assert "tests/sweeps" in only
    assert "tests/journeys" not in only


def test_engines_share_neither_database_nor_redis_numbers():
    sqlite = test_stages.test_runs("sqlite", SERVICES, [], [])[0].environment
    postgresql = test_stages.test_runs("postgresql", SERVICES, [], [])[0].environment

    assert sqlite["DATABASE_URL"] == ""
    assert postgresql["DATABASE_URL"] == SERVICES["DATABASE_URL"]
    assert sqlite["TEST_REDIS_URL"] != postgresql["TEST_REDIS_URL"]
