"""A running clinic and a real Chromium for the journeys."""

import json
import os
import shutil
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


@pytest.fixture(scope="module")
def clinic():
    """A web server with a patient of three doses, on the engine under test; `made` says who is who."""
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        stack = Stack(database_url, "")
        try:
            stack.prepare()
            made = stack.manage("shell", "-c", "from tests.journeys.integration_clinic import build; build()")
            stack.made = json.loads(made.splitlines()[-1])
            stack.start_web()
            yield stack
        finally:
            stack.stop()


@pytest.fixture(scope="module")
def register():
    """A web server with a worker, for the journeys of the drug; `made` says who is who."""
    database, queue = own_database(os.environ.get("DATABASE_URL", "")), own_redis(os.environ.get("TEST_REDIS_URL", ""))
    with database as database_url, queue as redis_url:
        stack = Stack(database_url, redis_url)
        try:
            stack.prepare()
            made = stack.manage("shell", "-c", "from tests.journeys.register_clinic import build; build()")
            stack.made = json.loads(made.splitlines()[-1])
            stack.start_web()
            stack.start_worker()
            yield stack
        finally:
            stack.stop()


@pytest.fixture(scope="module")
def spravato():
    """A web server under a clock that the journey moves, for J4; `made` says who is who."""
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        stack = TravellingStack(database_url, "")
        try:
            stack.prepare()
            made = stack.manage("shell", "-c", "from tests.journeys.spravato_clinic import build; build()")
            stack.made = json.loads(made.splitlines()[-1])
            stack.start_web()
            yield stack
        finally:
            stack.stop()


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
