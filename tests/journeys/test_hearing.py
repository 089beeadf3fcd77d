"""PHQ-9 with the keyboard alone, and what a screen reader is told of the questions, of crisis help and of the queue."""

import sys
import time

import pytest

from tests.journeys.conftest import built_clinic
from tests.journeys.hearing import heading_levels, heard, of_role, unnamed
from tests.journeys.people import Someone, visitors

QUESTIONS = 10
MOST_KEYS = 40  # two for a question, three to send, and what is passed on the way there
TARGET_SECONDS = 120
FOCUSED = """() => { const e = document.activeElement, box = e.getBoundingClientRect();
  const bar = document.querySelector(".patient-foot").getBoundingClientRect();
  const ring = getComputedStyle(e.closest(".choice") ?? e);
  return {name: e.name || "", type: e.type || "", words: e.textContent.trim(),
    hidden: box.bottom > bar.top && !e.closest(".patient-foot"), ring: ring.outlineStyle !== "none"} }"""

PLACES = "() => [...document.querySelectorAll('[data-question]')].map(question => question.offsetTop)"


@pytest.fixture(scope="module")
def place():
    with built_clinic("hearing_clinic") as stack:
        yield stack


class Keyboard:
    """Somebody without a mouse: presses keys, counts them, and never loses sight of where the focus is."""

    def __init__(self, who: Someone):
        self.page, self.keys = who.page, 0

    def press(self, *keys: str) -> "Keyboard":
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1
        return self

    def tab_to(self, is_there) -> dict:
        for _ in range(20):
            self.press("Tab")
            at = self.page.evaluate(FOCUSED)
            assert at["ring"], f"no focus is seen on {at}"
            assert not at["hidden"], f"the crisis help covers {at}"
            if is_there(at):
                return at
        raise AssertionError(f"the keyboard does not get there: {at}")


@pytest.mark.parametrize("scripts", [True, False])
def test_phq9_by_keyboard_alone(place, chromium, shots, scripts):
    """Tab, arrow keys, Space and Enter; also in a browser that runs no script."""
    who = place.made["patients"][0 if scripts else 1]
    phone = Someone(chromium, place.url, 390, shots, scripts=scripts).go(who["link"]).fill_birth_date(who["born"])
    hand, begun = Keyboard(phone), time.monotonic()
    hand.tab_to(lambda at: at["words"].startswith("Start"))
    hand.press("Enter")
    phone.page.wait_for_url("**/c/part/1/")
    for number in range(1, QUESTIONS + 1):
        hand.tab_to(lambda at, key=f"q{number}": at["name"] == key)
        hand.press("Space" if number % 2 else "ArrowDown")
    hand.tab_to(lambda at: at["words"] == "Send")
    hand.press("Enter")
    phone.page.wait_for_url("**/c/done/")
    seconds = time.monotonic() - begun
    phone.sees("Thank you")
    sys.stdout.write(f"\nPHQ-9 by keyboard, scripts {scripts}: {hand.keys} keys, {seconds:.1f} s\n")
    assert hand.keys <= MOST_KEYS
    assert seconds < TARGET_SECONDS
    assert not phone.complaints


def test_what_is_heard_of_the_questions(place, chromium, shots):
    who = place.made["patients"][2]
    phone = Someone(chromium, place.url, 390, shots).go(who["link"])
    wrong_birth_date_is_heard(phone)
    page = phone.fill_birth_date(who["born"]).answer_page().page
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title() == "Part 1 of 1 · Secure form"
    assert heading_levels(page) == [1]
    assert not unnamed(page)
    groups = of_role(page, "radiogroup")
    assert [group.name.split(" of ")[0] for group in groups] == [str(number) for number in range(1, QUESTIONS + 1)]
    assert groups[0].name == "1 of 10 Little interest or pleasure in doing things"
    assert not [group for group in groups if group.told.get("invalid") not in (None, "false")]
    radios = of_role(page, "radio")
    assert [radio.name for radio in radios[:4]] == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]
    assert {radio.within[-1] for radio in radios} == {"radiogroup"}
    open_questions_are_heard(phone)


def wrong_birth_date_is_heard(phone: Someone) -> None:
    phone.press("Continue")
    fields = [one for one in of_role(phone.page, "textbox", "combobox") if one.name in ("Month", "Day", "Year")]
    assert [(one.name, one.told["invalid"], one.description) for one in fields] == [
        (name, "true", "Enter month, day and year.") for name in ("Month", "Day", "Year")
    ]


def open_questions_are_heard(phone: Someone) -> None:
    """An error is said at once, stands with its question, and goes with the answer; nothing moves then."""
    page = phone.page
    page.locator("#question-q1 label").nth(0).click()
    phone.press("Send")
    assert page.title().startswith("Please check · Part 1 of 1")
    assert page.evaluate("document.activeElement.name") == "q2"
    said = [one.name for one in heard(page) if "alert" in one.within and one.role == "link"]
    assert len(said) == 8
    groups = {group.name.split(" of ")[0]: group for group in of_role(page, "radiogroup")}
    assert (groups["2"].told["invalid"], groups["2"].description) == ("true", "Please choose an answer.")
    assert groups["1"].told.get("invalid") in (None, "false")
    places = page.evaluate(PLACES)
    for number in range(2, 10):
        page.locator(f"#question-q{number} label").nth(0).click()
    assert page.evaluate(PLACES) == places
    assert not [one for one in heard(page) if "alert" in one.within and one.role == "link"]
    assert "Every question is answered now." in [one.name for one in heard(page) if "alert" in one.within]
    assert {group.told.get("invalid") for group in of_role(page, "radiogroup")} <= {None, "false"}


def test_what_is_heard_of_crisis_help_and_of_the_queue(place, chromium, shots):
    who = place.made["patients"][3]
    phone = Someone(chromium, place.url, 390, shots).go(who["link"]).fill_birth_date(who["born"])
    phone.answer_page().answer_page(choice=1, item9=2)  # the way to begin, and the questions
    page = phone.page
    assert page.title() == "Numbers to call · Secure form"
    assert [one.name for one in of_role(page, "heading")] == ["Thank you for telling us"]
    calls = [one.name for one in of_role(page, "link") if "main" in one.within]
    assert calls == ["Crisis line 988", "Emergency 911", "Your clinic 555 0177", "Finish"]
    foot = [one.name for one in of_role(page, "link") if "complementary" in one.within]
    assert foot == ["Crisis line: 988", "Emergency: 911", "Clinic: 555 0177"]
    with visitors(place, chromium, shots) as sign_in:
        for width in (1440, 390):
            queue = sign_in("nurse", width).go("/assessments/risk/").sees(who["name"]).page
            assert queue.title().startswith("Risk answers")
            assert heading_levels(queue) == [1]
            assert not unnamed(queue)
            assert [one.name for one in of_role(queue, "table")] == ["Risk answers"]
            assert [
                one.name for one in of_role(queue, "link") if one.name.startswith("Open") and who["name"] in one.name
            ]
            assert who["name"] in next(one.name for one in of_role(queue, "rowheader"))
            assert [one.told["live"] for one in of_role(queue, "status")] == ["polite"]
