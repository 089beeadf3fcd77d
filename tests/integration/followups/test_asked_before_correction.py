"""A check-in asked before the dose's time was corrected: pages and messages name the dose's day as it is now (J10)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from followups import actions as followups
from followups.mail import mail_text
from followups.models import CheckIn
from followups.pages import patient_plan
from followups.texts import text_words
from sessions_app import actions
from tests.builders import accounts, sessions

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


ZONE = ZoneInfo("America/New_York")


def day(moment) -> str:
    local = moment.astimezone(ZONE)
    return f"{local.day} {local:%B}"


def stamp(moment) -> str:
    local = moment.astimezone(ZONE)
    return f"{local.day} {local:%b %Y %H:%M}"


def correct(clinic, session, given_at, at):
    return actions.correct_session_dose_time(
        session=sessions.stored(session),
        administration_id=session.dosing_record.administrations.get(number=1).pk,
        by=clinic.nurse,
        at=at,
        given_at=given_at,
        reason="Wrong day chosen",
        confirmed=True,
    )


def asked(session, label: str, by, at):
    row = CheckIn.objects.select_related("patient__practice", "point", "session").get(session=session, label=label)
    followups.open_check_in(check_in=row, by=by, at=at)
    return CheckIn.objects.select_related("patient__practice", "point", "session").get(pk=row.pk)


@pytest.fixture
def dosed(clinic):
    session = sessions.stored(sessions.discharged_session(clinic))
    session.first = session.first_dose_at
    return session


def shown(clinic, session, check_in) -> dict[str, str]:
    browser = accounts.sign_in(Client(), clinic.nurse)
    told = {
        "page": reverse("followups:check_in", args=[check_in.pk]),
        "plan": reverse("followups:of_patient", args=[session.patient_id]),
        "list": reverse("followups:list") + "?show=waiting",
    }
    return {name: browser.get(address).content.decode() for name, address in told.items()}


def test_what_was_asked_names_the_day_of_the_dose_as_it_is_now(clinic, dosed, by):
    row = asked(dosed, "24 hours", by, dosed.first + DAY + HOUR)
    now = dosed.first + DAY
    correct(clinic, dosed, now, at=now + 5 * HOUR)
    after = CheckIn.objects.get(pk=row.pk)
    assert (after.due_at, after.local_due, after.moved_reason, after.version) == (
        row.due_at,
        row.local_due,
        "",
        row.version,
    )
    note = f"Asked before the time of the dose was corrected from {stamp(dosed.first)} to {stamp(now)}."
    for name, page in shown(clinic, dosed, row).items():
        assert f"24 hours after the dose of {day(now)}" in page, name
        assert f"24 hours after the dose of {day(dosed.first)}" not in page, name
        assert (note in page) is (name != "list"), name


def test_after_a_second_correction_the_newest_is_named_beside_the_first(clinic, dosed, by):
    """It was planned at the first one, which it says, and asked at the second."""
    first, second = dosed.first + DAY, dosed.first + 2 * DAY
    correct(clinic, dosed, first, at=first + HOUR)
    row = asked(dosed, "72 hours", by, dosed.first + 4 * DAY)
    assert row.moved_reason.endswith(f"to {stamp(first)}.")
    correct(clinic, dosed, second, at=dosed.first + 4 * DAY + HOUR)
    pages = shown(clinic, dosed, row)
    note = f"Asked before the time of the dose was corrected from {stamp(first)} to {stamp(second)}."
    for name in ("page", "plan"):
        assert note in pages[name]
        assert f"after the dose of {day(second)}" in pages[name]
        assert f"after the dose of {day(first)}" not in pages[name]


def test_one_asked_after_the_correction_says_nothing_of_it(clinic, dosed, by):
    correct(clinic, dosed, dosed.first + DAY, at=dosed.first + DAY + HOUR)
    row = asked(dosed, "72 hours", by, dosed.first + 4 * DAY)
    assert "Asked before" not in shown(clinic, dosed, row)["page"]


def test_no_message_names_a_day_of_the_dose(clinic, dosed, by):
    row = asked(dosed, "24 hours", by, dosed.first + DAY + HOUR)
    correct(clinic, dosed, dosed.first + DAY, at=dosed.first + DAY + 5 * HOUR)
    row = CheckIn.objects.select_related("patient__practice", "session").get(pk=row.pk)
    words = mail_text(row, "https://clinic.example/c/x") + text_words(row, "https://clinic.example/c/x")
    for moment in (dosed.first, dosed.first + DAY):
        assert day(moment) not in words


def test_the_plan_costs_the_same_with_and_without_corrections(clinic, dosed, by):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            rows = [
                row for plan in patient_plan(clinic.nurse, dosed.patient, timezone.now(), None) for row in plan.rows
            ]
            assert [row.since_asked for row in rows]
        return len(captured)

    asked(dosed, "24 hours", by, dosed.first + DAY + HOUR)
    before = cost()
    correct(clinic, dosed, dosed.first + DAY, at=dosed.first + DAY + 5 * HOUR)
    correct(clinic, dosed, dosed.first + DAY + HOUR, at=dosed.first + DAY + 6 * HOUR)
    assert cost() == before
