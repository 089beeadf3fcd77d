#!/usr/bin/env python3
"""Takes the screenshots of the documents from a demonstration clinic of its own, which it ends and removes again."""

import argparse
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import bootstrap
import child_processes
import demo_code
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = bootstrap.REPOSITORY / "docs" / "images"
READY_SECONDS = 300  # loading the made-up patients takes most of it
LARGEST_BYTES = 200_000
DESK, WIDE, PHONE = ({"width": w, "height": h} for w, h in ((1280, 860), (1440, 900), (390, 844)))
SIGN_IN = re.compile(r"(\S+@demo\.invalid)\s+(.+)")


class ShotError(Exception):
    """A sentence for the person who started this."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=IMAGES, help="folder for the pictures")
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the clinic below is ended too
    try:
        with tempfile.TemporaryDirectory(prefix="clinic-shots-") as home:
            _take_all(Path(home), folder)
    except (ShotError, bootstrap.BootstrapError) as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    return 0


def _take_all(home: Path, folder: Path) -> None:
    port = child_processes.free_port()
    command = [sys.executable, "scripts/run_clinic.py", "--demo", "--home", str(home), "--port", str(port)]
    print("Starting a clinic with made-up patients", flush=True)
    clinic = child_processes.start("clinic", command, log=home / "shots.log", cwd=bootstrap.REPOSITORY)
    try:
        _wait_until_open(clinic, f"http://127.0.0.1:{port}/healthz")
        people = dict(SIGN_IN.findall((home / "demo-sign-ins.txt").read_text()))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"])
            secret = demo_code.secret_of(home)
            Photographer(browser, f"http://127.0.0.1:{port}", people, folder, secret).take()
            browser.close()
    finally:
        child_processes.stop([clinic], seconds=30)


def _wait_until_open(clinic: child_processes.Child, address: str) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if clinic.ended:
            raise ShotError(f"The clinic ended:\n{child_processes.last_lines(clinic.log)}")
        try:
            with direct.open(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise ShotError(f"The clinic was not ready after {READY_SECONDS} s.")


def _chromium() -> str:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        raise ShotError("Chromium is missing: install it, or name it in CHROMIUM.")
    return program


class Photographer:
    """Goes to each page as the person whose page it is."""

    def __init__(self, browser: Browser, url: str, people: dict[str, str], folder: Path, secret: str):
        self.browser, self.url, self.people, self.folder = browser, url, people, folder
        self.secret = secret

    def take(self) -> None:
        self._session()
        self._home()
        self._dosing_records()
        self._questionnaire()

    def _session(self) -> None:
        """Beside a patient who got a dose: as the nurse whose name is on the roster."""
        page = self._signed_in("nurse2@demo.invalid", viewport=WIDE)
        page.goto(f"{self.url}/sessions/board/")
        page.locator(".board-card", has=page.locator("[data-t-plus]")).first.get_by_role("link").first.click()
        page.wait_for_load_state()
        self._shoot(page, "session")

    def _home(self) -> None:
        page = self._signed_in("prescriber@demo.invalid", color_scheme="dark")
        self._shoot(page, "home-dark")

    def _dosing_records(self) -> None:
        page = self._signed_in("admin@demo.invalid")
        page.goto(f"{self.url}/sessions/dosing-records/?exceptions_first=on")
        self._shoot(page, "dosing-records")

    def _questionnaire(self) -> None:
        """Handed over on the clinic's tablet, as wide as a phone."""
        page = self._signed_in("nurse@demo.invalid", viewport=PHONE)
        page.goto(f"{self.url}/sessions/board/")
        page.locator(".board-card", has_text="Scheduled").first.get_by_role("link").first.click()
        page.locator("#session-side a[href*='/assessments/sets/']").first.click()
        page.get_by_role("button", name="Answer on this tablet").click()
        page.wait_for_url("**/c/**")
        while not page.locator("fieldset.question").count():
            page.locator("main a.btn, main button.btn").first.click()
            page.wait_for_load_state()
        page.locator("fieldset.question input").nth(1).check(force=True)
        page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        self._shoot(page, "questionnaire")

    def _signed_in(self, email: str, viewport=DESK, color_scheme="light") -> Page:
        context = self.browser.new_context(viewport=viewport, color_scheme=color_scheme, reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{self.url}/sign-in/")
        page.fill("[name=email]", email)
        page.fill("[name=password]", self.people[email].strip())
        page.click("main button[type=submit]")
        page.fill("[name=code]", demo_code.code_at(self.secret, int(time.time()) // demo_code.STEP_SECONDS))
        page.click("main button[type=submit]")
        page.wait_for_url(f"{self.url}/")
        return page

    def _shoot(self, page: Page, name: str) -> None:
        path = self.folder / f"{name}.png"
        page.screenshot(path=path)
        page.context.close()
        size = path.stat().st_size
        print(f"  {path.name}  {size // 1000} kB", flush=True)
        if size > LARGEST_BYTES:
            raise ShotError(f"{path.name} is larger than {LARGEST_BYTES // 1000} kB; show less on it.")


if __name__ == "__main__":
    sys.exit(main())
