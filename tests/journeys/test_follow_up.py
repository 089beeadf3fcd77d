"""J10: the follow-up schedule survives a change of the dose's time; outcomes are honest."""

import json
import os
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.builders.accounts import PASSWORD
from tests.journeys.follow_up_clinic import PATIENT_ZONE, PRACTICE_ZONE, TO
from tests.journeys.people import Someone
from tests.journeys.stack import _wait_until, own_database, own_redis
from tests.journeys.travelling import TravellingStack

HERE, THERE = ZoneInfo(PRACTICE_ZONE), ZoneInfo(PATIENT_ZONE)
SWEEP_TWICE = (
    "from tests.journeys.shifted_clock import shift; shift(); from followups.tasks import sweep; sweep(); sweep()"
)


def next_tuesday() -> date:
    today = datetime.now(UTC).astimezone(HERE).date()
    return today + timedelta(days=(1 - today.weekday()) % 7 or 7)


@pytest.fixture(scope="module")
def tuesday() -> date:
    return next_tuesday()


@pytest.fixture(scope="module")
def clinic(tuesday):
    """Web server and worker from the evening of the dose on, under a clock that the journey moves."""
    database, queue = own_database(os.environ.get("DATABASE_URL", "")), own_redis(os.environ.get("TEST_REDIS_URL", ""))
    with database as database_url, queue as redis_url:
        stack = TravellingStack(database_url, redis_url)
        try:
            stack.prepare()
            made = stack.manage("shell", "-c", f"from tests.journeys.follow_up_clinic import build; build('{tuesday}')")
            stack.made = json.loads(made.splitlines()[-1])
            stack.travel_to(datetime.combine(tuesday, time(19), HERE))
            stack.start_web()
            stack.start_worker()
            yield stack
        finally:
            stack.stop()


@pytest.fixture
def person(clinic, chromium, shots):
    made = {}

    def sign_in(role: str) -> Someone:
        if role not in made:
            made[role] = Someone(chromium, clinic.url, shots=shots, now=clinic.now)
            made[role].sign_in(clinic.made["emails"][role], PASSWORD)
        return made[role].stay_signed_in()

    yield sign_in
    complaints = [text for each in made.values() for text in each.complaints]
    for each in made.values():
        each.context.close()
    assert not complaints


def mails(clinic) -> int:
    return sum(TO in str(mail["To"]) for mail in clinic.mails())


def until_mails(clinic, number: int) -> None:
    """So many in all, and no more after the schedule was swept twice beside the worker."""
    _wait_until(lambda: mails(clinic) >= number, 30, f"{number} mails; worker log:\n{clinic.log('worker')[-2000:]}")
    clinic.manage("shell", "-c", SWEEP_TWICE)
    assert mails(clinic) == number


def states(clinic) -> dict[str, str]:
    where = f"replace(cast(session_id as varchar(36)), '-', '') = '{clinic.made['session'].replace('-', '')}'"
    return dict(clinic.sql(f"SELECT label, state FROM followups_checkin WHERE {where}"))


def until_state(clinic, label: str, state: str) -> None:
    _wait_until(lambda: states(clinic)[label] == state, 30, f"{label} to be {state}: {states(clinic)}")


def at_patients(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), THERE)


def plan_page(clinic, person) -> Someone:
    return person("nurse").go(f"/follow-ups/patients/{clinic.made['patient']}/")


def row(someone: Someone, label: str):
    return someone.page.locator("tbody tr", has=someone.page.get_by_role("link", name=label, exact=True))


