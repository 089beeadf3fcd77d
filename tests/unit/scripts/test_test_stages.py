"""`make test` gives each engine its own services and leaves no test out."""

import re
from pathlib import Path

import pytest
import test_stages

TESTS = Path(__file__).resolve().parents[2]

SERVICES = {
    "DATABASE_URL": "postgresql://owner:x@127.0.0.1:5/clinic",
    "APP_DATABASE_URL": "postgresql://app:x@127.0.0.1:5/clinic",
    "REDIS_URL": "redis://:x@127.0.0.1:6/0",
    "CHROMIUM": "/usr/bin/chromium",
    "WINDOWLESS_CHROMIUM": "/usr/bin/chromium-headless-shell",
}


def _stages(only: list[str], engines=test_stages.ENGINES) -> list:
    environments = {engine: test_stages.engine_environment(engine, SERVICES) for engine in engines}
    return [stage for lane in test_stages.lanes(environments, only, ["-x"]) for stage in lane]


def _commands(only: list[str]) -> list[list[str]]:
    return [stage.command for stage in _stages(only)]


@pytest.mark.parametrize("engines", [("sqlite",), ("postgresql",), ("sqlite", "postgresql")])
def test_every_folder_with_tests_runs_by_default_on_each_engine(engines):
    folders = {f"tests/{path.relative_to(TESTS).parts[0]}" for path in TESTS.rglob("test_*.py")}
    stages = _stages([], engines)
    ran = {(stage.name.partition(":")[0], word) for stage in stages for word in stage.command if word in folders}

    wanted = {(engine, folder) for engine in engines for folder in folders - {"tests/unit"}}
    assert ran == wanted | {("unit", "tests/unit"), ("unit", "tests/sweeps")}
    words = [word for stage in stages for word in stage.command]
    assert not [word for word in words if word.startswith(("--ignore", "--deselect", "-k"))]


def test_sweeps_run_in_two_halves_and_both_do():
    halves = {stage.name: stage.environment.get("SWEEPS") for stage in _stages([]) if "tests/sweeps" in stage.command}
    assert halves == {"sqlite: tests": "stored", "postgresql: tests": "stored", "unit": "code"}


def test_a_part_runs_when_asked_for():
    words = {word for command in _commands(["unit", "sweeps"]) for word in command if word.startswith("tests/")}
    assert words == {"tests/unit", "tests/sweeps"}


def test_journeys_alone_run_when_asked_for():
    assert all("tests/journeys" in command for command in _commands(["journeys"]))
    assert len(_commands(["journeys"])) == 2


def test_unit_tests_need_no_database():
    """They run once, not on each engine, so none may depend on one."""
    asking = re.compile(r"\b(django_db|transactional_db|db)\b[^=]")
    found = [path.name for path in (TESTS / "unit").rglob("*.py") if asking.search(path.read_text())]
    assert [name for name in found if name != Path(__file__).name] == []


def test_words_for_pytest_reach_it():
    assert all(command[-1] == "-x" for command in _commands([]))


def test_engines_share_no_database():
    sqlite, postgresql = (test_stages.engine_environment(engine, SERVICES) for engine in test_stages.ENGINES)

    assert sqlite["DATABASE_URL"] == ""
    assert postgresql["DATABASE_URL"] == SERVICES["DATABASE_URL"]
