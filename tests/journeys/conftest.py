"""A running clinic and a real Chromium for the journeys."""

import os
import shutil

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.stack import own_database
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
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        clinic = TravellingStack(database_url, os.environ.get("TEST_REDIS_URL", ""))
        try:
            clinic.prepare()
            clinic.start_web()
            clinic.start_worker()
            yield clinic
        finally:
            clinic.stop()


@pytest.fixture(scope="session")
def chromium() -> Browser:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
