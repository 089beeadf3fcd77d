"""Follow-up paused on request, and what becomes of each check-in (issue of J10: pause, resume, hours)."""

from datetime import date, time, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from common.errors import InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from followups import actions
from followups.actions.pauses import OVER_MEANWHILE
from followups.hours import hours_of
from followups.models import CheckIn, FollowUpPause, MissedInARow
from followups.watch import is_silent
from tests.builders import accounts
from tests.builders import followups as build
from tests.integration.followups.test_reminders import sweep

DAY = timedelta(days=1)
WHY = "Away for a retreat without a phone."


def pause(clinic, check_in, at, until: date | None = None, **more) -> FollowUpPause:
    return actions.pause_follow_ups(
        patient=check_in.patient, by=clinic.nurse, at=at, **{"reason": WHY, "until": until, **more}
    )


def states(check_in) -> list[str]:
    rows = CheckIn.objects.filter(patient=check_in.patient).order_by("session__first_dose_at", "point__offset_hours")
    return list(rows.values_list("state", flat=True))


@pytest.fixture
def now(dosed_at):
    return dosed_at + timedelta(hours=1)


def test_without_an_end_everything_is_held_and_nothing_is_silent(clinic, check_in, clock, no_queue, now):
    pause(clinic, check_in, now)
    assert set(states(check_in)) == {"paused"}
    sweep(clock, now + 400 * DAY)
    assert set(states(check_in)) == {"paused"}
    assert not is_silent(now + 400 * DAY, clinic.practice.pk)
    assert mail.outbox == []
    assert not MissedInARow.objects.exists()


def test_until_a_day_only_what_falls_before_it_is_held(clinic, check_in, clock, no_queue, now):
    """Tuesday's dose: the checks of Wednesday and Friday fall into a pause until Sunday, 7 June."""
    pause(clinic, check_in, now, date(2026, 6, 7))
    assert states(check_in) == ["paused", "paused", *["planned"] * 5]
    sweep(clock, now + timedelta(days=4, hours=6))  # Saturday evening
    assert states(check_in)[:2] == ["paused", "paused"]
    sweep(clock, now + timedelta(days=4, hours=20))  # Sunday, 11:00
    first, second = CheckIn.objects.filter(patient=check_in.patient).order_by("point__offset_hours")[:2]
    assert (first.state, first.ended_reason) == ("cancelled", OVER_MEANWHILE)
    assert second.state == "cancelled"
    assert AuditEvent.objects.get(action="followups.end_pause").detail == {"asked": 0, "over": 2}
    assert FollowUpPause.objects.get().ended_by is None


def test_what_is_still_open_is_asked_when_the_pause_ends(clinic, check_in, clock, no_queue, now):
    """The week's check (9 June, open until the 11th) falls into a pause until the 10th."""
    pause(clinic, check_in, now, date(2026, 6, 10))
    sweep(clock, now + timedelta(days=7, hours=8))  # 9 June, 23:00: not yet the 10th
    assert states(check_in)[:3] == ["paused"] * 3
    sweep(clock, now + timedelta(days=7, hours=13))  # 10 June, 04:00: planned for the end of the quiet hours
    week = CheckIn.objects.filter(patient=check_in.patient).order_by("point__offset_hours")[2]
    assert (week.state, week.local_due) == ("planned", "2026-06-10 08:00")
    sweep(clock, week.due_at)
    week.refresh_from_db()
    assert (week.state, len(mail.outbox)) == ("sent", 1)


def test_resumed_by_hand_the_coming_ones_keep_their_times(clinic, check_in, now):
    before = list(CheckIn.objects.filter(patient=check_in.patient).order_by("pk").values_list("due_at", "closes_at"))
    row = pause(clinic, check_in, now)
    actions.resume_follow_ups(pause=row, by=clinic.therapist, at=now + timedelta(hours=2))
    after = list(CheckIn.objects.filter(patient=check_in.patient).order_by("pk").values_list("due_at", "closes_at"))
    assert before == after
    assert set(states(check_in)) == {"planned"}
    with pytest.raises(StaleState):
        actions.resume_follow_ups(pause=row, by=clinic.nurse, at=now + timedelta(hours=3))
    done = AuditEvent.objects.filter(action__in=["followups.pause", "followups.resume"])
    assert sorted(done.values_list("action", flat=True)) == ["followups.pause", "followups.resume"]


