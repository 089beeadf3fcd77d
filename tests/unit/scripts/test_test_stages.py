"""`make test` gives each engine its own services and leaves no test out."""

import test_stages

SERVICES = {
    "DATABASE_URL": "postgresql://owner:x@127.0.0.1:5/clinic",
    "APP_DATABASE_URL": "postgresql://app:x@127.0.0.1:5/clinic",
    "REDIS_URL": "redis://:x@127.0.0.1:6/0",
    "CHROMIUM": "/usr/bin/chromium",
}


def _commands(only: list[str]) -> list[list[str]]:
    environment = test_stages.engine_environment("sqlite", SERVICES)
    stages = [make("sqlite", environment, only, ["-x"]) for make in (test_stages.tests, test_stages.journeys)]
    return [stage.command for made in stages for stage in made]


def test_everything_runs_by_default():
    suite, journeys = _commands([])

    assert "tests" in suite
    assert "--ignore=tests/journeys" in suite
    assert "tests/journeys" in journeys


def test_a_part_runs_when_asked_for():
    (suite,) = _commands(["unit", "sweeps"])

    assert {"tests/unit", "tests/sweeps"} <= set(suite)
    assert "tests/journeys" not in suite


def test_journeys_alone_run_when_asked_for():
    (journeys,) = _commands(["journeys"])

    assert "tests/journeys" in journeys


def test_words_for_pytest_reach_it():
    assert all(command[-1] == "-x" for command in _commands([]))


def test_engines_share_neither_database_nor_redis_numbers():
    sqlite, postgresql = (test_stages.engine_environment(engine, SERVICES) for engine in test_stages.ENGINES)

    assert sqlite["DATABASE_URL"] == ""
    assert postgresql["DATABASE_URL"] == SERVICES["DATABASE_URL"]
    assert sqlite["TEST_REDIS_URL"] != postgresql["TEST_REDIS_URL"]
