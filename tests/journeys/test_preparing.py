"""J2: the day before a session on the phone: asked by mail, stopped and resumed, told once, reviewed by the prescriber.

Also by keyboard alone, and in a browser that runs no scripts.
"""

import json
import os
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.builders.accounts import PASSWORD
from tests.journeys.people import Someone
from tests.journeys.stack import own_database, own_redis
from tests.journeys.travelling import TravellingStack

MOST_TABS = 40


@pytest.fixture(scope="module")
def evening():
    """A clinic with its worker, at ten in the morning of the day before three sessions."""
    database, queue = own_database(os.environ.get("DATABASE_URL", "")), own_redis(os.environ.get("TEST_REDIS_URL", ""))
    with database as database_url, queue as redis_url:
        stack = TravellingStack(database_url, redis_url)
        try:
            stack.prepare()
            made = stack.manage("shell", "-c", "from tests.journeys.preparing_clinic import build; build()")
            stack.made = json.loads(made.splitlines()[-1])
            stack.travel_to(datetime.fromisoformat(stack.made["due"]) + timedelta(seconds=5))
            stack.start_web()
            stack.start_worker()
            yield stack
        finally:
            stack.stop()


@pytest.fixture
def phone(evening, chromium, shots):
    """A patient's phone at the link of the mail, past the birth date; `scripts=False` for one that runs none."""
    made = []

    def open_link(number: int, **more) -> Someone:
        patient = evening.made["patients"][number]
        someone = Someone(chromium, evening.url, 390, shots, evening.now, **more)
        made.append(someone)
        return someone.go(evening.wait_for_mail(patient["email"])).fill_birth_date(patient["born"])

    yield open_link
    complaints = [text for each in made for text in each.complaints]
    for each in made:
        each.context.close()
    assert not complaints


@pytest.fixture
def staff(evening, chromium, shots):
    made = {}

    def sign_in(role: str) -> Someone:
        if role not in made:
            someone = Someone(chromium, evening.url, shots=shots, now=evening.now)
            made[role] = someone.sign_in(evening.made["emails"][role], PASSWORD)
        return made[role].stay_signed_in()

    yield sign_in
    for each in made.values():
        each.context.close()


def test_j2_a_patient_prepares_the_day_before(evening, phone, staff):
    patient = evening.made["patients"][0]
    first = phone(0).sees("Part 1", "Part 4", "You can stop and come back with the same link").shot("overview")
    first.answer_page().answer_page(choice=1, item9=0).sees("Part 2")
    for question in first.page.locator("fieldset.question").all()[:3]:
        question.locator("label").nth(2).click()
    expect(first.page.locator("[data-saved-note]")).to_have_text("Saved")
    first.context.close()

    second = phone(0).sees("Welcome back", "Sent", "Begun")
    second.follow("Continue").sees("Part 2")
    assert second.page.locator("fieldset.question input:checked").count() == 3, "kept until the phone went away"
    second.answer_page(choice=1).sees("Part 3").answer_page(choice=1).sees("Getting ready")
    second.choose(will_fast="yes", medicines_changed="yes", has_driver="yes")
    second.fill(driver_name="Alex Driver", driver_phone="later").press("Send")
    second.sees("Write what changed", "telephone number with digits").shot("day-before")
    second.fill(medicines_note="Sertraline raised to 100 mg", driver_phone="555 010 0188").press("Send")
    second.sees("Thank you", f"We see you on {evening.made['day']} at 09:00", "988", "911").shot("done")

    second.go(evening.wait_for_mail(patient["email"])).sees("Thank you").does_not_see("Part 1")
    board = staff("nurse").go("/sessions/board/").sees("To review before a session", patient["name"])
    board.sees("Medication change: review").shot("board")
    decided(evening, staff, patient)


def decided(evening, staff, patient) -> None:
    session = f"/sessions/{patient['session']}/"
    staff("nurse").go(session).sees("Sertraline raised to 100 mg", "Alex Driver", "555 010 0188", "prescriber decides")
    prescriber = staff("prescriber").go(session).sees("Medication change: review", "Complete").shot("cockpit")
    prescriber.page.locator("#gate li", has_text="Medication change").get_by_role("link", name="Decide").click()
    prescriber.fill(reason="Spoke on the phone; the new dose is safe with it").press("Record my decision")
    prescriber.go("/sessions/board/").does_not_see("Medication change: review")
    prescriber.go(session).sees("Spoke on the phone")


def test_by_keyboard_alone(evening, chromium):
    """The order of the keys is the order of the page; nothing needs a pointer."""
    patient = evening.made["patients"][1]
    someone = Someone(chromium, evening.url, 390, now=evening.now).go(evening.wait_for_mail(patient["email"]))
    keys, (year, month, day) = someone.page.keyboard, patient["born"].split("-")
    to(someone, "[name=month]")
    someone.page.locator("[name=month]").select_option(str(int(month)))
    for name, value in (("day", day), ("year", year)):
        to(someone, f"[name={name}]")
        keys.type(str(int(value)))
    enter(someone)
    to(someone, "main a.btn-primary")
    enter(someone)
    for _ in range(2):
        to(someone, "fieldset.question:not(:has(input:checked)) input[type=radio]")
        keys.press("ArrowDown")
    enter(someone)
    someone.sees("Getting ready")
    to(someone, "[name=will_fast]")
    keys.press("Space")
    to(someone, "[name=medicines_changed]")
    keys.press("Space")
    to(someone, "[name=medicines_note]")
    keys.type("Stopped melatonin")
    to(someone, "[name=has_driver]")
    keys.press("Space")
    to(someone, "[name=driver_name]")
    keys.type("Sam Rider")
    to(someone, "[name=driver_phone]")
    keys.type("555 010 0199")
    enter(someone)
    someone.sees("Thank you", "988")
    assert not someone.complaints
    someone.context.close()


def to(someone: Someone, selector: str) -> None:
    """Press Tab until this has the focus."""
    for _ in range(MOST_TABS):
        if someone.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        someone.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is out of reach of the keyboard on {someone.page.url}")


def enter(someone: Someone) -> None:
    with someone.page.expect_navigation():
        someone.page.keyboard.press("Enter")


def test_without_scripts(evening, phone, staff):
    plain = phone(2, scripts=False).sees("Part 1")
    plain.follow("Start").answer_page(choice=1).sees("Getting ready", "What changed?")
    plain.choose(will_fast="no", medicines_changed="no", has_driver="no").press("Send")
    plain.sees("Thank you", "988")
    staff("nurse").go("/sessions/board/").sees(evening.made["patients"][2]["name"], "No way home named: review")