def sees_slots(someone: Someone, dosed_on: date, *labels: str) -> None:
    """Each at 10:00 by the patient's clock, so many days after the dose."""
    for label in labels:
        number, unit = label.split()
        day = dosed_on + timedelta(days=int(number) if unit == "days" else int(number) // 24)
        expect(row(someone, label)).to_contain_text(f"{day.day} {day:%b %Y}, 10:00 P")


def test_j10_the_plan_survives_a_corrected_dose_and_outcomes_are_honest(clinic, person, tuesday):
    """F12, R12, R40."""
    labels = ("24 hours", "72 hours", "7 days", "14 days", "30 days", "90 days")
    nurse = plan_page(clinic, person)
    sees_slots(nurse, tuesday, *labels)
    nurse.shot("follow-up-before")
    clinic.travel_to(at_patients(tuesday + timedelta(days=1), 10, 1))
    until_mails(clinic, 1)

    wednesday = tuesday + timedelta(days=1)
    clinic.travel_to(datetime.combine(wednesday, time(14, 5), HERE))
    the_dose_was_a_day_later(clinic, person, wednesday)

    nurse = plan_page(clinic, person)
    expect(row(nurse, "24 hours")).to_contain_text(f"{wednesday.day} {wednesday:%b %Y}, 10:00 P")
    expect(row(nurse, "24 hours")).to_contain_text("Waiting for the answer")
    sees_slots(nurse, wednesday, *labels[1:])
    expect(row(nurse, "72 hours")).to_contain_text("Moved. The time of the dose was corrected")
    nurse.shot("follow-up-moved")

    two_are_missed(clinic, person, wednesday)
    outcomes_are_honest(person)


def the_dose_was_a_day_later(clinic, person, wednesday: date) -> None:
    nurse = person("nurse").go(f"/sessions/{clinic.made['session']}/").follow("Correct the time")
    nurse.sees("Written down first").fill(given_at=f"{wednesday}T14:00", reason="Written into the day before")
    nurse.fill(password=PASSWORD).press("Save the corrected time")
    nurse.sees("Nothing was saved", "The patient left at", "readings taken after the dose").shot("dose-time-asked")
    nurse.fill(confirmed=True, password=PASSWORD).press("Save the corrected time")
    nurse.sees("The time is corrected", "Time corrected, written down first for", "After the signature")
    nurse.shot("dose-time-session")
    office = person("compliance").go("/").sees("Dose time corrected")
    office.go(f"/sessions/dosing-records/{clinic.made['session']}/").sees("Time corrected").shot("dose-time-record")
    person("prescriber").go(f"/sessions/{clinic.made['session']}/signature/").sees("What is stored is what was signed.")


def two_are_missed(clinic, person, wednesday: date) -> None:
    """No reply: a reminder after the quiet hours, then it expires; after the second one somebody has to call."""
    for asked_on, label, sent in ((wednesday, "24 hours", 1), (wednesday + timedelta(days=3), "72 hours", 3)):
        if sent > 1:
            clinic.travel_to(at_patients(asked_on, 10, 1))
            until_mails(clinic, sent)
        clinic.travel_to(at_patients(asked_on + timedelta(days=1), 8, 1))
        until_mails(clinic, sent + 1)
        clinic.travel_to(at_patients(asked_on + timedelta(days=1), 11, 1))
        until_state(clinic, label, "expired")
    nurse = plan_page(clinic, person).sees("Two check-ins in a row were missed", "No answer in time.")
    nurse.shot("follow-up-missed")
    person("nurse").go("/").sees("missed")
    assert mails(clinic) == 4


def outcomes_are_honest(person) -> None:
    nurse = person("nurse").follow("Outcomes").sees("after the last session", "13 of 14 series counted")
    nurse.sees("By route", "Intravenous", "Intramuscular", "By session number", "Session 2", "Response", "Remission")
    nurse.sees("Reliably better", "1.96 × SD × √2 × √(1 − reliability)", "1 without a score before")
    expect(nurse.page.locator("figure.chart--trend .marker--dose")).to_have_count(2)
    nurse.unfold("as a table").sees("After session 2").shot("outcomes-own")
    admin = person("admin").follow("Outcomes").sees("No patient is named", "Left out: fewer than 11")
    admin.does_not_see("Family").shot("outcomes-report")
