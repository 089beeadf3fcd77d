"""Script in every field that people type into: on no page does it run or become an element (R82)."""

import json
import os
import time
from datetime import date

import pytest
from playwright.sync_api import Error

from accounts.roles import Role, access_table
from tests.builders.accounts import PASSWORD, SECRET
from tests.journeys.people import next_code
from tests.journeys.script_payloads import PAYLOADS
from tests.journeys.stack import Stack
from tests.sweeps.project import Route, routes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="Pages look the same on both engines."),
]
# Words that this world has no row for, by field, each with what it would take; the templates beside them show the like.
NOT_MADE = {
    "late_reason": "a late entry",
    "closing_reason": "a series or session that was ended early",
    "closing_text": "a closed risk item",
    "duplicate_reason": "a second patient of the same name and birth date",
    "advice_reason": "a departure against advice",
    "review_words": "a reviewed emergency access",
    "words": "an acknowledged unusual look",
    "instructions": "an order: its words are part of what was signed",
    "diluent": "an infusion",
    "method": "a waste",
    "reason": "a changed or stopped infusion, a waste, an aborted session",
}
EVENTS = ("error", "load", "focus", "mouseover", "click", "begin", "toggle", "start")
MADE = [*(f"[on{event}]" for event in EVENTS), *(f'[{name}^="javascript:" i]' for name in ("href", "src", "action"))]
MADE += ["xss-mark", "[srcdoc]", "base", "embed", "object", "marquee", "iframe", '[src*="x.invalid"]']
# A typed word in the query of one of our own links is none: there its colon is written %3A.
MADE += ['[href^="//x.invalid"]', '[href*="://x.invalid"]']
OUTER = "(selector) => [...document.querySelectorAll(selector)].map(one => one.outerHTML.slice(0, 90))"


@pytest.fixture(scope="module")
def clinic():
    stack = Stack("", "")
    try:
        stack.prepare()
        told = stack.manage("shell", "-c", "from tests.journeys.typed_scripts import build; build()")
        stack.made = json.loads(told.splitlines()[-1])
        stack.start_web()
        yield stack
    finally:
        stack.stop()


class Watcher:
    """A window that keeps what ran, what the content policy stopped, and what became an element."""

    def __init__(self, browser, url: str):
        self.context, self.url, self.faults, self.seen = browser.new_context(), url, [], 0
        self._open()

    def _open(self) -> None:
        self.page = self.context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._fault(f"script error: {error}"))

    def _fault(self, words: str) -> None:
        self.faults.append(f"{self.page.url}: {words}")

    def _dialog(self, dialog) -> None:
        self._fault(f"dialog {dialog.message}")
        dialog.dismiss()

    def _console(self, message) -> None:
        if "Content Security Policy" in message.text or "violates" in message.text:
            self._fault(message.text)

    def look(self, path: str) -> int:
        try:
            answer = self.page.goto(self.url + path)
        except Error as error:
            if "ERR_HTTP_RESPONSE_CODE_FAILURE" not in str(error):
                raise
            self.page.close()  # it takes forms only: 405 without a page
            self._open()
            return 405
        status = answer.status if answer else 0
        self._look_here(status)
        return status

    def _look_here(self, status: int) -> None:
        if status >= 500:
            self._fault(f"answered {status}")
        self.seen += status == 200
        for found in self.page.evaluate(OUTER, ", ".join(MADE)):
            self._fault(f"became an element: {found}")

    def sign_in(self, email: str) -> None:
        self.page.goto(f"{self.url}/sign-in/")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/sign-in/code/**")
        self.page.fill("[name=code]", next_code(self.url, email, SECRET, time.time))
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(f"{self.url}/")


DOWNLOADS = {"sessions:export_dosing_records", "sessions:summary_pdf", "accounts:export_audit"}  # files, not pages
DOWNLOADS |= {"outcomes:export_report", "outcomes:export_own_patients"}
# Pages whose parts differ by role; of the others each is looked at by the first role that may open it.
FOR_EACH_ROLE = {"accounts:home", "sessions:session", "sessions:board", "sessions:dosing_record", "patients:overview"}
FOR_EACH_ROLE |= {"patients:consents", "patients:series", "notes:of_patient", "notes:private", "followups:of_patient"}


def pages_of(role: Role) -> list[Route]:
    earlier = {one.name for before in list(Role)[: list(Role).index(role)] for one in _permitted(before)}
    return [one for one in _permitted(role) if one.name not in earlier or one.name in FOR_EACH_ROLE]


def _permitted(role: Role) -> list[Route]:
    names = {permission for permission, row in access_table().items() if role in row} | {"signed_in"}
    left_out = {"accounts:sign_out", *DOWNLOADS}
    return [one for one in routes() if one.api_view is None and one.access in names and one.name not in left_out]


def test_every_typed_field_holds_a_script(clinic):
    """R82: all sixty are used, and a field is left out only by name and reason."""
    missing = set(clinic.made["typed"]) - set(clinic.made["covered"])
    assert clinic.made["used"] >= len(PAYLOADS) == 60
    assert {one for one in missing if one.rpartition(".")[2] not in NOT_MADE} == set()


@pytest.mark.parametrize("role", Role)
def test_no_page_runs_what_was_typed(clinic, windowless, role):
    """R82: no dialog, nothing for the content policy to stop, no element made, on pages of every kind."""
    watcher = Watcher(windowless, clinic.url)
    watcher.sign_in(clinic.made["emails"][role.value])
    for route in pages_of(role):
        if route.name in clinic.made["paths"]:
            watcher.look(clinic.made["paths"][route.name])
    if role in (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST):
        for path in clinic.made["under_way"]:
            watcher.look(path)
    watcher.context.close()
    assert watcher.seen > 3
    assert not watcher.faults, "\n".join(watcher.faults)


def test_a_patients_link_runs_nothing(clinic, windowless):
    """R82: the practice's and the patient's own words stand on the pages behind a link, too."""
    watcher = Watcher(windowless, clinic.url)
    watcher.look(clinic.made["link"])
    born = date.fromisoformat(clinic.made["born"])
    for name, value in (("month", born.month), ("day", born.day), ("year", born.year)):
        field = watcher.page.locator(f"[name={name}]")
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(str(value))
        else:
            field.fill(str(value))
    watcher.page.click("main button[type=submit]")
    watcher._look_here(200)
    watcher.context.close()
    assert watcher.seen == 2
    assert not watcher.faults, "\n".join(watcher.faults)
