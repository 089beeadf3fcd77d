"""A critical value is loud while typed, on the session, on the board and to the ear, until somebody answers it."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import built_clinic
from tests.journeys.people import Someone, visitors


@pytest.fixture(scope="module")
def ward():
    """A clinic with one session under way."""
    with built_clinic("alarm_clinic") as stack:
        yield stack


@pytest.fixture
def person(ward, chromium, shots):
    with visitors(ward, chromium, shots) as sign_in:
        yield sign_in


def test_a_critical_value_until_it_is_answered(ward, person):
    nurse, prescriber = person("nurse", width=390), person("prescriber")
    session = ward.made["session"]
    board = person("therapist").go("/sessions/board/")
    _typed_value_is_judged_and_saved(nurse, session)
    _board_is_loud_without_reload(board)
    _sound_is_off_until_somebody_turns_it_on(nurse)
    _typed_answer_outlives_what_others_write(nurse, prescriber, session)
    _answer_says_beside_the_field_what_is_missing(nurse)
    _answered_alarm_stays(nurse, prescriber, board)


def test_limits_are_changed_and_refused_beside_the_field(ward, person):
    prescriber = person("prescriber").go("/").follow("Alarms").sees("Alarm limits", "Readings due, by route")
    prescriber.shot("alarms-overview")
    prescriber.page.locator("main").get_by_role("link", name="Change Blood pressure").click()
    prescriber.fill(systolic_critical_from="170", source="Dr Vale", note="Team meeting of this week")
    prescriber.shot("alarms-change")
    prescriber.press("Set version 2").sees("Critical would begin before the warning (from 180). Move one of them.")
    prescriber.shot("alarms-refused")
    prescriber.fill(systolic_critical_from="190").press("Set version 2").sees("holds now", "Team meeting of this week")
    prescriber.shot("alarms-versions")
    phone = person("nurse", width=390).go("/sessions/monitoring/").sees("Alarm limits").does_not_see("Change Blood")
    phone.shot("alarms-overview-phone")


def _typed_value_is_judged_and_saved(nurse: Someone, session: str) -> None:
    nurse.go(session).fill(spo2_pct="85")
    expect(nurse.page.locator(".typed-judgement")).to_contain_text("SpO2 85 % is below 90 %")
    nurse.shot("alarm-typed-phone")
    nurse.press("Save the reading").sees("The reading is saved. Critical:", "Critical, not answered yet (1)")
    nurse.shot("alarm-open-phone")


def _board_is_loud_without_reload(board: Someone) -> None:
    expect(board.page.locator("[data-alarm]")).to_contain_text("Critical, not answered")
    board.shot("alarm-board")


def _sound_is_off_until_somebody_turns_it_on(nurse: Someone) -> None:
    page, switch = nurse.page.locator("html"), nurse.page.locator("[data-alarm-sound]")
    expect(switch).to_have_text("Alarm sound: off")
    nurse.page.wait_for_timeout(1500)
    assert page.get_attribute("data-alarm-sounded") is None
    switch.click()
    expect(switch).to_have_text("Alarm sound: on")
    expect(page).to_have_attribute("data-alarm-sounded", re.compile("[1-9]"))


def _typed_answer_outlives_what_others_write(nurse: Someone, prescriber: Someone, session: str) -> None:
    prescriber.go(session).fill(action="Oxygen 4 L/min, chin lifted")
    prescriber.page.locator("main [name='told']").select_option("emergency")
    nurse.fill(heart_rate_bpm="160").press("Save the reading").sees("not answered yet (2)")
    expect(prescriber.page.locator("#open-alarms")).to_contain_text("(2)")
    expect(prescriber.page.locator("main [name='action']")).to_have_value("Oxygen 4 L/min, chin lifted")
    expect(prescriber.page.locator("main [name='told']")).to_have_value("emergency")
    assert [box.is_checked() for box in prescriber.page.locator("main [name='readings']").all()] == [False, True]
    prescriber.shot("alarm-open")


def _answer_says_beside_the_field_what_is_missing(nurse: Someone) -> None:
    nurse.press("Save the answer").sees("Write what was done, also when it was only watching.", "Say who was told.")
    nurse.shot("alarm-refused-phone")
    nurse.fill(action="Oxygen 4 L/min, calm again", told="supervising prescriber").press("Save the answer")
    nurse.sees("The answer is saved.").does_not_see("not answered yet")


def _answered_alarm_stays(nurse: Someone, prescriber: Someone, board: Someone) -> None:
    nurse.sees("Critical values", "Done: Oxygen 4 L/min, calm again")
    nurse.shot("alarm-answered-phone")
    expect(prescriber.page.locator("#session-now")).to_contain_text("Done: Oxygen 4 L/min, calm again")
    prescriber.shot("alarm-answered")
    expect(board.page.locator("[data-alarm]")).to_have_count(0)
