"""Looks at a page as a person with any device would: what it complains about, what axe finds, what does not fit."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
VIOLATIONS_ONLY = {"resultTypes": ["violations"]}
# Only colours differ between the themes; everything else was looked at in the light one.
COLOURS = {**VIOLATIONS_ONLY, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# What Swagger draws on the API's page is not ours, with its buttons in buttons; the page around it is.
LOOKED_AT = {"exclude": [["#swagger-ui"]]}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A frame that may scroll sideways says so to the keyboard with a tabindex.
CUT_TABLES = """() => [...document.querySelectorAll('.table-wrap:not([tabindex]), .tabs')]
  .filter(box => box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0)
  .map(box => box.querySelector('caption, th, a')?.textContent.trim() || box.className)"""
# On a phone the tabs scroll, and a table whose rows are cards must not.
CUT_CARDS = """() => [...document.querySelectorAll('.table-wrap:not([tabindex]):has(.table-stack)')]
  .filter(box => box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0)
  .map(box => box.querySelector('caption, th, a')?.textContent.trim() || box.className)"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
axe = Axe()


@dataclass
class Looker:
    """A browser window that goes from page to page and keeps what is wrong, as sentences."""

    page: Page
    faults: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, browser: Browser) -> "Looker":
        context = browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
        looker = cls(context.new_page())
        looker.page.on("console", looker._hear)
        looker.page.on("pageerror", lambda error: looker.faults.append(f"{looker.page.url}: script error: {error}"))
        return looker

    def _hear(self, message: ConsoleMessage) -> None:
        expected = "status of 4" in message.text  # `look` compares the page's own status itself
        if message.type in ("error", "warning") and not expected:
            self.faults.append(f"{self.page.url}: console: {message.text}")

    def look(self, url: str, status: int = 200) -> None:
        """One address in light on a desk, in dark, and as wide as a phone."""
        answer = self.page.goto(url)
        if answer is None or answer.status != status:
            self.faults.append(f"{url}: answered {answer and answer.status}, not {status}")
        if self.page.locator("#swagger-ui").count():  # drawn by a script after the page has loaded
            self.page.locator(".opblock-tag-section").first.wait_for()
        self.look_here()

    def look_here(self) -> None:
        where = self.page.url
        self._add(where, "light", axe.run(self.page, context=LOOKED_AT, options=VIOLATIONS_ONLY).response["violations"])
        self._measure(where, "1440 px", CUT_TABLES)
        self.page.emulate_media(color_scheme="dark")
        self._settle()
        self._add(
            where, "dark", self.page.evaluate(f"axe.run({json.dumps(LOOKED_AT)}, {json.dumps(COLOURS)})")["violations"]
        )
        self.page.set_viewport_size(PHONE)
        self._settle()
        self._measure(where, "390 px", CUT_CARDS)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(DESKTOP)

    def _settle(self) -> None:
        """Until the page has been laid out and painted anew."""
        self.page.evaluate(TWO_FRAMES)

    def _measure(self, where: str, width: str, cut: str) -> None:
        for box in self.page.evaluate(cut):
            self.faults.append(f"{where}: does not fit {width}: {box}")
        over = self.page.evaluate(OVERFLOW)
        if over > 0:
            self.faults.append(f"{where}: is {over} px wider than {width}")

    def _add(self, where: str, theme: str, violations: Iterable[dict]) -> None:
        for found in violations:
            places = "; ".join(str(node["target"][0]) for node in found["nodes"][:3])
            self.faults.append(f"{where} ({theme}): {found['id']}: {found['help']}: {places}")
