"""A running clinic and a real Chromium for the journeys."""

import json
import os
import shutil
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.stack import Stack, own_database, own_redis
from tests.journeys.travelling import TravellingStack

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def stack():
    """An empty, migrated clinic with web server and worker, on the engine under test."""
    database, queue = own_database(os.environ.get("DATABASE_URL", "")), own_redis(os.environ.get("TEST_REDIS_URL", ""))
    with database as database_url, queue as redis_url:
        clinic = TravellingStack(database_url, redis_url)
        try:
            clinic.prepare()
            clinic.start_web()
            clinic.start_worker()
            yield clinic
        finally:
            clinic.stop()


@contextmanager
def built_clinic(module: str, kind: type[Stack] = Stack, with_worker: bool = False):
    """A clinic with what `tests.journeys.<module>.build` makes, on the engine under test; `made` says who is who."""
    database, queue = own_database(os.environ.get("DATABASE_URL", "")), nullcontext("")
    if with_worker:
        queue = own_redis(os.environ.get("TEST_REDIS_URL", ""))
    with database as database_url, queue as redis_url:
        stack = kind(database_url, redis_url)
        try:
            stack.prepare()
            made = stack.manage("shell", "-c", f"from tests.journeys.{module} import build; build()")
            stack.made = json.loads(made.splitlines()[-1])
            stack.start_web()
            if with_worker:
                stack.start_worker()
            yield stack
        finally:
            stack.stop()


@pytest.fixture(scope="module")
def clinic():
    """A clinic with a patient of three doses."""
    with built_clinic("integration_clinic") as stack:
        yield stack


@pytest.fixture(scope="module")
def register():
    """A clinic with a worker, for the journeys of the drug."""
    with built_clinic("register_clinic", with_worker=True) as stack:
        yield stack


@pytest.fixture(scope="module")
def spravato():
    """A clinic under a clock that the journey moves, for J4."""
    with built_clinic("spravato_clinic", TravellingStack) as stack:
        yield stack


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures of the pages go, if anywhere (JOURNEY_SHOTS)."""
    folder = os.environ.get("JOURNEY_SHOTS", "")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright) -> Browser:
    """The browser people use, for the journeys."""
    yield from _launched(playwright, os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium")


@pytest.fixture(scope="session")
def windowless(playwright) -> Browser:
    """The same build without a window, for sweeps over hundreds of pages."""
    program = os.environ.get("WINDOWLESS_CHROMIUM") or shutil.which("chromium-headless-shell")
    yield from _launched(playwright, program or "/usr/bin/chromium-headless-shell")


def _launched(playwright, program: str):
    browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
    yield browser
    browser.close()
