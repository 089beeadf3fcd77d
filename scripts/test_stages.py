"""Which checks and test runs make up `make test`, and what each is told about its database."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap import PYTHON, REPOSITORY

ENGINES = ("sqlite", "postgresql")
UNIT, SWEEPS, JOURNEYS = "unit", "sweeps", "journeys"
SLOWEST_CHECK = "secrets"
ENGINE_SUITES = ("integration", SWEEPS)
SUITES = (UNIT, *ENGINE_SUITES, JOURNEYS)
# Three lanes share the cores; on two of them a second process of a lane would only make its rows again.
PROCESSES = max(1, (os.cpu_count() or 1) // 2)


@dataclass(frozen=True)
class Stage:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    is_pytest: bool = False

    @property
    def file_name(self) -> str:
        return self.name.replace(" ", "-").replace(":", "")


def checks(home: Path) -> list[Stage]:
    """What can be said without running a test: style, templates, types, migrations, deployment settings."""
    templates = sorted(str(path) for path in _templates())
    one_machine = {"CLINIC_HOME": str(home), "CLINIC_ONE_MACHINE": "1"}
    python = str(PYTHON)
    stages = [
        Stage("code style", [python, "-m", "ruff", "check", "."]),
        Stage("code format", [python, "-m", "ruff", "format", "--check", "."]),
        Stage(SLOWEST_CHECK, [python, "scripts/scan_secrets.py"]),
        Stage("types", [python, "-m", "mypy"], one_machine),
        Stage("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"], one_machine),
        Stage(
            "deployment",
            [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            _deployed(home),
        ),
    ]
    if templates:
        djade = [str(PYTHON.parent / "djade"), "--check", "--target-version", "5.2"]
        stages.append(Stage("template format", [*djade, *templates]))
        stages.append(Stage("template lint", [python, "-m", "djlint", "--lint", "--quiet", *templates]))
    return stages


def check_lanes(home: Path) -> list[list[Stage]]:
    """The checks, so that the one that reads the whole history runs beside the others."""
    stages = checks(home)
    return [[stage for stage in stages if (stage.name == SLOWEST_CHECK) is alone] for alone in (True, False)]


def _templates() -> list[Path]:
    places = [REPOSITORY / "templates", *REPOSITORY.glob("*/templates")]
    return [path for place in places for path in place.rglob("*.html")]


def _deployed(home: Path) -> dict[str, str]:
    """Settings as behind a TLS proxy, with keys that open nothing."""
    keys = {name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "ANCHOR_KEY")}
    keys |= {name: f"k1:{secrets.token_urlsafe(48)}" for name in ("FIELD_KEYS", "NOTE_KEYS")}
    address = {"ALLOWED_HOSTS": "clinic.example", "PUBLIC_URL": "https://clinic.example"}
    return {"CLINIC_HOME": str(home), "CLINIC_ONE_MACHINE": "", "BEHIND_TLS_PROXY": "1"} | keys | address


def unit(environment: dict[str, str], only: list[str], extra: list[str]) -> list[Stage]:
    """The pure rules, and the sweeps that read the code, once: pytest-django lets no test touch a database that does
    not ask for one, and none of these does."""
    folders = [f"tests/{suite}" for suite in (UNIT, SWEEPS) if not only or suite in only]
    if not folders:
        return []
    return [_pytest(UNIT, [*folders, *extra], {**environment, "SWEEPS": "code"})]


def lanes(environments: dict[str, dict[str, str]], only: list[str], extra: list[str]) -> list[list[Stage]]:
    """What runs beside each other, each lane's stages one after the other, so that all end at about the same time.

    Often one waits: for a worker's next sweep, for a page, for the database server.
    """
    made = [stored(engine, environment, only, extra) for engine, environment in environments.items()]
    made[-1] = [*unit(next(iter(environments.values())), only, extra), *made[-1]]
    made.append([stage for engine in environments for stage in journeys(engine, environments[engine], only, extra)])
    return [lane for lane in made if lane]


def stored(engine: str, environment: dict[str, str], only: list[str], extra: list[str]) -> list[Stage]:
    """The tests that store something, on one engine."""
    folders = [f"tests/{suite}" for suite in ENGINE_SUITES if not only or suite in only]
    if not folders:
        return []
    return [_pytest(f"{engine}: tests", [*folders, *extra], {**environment, "SWEEPS": "stored"})]


def journeys(engine: str, environment: dict[str, str], only: list[str], extra: list[str]) -> list[Stage]:
    if only and JOURNEYS not in only:
        return []
    return [_pytest(f"{engine}: {JOURNEYS}", [f"tests/{JOURNEYS}", *extra], environment)]


def _pytest(name: str, words: list[str], environment: dict[str, str]) -> Stage:
    beside = ["-n", str(PROCESSES), "--dist", "loadfile"] if PROCESSES > 1 else []  # rows and clinics belong to a file
    command = [str(PYTHON), "-m", "pytest", "--durations=15", "--color=no", *beside, *words]
    return Stage(name, command, environment, is_pytest=True)


def engine_environment(engine: str, services: dict[str, str]) -> dict[str, str]:
    """What the tests on one engine find; every clinic they start takes a numbered part of Redis of its own."""
    return {
        "DATABASE_URL": services["DATABASE_URL"] if engine == "postgresql" else "",
        "APP_DATABASE_URL": services["APP_DATABASE_URL"] if engine == "postgresql" else "",
        "TEST_REDIS_URL": services["REDIS_URL"],
        "CHROMIUM": services["CHROMIUM"],
        "WINDOWLESS_CHROMIUM": services["WINDOWLESS_CHROMIUM"],
    }


def environment_of(stage: Stage) -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", **stage.environment}
