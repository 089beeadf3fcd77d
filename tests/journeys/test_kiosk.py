"""A tablet in a patient's hands: Back, the address bar and a second tab lead to a lock, never to a chart."""

import json
import os

import pytest
from playwright.sync_api import expect

from tests.builders.accounts import PASSWORD
from tests.journeys.people import Someone
from tests.journeys.stack import Stack, own_database

CHART = "/assessments/sets/"


@pytest.fixture(scope="module")
def place():
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        stack = Stack(database_url, "")
        try:
            stack.prepare()
            made = stack.manage("shell", "-c", "from tests.journeys.kiosk_clinic import build; build()")
            stack.made = json.loads(made.splitlines()[-1])
            stack.start_web()
            yield stack
        finally:
            stack.stop()


def test_staff_hand_over_a_tablet_and_take_it_back(place, chromium, shots):
    made = place.made
    nurse = Someone(chromium, place.url, 820, shots).sign_in(made["email"], PASSWORD)
    second = nurse.context.new_page()
    second.goto(f"{place.url}/patients/")
    nurse.go(f"{CHART}{made['set']}/").sees(made["name"]).press("Answer on this tablet")
    nurse.does_not_see(made["name"]).sees("How are you?", "988").shot("kiosk-start")

    nurse.page.go_back()
    nurse.does_not_see(made["name"])
    is_locked(nurse, made)
    nurse.go(f"{CHART}{made['set']}/")
    is_locked(nurse, made)
    second.reload()
    second.wait_for_url("**/c/locked/")
    assert made["name"] not in second.content()
    nurse.shot("kiosk-lock")

    nurse.follow("Hand this tablet back").again().go(f"{CHART}{made['set']}/").sees(made["name"])
    nurse.press("Answer on this tablet").follow("Start")
    nurse.answer_page(choice=0).sees("Thank you", "Please hand the tablet back now.").shot("kiosk-done")
    for _ in range(3):
        nurse.page.go_back()
        nurse.does_not_see(made["name"], "Little interest")
    nurse.page.goto(f"{place.url}/c/done/")
    is_locked(nurse, made)
    assert not nurse.complaints


def is_locked(who: Someone, made: dict) -> None:
    who.page.wait_for_url("**/c/locked/")
    who.sees(made["practice"], "This tablet is locked", "Hand this tablet back", "988").does_not_see(made["name"])


def test_an_untouched_tablet_asks_and_locks(place, chromium, shots):
    made = place.made
    nurse = Someone(chromium, place.url, 820, shots)
    nurse.page.clock.install()
    nurse.sign_in(made["email"], PASSWORD).go(f"{CHART}{made['other_set']}/").press("Answer on this tablet")
    nurse.follow("Start").sees("Part 1")
    nurse.page.clock.run_for(4 * 60_000 + 1_000)
    nurse.sees("Are you still there?").shot("kiosk-asks")
    nurse.page.get_by_role("button", name="I am still here").click()
    expect(nurse.page.get_by_text("Are you still there?")).to_be_hidden()
    nurse.page.clock.run_for(5 * 60_000 + 1_000)
    is_locked(nurse, made)
