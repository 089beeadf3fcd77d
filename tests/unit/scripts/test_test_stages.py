"""`make test` gives each engine its own services and leaves no test out."""

import re
from pathlib import Path

import test_stages

TESTS = Path(__file__).resolve().parents[2]

SERVICES = {
    "DATABASE_URL": "postgresql://owner:x@127.0.0.1:5/clinic",
    "APP_DATABASE_URL": "postgresql://app:x@127.0.0.1:5/clinic",
    "REDIS_URL": "redis://:x@127.0.0.1:6/0",
    "CHROMIUM": "/usr/bin/chromium",
}


def _commands(only: list[str]) -> list[list[str]]:
    """What is run on one engine, the unit tests first."""
    environment = test_stages.engine_environment("sqlite", SERVICES)
    stages = [
        *test_stages.unit(environment, only, ["-x"]),
        *test_stages.lane("sqlite", environment, only, ["-x"]),
    ]
    return [stage.command for stage in stages]


def test_every_folder_with_tests_runs_by_default():
    folders = {f"tests/{path.relative_to(TESTS).parts[0]}" for path in TESTS.rglob("test_*.py")}
    unit, suite, journeys = _commands([])

    assert {word for word in (*unit, *suite, *journeys) if word.startswith("tests/")} == folders
    assert not [word for word in (*unit, *suite, *journeys) if word.startswith(("--ignore", "--deselect", "-k"))]


def test_sweeps_run_in_two_halves_and_both_do():
    environment = test_stages.engine_environment("sqlite", SERVICES)
    (once,) = test_stages.unit(environment, [], [])
    on_each_engine, _ = test_stages.lane("sqlite", environment, [], [])

    assert "tests/sweeps" in once.command
    assert "tests/sweeps" in on_each_engine.command
    assert (once.environment["SWEEPS"], on_each_engine.environment["SWEEPS"]) == ("code", "stored")


def test_a_part_runs_when_asked_for():
    unit, suite = _commands(["unit", "sweeps"])

    assert "tests/unit" in unit
    assert "tests/sweeps" in suite
    assert "tests/integration" not in suite


def test_journeys_alone_run_when_asked_for():
    (journeys,) = _commands(["journeys"])

    assert "tests/journeys" in journeys


def test_unit_tests_need_no_database():
    """They run once, not on each engine, so none may depend on one."""
    asking = re.compile(r"\b(django_db|transactional_db|db)\b[^=]")
    found = [path.name for path in (TESTS / "unit").rglob("*.py") if asking.search(path.read_text())]
    assert [name for name in found if name != Path(__file__).name] == []


def test_words_for_pytest_reach_it():
    assert all(command[-1] == "-x" for command in _commands([]))


def test_engines_share_neither_database_nor_redis_numbers():
    sqlite, postgresql = (test_stages.engine_environment(engine, SERVICES) for engine in test_stages.ENGINES)

    assert sqlite["DATABASE_URL"] == ""
    assert postgresql["DATABASE_URL"] == SERVICES["DATABASE_URL"]
    assert sqlite["TEST_REDIS_URL"] != postgresql["TEST_REDIS_URL"]
