"""The plan moves with the corrected time of the dose; what was asked stays, and each ending says why (J10, F12)."""

from datetime import date, timedelta

import pytest

from common.errors import StaleState
from common.models import AuditEvent
from followups import actions
from followups.actions.ending import ONE_A_DAY
from followups.actions.moving import OVER_BY_NOW
from followups.actions.planning import FURTHER_DOSE
from followups.models import CheckIn
from followups.tasks import sweep
from patients.actions import close_series, end_care
from sessions_app.models import Session
from tests.builders import followups as build

DAY = timedelta(days=1)


def move(clinic, session, by_time: timedelta, at):
    """As the correction of the dose's time does it."""
    was = session.first_dose_at
    Session.objects.filter(pk=session.pk).update(first_dose_at=was + by_time)
    session = Session.objects.select_related("patient", "practice").get(pk=session.pk)
    return actions.move_follow_ups(session=session, was_at=was, by=clinic.nurse, at=at)


def plan_of(session) -> dict[str, CheckIn]:
    return {row.label: row for row in CheckIn.objects.filter(session=session)}


@pytest.fixture
def session(clinic, dosed_at):
    """Dosed Tuesday 14:00 in New York; the patient lives in Los Angeles."""
    return build.plan(clinic, dosed_at, time_zone="America/Los_Angeles")[0].session


def test_planned_ones_move_and_what_was_asked_stays(clinic, session, by, dosed_at):
    asked = CheckIn.objects.select_related("patient", "point").get(session=session, label="24 hours")
    actions.open_check_in(check_in=asked, by=by, at=asked.due_at)
    before = plan_of(session)

    moved = move(clinic, session, DAY, at=dosed_at + DAY + timedelta(minutes=5))

    after = plan_of(session)
    assert len(moved) == 6
    assert (after["24 hours"].due_at, after["24 hours"].state) == (before["24 hours"].due_at, "sent")
    assert after["24 hours"].moved_reason == ""
    for label in ("72 hours", "7 days", "14 days", "30 days", "90 days", "180 days"):
        assert after[label].due_at == before[label].due_at + DAY, label
        assert after[label].closes_at == before[label].closes_at + DAY
        assert after[label].local_due[11:] == "10:00"
    reason = "The time of the dose was corrected: 2 Jun 2026 14:00 to 3 Jun 2026 14:00."
    assert after["7 days"].moved_reason == reason
    told = AuditEvent.objects.get(action="followups.move_follow_ups")
    assert told.detail == {"moved": 6, "replaced": 0, "merged": 0, "over": 0}


def test_behind_a_further_dose_they_are_replaced(clinic, session, dosed_at):
    build.dosed_session(clinic, dosed_at + 7 * DAY, patient=session.patient)
    CheckIn.objects.filter(session=session).exclude(label="7 days").update(state="cancelled")

    move(clinic, session, DAY, at=dosed_at + 2 * DAY)

    row = plan_of(session)["7 days"]
    assert (row.state, row.ended_reason) == ("superseded", FURTHER_DOSE)


def test_earlier_plans_end_where_the_dose_is_now(clinic, session, dosed_at):
    later = build.dosed_session(clinic, dosed_at + 8 * DAY, patient=session.patient)
    actions.plan_follow_ups(session=later, by=clinic.nurse, at=later.first_dose_at)
    assert plan_of(session)["7 days"].state == "planned"

    move(clinic, later, -2 * DAY, at=later.first_dose_at)

    assert plan_of(session)["7 days"].state == "superseded"
    told = AuditEvent.objects.get(action="followups.move_follow_ups").detail
    assert told["replaced"] == 1


def test_a_window_that_is_over_ends_and_a_due_one_waits_for_the_morning(clinic, session, dosed_at):
    at = dosed_at + 5 * DAY + timedelta(hours=12)  # 23:00 where the patient lives
    CheckIn.objects.filter(session=session, label__in=["24 hours", "14 days"]).update(state="cancelled")
    CheckIn.objects.filter(session=session, label="72 hours").update(due_at=at + DAY, closes_at=at + 2 * DAY)

    move(clinic, session, -2 * DAY, at=at)

    after = plan_of(session)
    assert (after["72 hours"].state, after["72 hours"].ended_reason) == ("cancelled", OVER_BY_NOW)
    assert (after["7 days"].state, after["7 days"].local_due) == ("planned", "2026-06-08 08:00")


def test_nobody_is_asked_twice_on_a_day(clinic, session, by, dosed_at):
    early = CheckIn.objects.select_related("patient", "point").get(session=session, label="24 hours")
    at = dosed_at + 2 * DAY - timedelta(hours=1)  # 10:00 where the patient lives, an hour before it closes
    actions.open_check_in(check_in=early, by=by, at=at)

    move(clinic, session, -DAY, at=at)

    row = plan_of(session)["72 hours"]
    assert (row.state, row.ended_reason) == ("superseded", ONE_A_DAY)


def test_a_pause_holds_what_moves_into_it_and_lets_go_what_moves_out(clinic, session, dosed_at):
    at = dosed_at + timedelta(hours=1)
    actions.pause_follow_ups(
        patient=session.patient, by=clinic.nurse, at=at, reason="Away until Friday", until=date(2026, 6, 6)
    )
    assert plan_of(session)["72 hours"].state == "paused"
    move(clinic, session, DAY, at=dosed_at + DAY + timedelta(minutes=1))
    after = plan_of(session)
    assert (after["24 hours"].state, after["72 hours"].state) == ("paused", "planned")


def test_the_sweep_after_it_sends_one_message_each(clinic, session, dosed_at, clock, no_queue):
    """J10: also when the sweep runs twice, and for somebody whose care ended nothing goes out at all."""
    move(clinic, session, DAY, at=dosed_at + DAY + timedelta(minutes=1))
    row = plan_of(session)["24 hours"]
    assert row.local_due == "2026-06-04 10:00"
    clock(row.due_at + timedelta(minutes=1))
    sweep()
    sweep()
    row.refresh_from_db()
    assert (row.state, row.messages.count()) == ("sent", 1)


def test_who_left_care_is_asked_nothing_after_it_moved(clinic, session, dosed_at, clock, no_queue):
    """R73."""
    move(clinic, session, DAY, at=dosed_at + DAY + timedelta(minutes=1))
    reason = "Moves to another town"
    close_series(series=session.series, by=clinic.prescriber, at=dosed_at + DAY, closing_reason=reason)
    end_care(patient=session.patient, by=clinic.prescriber, at=dosed_at + DAY + timedelta(minutes=2))
    row = plan_of(session)["24 hours"]
    clock(row.due_at + timedelta(minutes=1))
    sweep()
    row.refresh_from_db()
    assert (row.state, row.messages.count()) == ("cancelled", 0)


def test_whoever_read_it_before_it_moved_opens_nothing(clinic, session, by, dosed_at):
    """A worker that saw it due is late: its time is another now."""
    seen = CheckIn.objects.select_related("patient", "point").get(session=session, label="24 hours")
    move(clinic, session, DAY, at=dosed_at + DAY)
    with pytest.raises(StaleState):
        actions.open_check_in(check_in=seen, by=by, at=seen.due_at + timedelta(minutes=1))
