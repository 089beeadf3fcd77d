"""J3: a suicidal answer outside hours, with queue, worker and mail down: seen, passed on, acted on, closed in words."""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Someone, visitors
from tests.journeys.stack import free_port, own_database
from tests.journeys.travelling import TravellingStack

ZONE = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def night():
    """A web server alone, at 22:00: nobody listens where it would look for Redis and the mail server."""
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        stack = TravellingStack(database_url, f"redis://:nobody@127.0.0.1:{free_port()}/0")
        stack.environment |= {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"}
        stack.environment |= {"EMAIL_PORT": str(free_port())}
        try:
            stack.prepare()
            made = stack.manage("shell", "-c", "from tests.journeys.risk_clinic import build; build()")
            stack.made = json.loads(made.splitlines()[-1])
            stack.travel_to(_next_ten_at_night())
            stack.start_web()
            yield stack
        finally:
            stack.stop()


def _next_ten_at_night() -> datetime:
    here = datetime.now(UTC).astimezone(ZONE)
    night = here.replace(hour=22, minute=0, second=0)
    return night if night > here else night + timedelta(days=1)


@pytest.fixture
def person(night, chromium, shots):
    with visitors(night, chromium, shots) as sign_in:
        yield sign_in


def answers_on_the_phone(night, chromium, shots, who: dict) -> Someone:
    phone = Someone(chromium, night.url, 390, shots, night.now).go(who["link"]).fill_birth_date(who["born"])
    for _ in range(3):
        if "/c/help" in phone.page.url:
            return phone
        phone.answer_page(choice=1, item9=2)
    raise AssertionError(f"no crisis help after the answer: {phone.page.url}")


def test_j3_a_suicidal_answer_at_night(night, chromium, shots, person):
    """R80."""
    one, two, _ = night.made["patients"]
    names = night.made["names"]
    phone = answers_on_the_phone(night, chromium, shots, one)
    phone.sees("If you are in danger or may act on these thoughts, call now", "988", "911").shot("crisis")

    first = person("first").go("/assessments/risk/").sees(one["name"], "Urgent", "Not acknowledged", names["first"])
    expect(first.page.locator("tbody [data-elapsed]").first).to_have_text("0 min")
    first.sees(f"goes on to {names['second']} at 22:15").shot("risk-queue")
    person("second").go("/assessments/risk/").does_not_see(one["name"])

    first.follow("Open").sees("More than half the days", "over time", "Last dose: number 1", "555 0144")
    item = first.page.url
    assert first.page.get_by_role("button", name="Close it").is_disabled()
    first.shot("risk-item")
    dose_waits(night, person, names)

    first.go(item).press("Acknowledge: I act on it").sees("Reach the patient, then record the contact here.")
    first.fill(how="phone", outcome="Reached at home, no plan, her brother stays the night.")
    first.fill(plan="Her therapist calls at nine.").press("Record contact").sees("The contact is recorded.")
    first.fill(closing_text="Safe.").press("Close it").sees("Say in at least 20 characters")
    another_item_passes_the_limit(night, chromium, shots, person, two)

    first.stay_signed_in().go(item)
    first.fill(closing_text="Safe tonight with her brother; the plan is agreed.").press("Close it").sees("Closed.")
    assert first.page.goto(item).status == 404, "the turn ends with the item"
    dose_waits(night, person, names, is_held=False)
    everything_is_in_the_audit(night, person, one, two)


def test_an_answer_is_on_the_screen_within_5_seconds(night, chromium, shots, person):
    """R80: the queue and the home page of whoever is asked show it without a reload; asking keeps nobody signed in."""
    who = night.made["patients"][2]
    pages = {"queue": person("therapist").stay_signed_in().go("/assessments/risk/").page}
    pages["home"] = person("prescriber").stay_signed_in().go("/").page
    pages["on call"] = person("first").stay_signed_in().go("/").page
    for page in pages.values():
        expect(page.get_by_text(who["name"])).to_have_count(0)
    answers_on_the_phone(night, chromium, shots, who)
    sent_at, seen = time.monotonic(), {}
    while len(seen) < len(pages) and time.monotonic() - sent_at < 10:
        seen |= {
            name: time.monotonic() - sent_at for name, page in pages.items() if name not in seen and _shows(page, who)
        }
    sys.stdout.write(f"\nseen after { ({name: round(seconds, 1) for name, seconds in seen.items()}) } seconds\n")
    assert seen.keys() == pages.keys()
    assert max(seen.values()) <= 5
    person("therapist").shot("risk-queue-live")
    person("prescriber").shot("risk-home-live")


def _shows(page, who: dict) -> bool:
    page.wait_for_timeout(50)
    return page.get_by_role("link", name=who["name"]).first.is_visible()


def dose_waits(night, person, names, is_held: bool = True) -> None:
    nurse = person("nurse").stay_signed_in().go(f"/sessions/{night.made['session']}/dose/")
    if is_held:
        nurse.sees("A risk answer of", "is still open")
        assert nurse.page.get_by_role("button", name="Record the dose").is_disabled()
    else:
        nurse.does_not_see("A risk answer of")


def another_item_passes_the_limit(night, chromium, shots, person, two) -> None:
    """Nobody acknowledges: after a quarter of an hour it is the second person's."""
    names = night.made["names"]
    answers_on_the_phone(night, chromium, shots, two)
    person("second").stay_signed_in().go("/").does_not_see(two["name"])
    night.travel(minutes=16)
    second = person("second").stay_signed_in().go("/").sees(two["name"], "Nobody acts on it yet", names["second"])
    second.shot("on-call-home")
    second.follow(two["name"]).sees(f"Went to {names['first']}", f"Went to {names['second']}", "turn on call")
    second.press("Acknowledge: I act on it").sees("contact due by").shot("risk-second")


def everything_is_in_the_audit(night, person, one, two) -> None:
    def acts(patient: dict) -> list[str]:
        where = f"replace(cast(patient_id as varchar(36)), '-', '') = '{patient['pk'].replace('-', '')}'"
        return [row[0] for row in night.sql(f"SELECT action FROM common_auditevent WHERE {where}")]

    done = {f"assessments.{name}" for name in ("raise_risk", "looked_at_risk", "acknowledge_risk", "escalate_risk")}
    assert done | {f"assessments.{name}" for name in ("record_risk_contact", "close_risk")} <= set(acts(one))
    assert done <= set(acts(two))
    assert acts(two).count("assessments.escalate_risk") == 2
    compliance = person("compliance").go("/audit/?action=assessments.escalate_risk")
    compliance.sees("assessments.escalate_risk")