def test_a_further_dose_in_a_pause_plans_what_is_held(clinic, check_in, now):
    pause(clinic, check_in, now)
    rows = build.plan(clinic, now + DAY, build.dosed_session(clinic, now + DAY, check_in.patient))
    assert {row.state for row in rows} == {"paused"}
    assert set(states(check_in)) == {"superseded", "paused"}


def test_what_was_asked_is_not_reminded_and_what_was_not_sent_is_taken_back(clinic, check_in, clock, no_queue, now):
    sweep(clock, check_in.due_at)
    pause(clinic, check_in, check_in.due_at + timedelta(hours=1))
    sweep(clock, check_in.due_at + timedelta(hours=23))
    assert len(mail.outbox) == 1
    assert states(check_in)[0] == "sent"


def test_a_message_that_waits_is_taken_back(clinic, check_in, by, clock, no_queue):
    actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    pause(clinic, check_in, check_in.due_at)
    assert states(check_in)[0] == "cancelled"
    sweep(clock, check_in.due_at + timedelta(hours=1))
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"reason": "no"}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"until": date(2026, 6, 2)}, "until"),
        ({"until": date(2026, 6, 1)}, "until"),
    ],
)
def test_what_is_no_pause(clinic, check_in, now, told, field):
    with pytest.raises(InvalidInput) as refusal:
        pause(clinic, check_in, now, **told)
    assert set(refusal.value.fields) == {field}
    assert not FollowUpPause.objects.exists()


def test_one_pause_at_a_time_and_by_the_team_only(clinic, check_in, now):
    for person in (clinic.admin, accounts.actor(accounts.staff(clinic.practice, at=now - DAY))):
        with pytest.raises(NotPermitted):
            actions.pause_follow_ups(patient=check_in.patient, by=person, at=now, reason=WHY)
    pause(clinic, check_in, now)
    with pytest.raises(StaleState):
        pause(clinic, check_in, now)


def test_the_plan_pauses_and_goes_on(clinic, check_in, clock, client, now):
    clock(now)
    accounts.sign_in(client, clinic.nurse)
    plan, act = (reverse(f"followups:{name}", args=[check_in.patient_id]) for name in ("of_patient", "pause"))
    assert client.post(act, {"reason": "no"}).status_code == 422
    assert client.post(act, {"reason": WHY, "until": "2026-06-08"}).status_code == 302
    page = client.get(plan).content.decode()
    for words in ("Paused until", WHY, "It closes before the pause is over.", "Go on now"):
        assert words in page
    one = client.get(reverse("followups:check_in", args=[check_in.pk])).content.decode()
    assert "It closes before the pause is over." in one
    row = FollowUpPause.objects.get()
    assert client.post(reverse("followups:resume", args=[row.pk])).status_code == 302
    assert "Paused" not in client.get(plan).content.decode()


def test_the_practice_sets_its_hours(clinic, client, clock, by, dosed_at, no_queue):
    accounts.sign_in(client, clinic.admin)
    page = reverse("followups:rules")
    for wrong in (
        {"contact_at": "07:00", "quiet_from": "20:00", "quiet_until": "09:00"},
        {"contact_at": "20:00", "quiet_from": "20:00", "quiet_until": "09:00"},
        {"contact_at": "12:00", "quiet_from": "23:30", "quiet_until": "09:00"},
        {"contact_at": "12:00", "quiet_from": "20:00", "quiet_until": "04:59"},
        {"contact_at": "", "quiet_from": "20:00", "quiet_until": "09:00"},
    ):
        assert client.post(page, wrong).status_code == 422, wrong
    assert hours_of(clinic.practice.pk).contact_at == time(10)
    assert client.post(page, {"contact_at": "17:30", "quiet_from": "19:00", "quiet_until": "09:00"}).status_code == 302
    shown = client.get(reverse("followups:points")).content.decode()
    assert "17:30" in shown
    first = build.first_check_in(clinic, dosed_at)
    assert first.local_due == "2026-06-03 17:30"
    evening = first.due_at + timedelta(hours=2)  # 19:30
    opened = actions.open_check_in(check_in=first, by=by, at=evening)
    assert opened.messages.get().next_try_at == evening + timedelta(hours=13, minutes=30)
    event = AuditEvent.objects.get(action="followups.set_rules")
    assert event.detail["contact_at"] == ["10:00", "17:30"]
    assert accounts.sign_in(client, clinic.nurse).get(page).status_code == 403
