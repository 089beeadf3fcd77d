"""The plan hangs on the real dose, in the patient's own zone, and moves with both (J10, F12)."""

from datetime import timedelta

import pytest

from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from followups import actions
from followups.models import CheckIn, FollowUpPoint
from sessions_app.models import Session
from tests.builders import accounts
from tests.builders import followups as build


def states(session) -> list[str]:
    return list(CheckIn.objects.filter(session=session).order_by("due_at").values_list("state", flat=True))


def test_plan_has_one_check_in_for_each_point_of_the_practice(clinic, dosed_at):
    rows = build.plan(clinic, dosed_at)

    assert [row.label for row in rows] == [
        "24 hours",
        "72 hours",
        "7 days",
        "14 days",
        "30 days",
        "90 days",
        "180 days",
    ]
    assert {row.state for row in rows} == {"planned"}
    assert AuditEvent.objects.get(action="followups.plan_follow_ups").detail == {"planned": 7, "replaced": 0}


def test_plan_again_adds_nothing(clinic, dosed_at):
    session = build.plan(clinic, dosed_at)[0].session

    assert actions.plan_follow_ups(session=session, by=clinic.nurse, at=dosed_at) == []
    assert len(states(session)) == 7


def test_plan_without_a_dose_is_refused(clinic, dosed_at):
    session = build.dosed_session(clinic, dosed_at)
    session.first_dose_at = None

    with pytest.raises(InvalidInput):
        actions.plan_follow_ups(session=session, by=clinic.nurse, at=dosed_at)


def test_plan_leaves_out_points_that_are_switched_off(clinic, dosed_at):
    point = FollowUpPoint.objects.get(practice=clinic.practice, offset_hours=72)
    actions.switch_point(point=point, by=clinic.admin, at=dosed_at, is_active=False)

    assert "72 hours" not in [row.label for row in build.plan(clinic, dosed_at)]


@pytest.mark.parametrize(
    ("zone", "local", "utc_hour"),
    [("America/New_York", "2026-06-03 10:00", 14), ("America/Los_Angeles", "2026-06-03 10:00", 17)],
)
def test_plan_follows_the_patients_clock_not_the_clinics(clinic, dosed_at, zone, local, utc_hour):
    row = build.first_check_in(clinic, dosed_at, time_zone=zone)

    assert (row.local_due, row.time_zone, row.due_at.hour) == (local, zone, utc_hour)


def test_further_dose_replaces_what_is_still_planned_after_it(clinic, dosed_at):
    first = build.dosed_session(clinic, dosed_at)
    build.plan(clinic, session=first, dosed_at=dosed_at)
    second = build.dosed_session(clinic, dosed_at + timedelta(days=5), patient=first.patient)

    build.plan(clinic, session=second, dosed_at=second.first_dose_at)

    assert states(first) == ["planned", "planned"] + ["superseded"] * 5
    assert states(second) == ["planned"] * 7
    replaced = CheckIn.objects.filter(session=first, state="superseded").first()
    assert "further dose" in replaced.ended_reason


def test_further_dose_keeps_what_was_already_sent(clinic, dosed_at, by):
    first = build.plan(clinic, dosed_at)
    actions.open_check_in(check_in=first[0], by=by, at=first[0].due_at)
    second = build.dosed_session(clinic, dosed_at + timedelta(hours=23), patient=first[0].patient)

    build.plan(clinic, session=second, dosed_at=second.first_dose_at)

    assert states(first[0].session)[0] == "sent"


def test_dose_entered_late_does_not_take_over_the_plan_of_a_later_dose(clinic, dosed_at):
    later = build.dosed_session(clinic, dosed_at)
    build.plan(clinic, session=later, dosed_at=dosed_at)
    earlier = build.dosed_session(clinic, dosed_at - timedelta(days=2), patient=later.patient)

    build.plan(clinic, session=earlier, dosed_at=dosed_at)

    assert states(later) == ["planned"] * 7
    assert states(earlier) == ["planned"]  # only the 24 hours lie before the later dose


def test_patient_who_moves_gets_the_same_local_hour_in_the_new_zone(clinic, check_in, by, at):
    patient = check_in.patient
    type(patient).objects.filter(pk=patient.pk).update(time_zone="America/Denver")

    (row,) = CheckIn.objects.in_another_zone().filter(pk=check_in.pk).select_related("session__patient", "point")
    actions.move_check_in(check_in=row, by=by, at=at)

    row.refresh_from_db()
    assert (row.local_due, row.time_zone, row.due_at.hour) == ("2026-06-03 10:00", "America/Denver", 16)
    assert not CheckIn.objects.in_another_zone().filter(pk=row.pk).exists()


def test_move_is_refused_once_the_check_in_was_opened(clinic, check_in, by):
    actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    with pytest.raises(StaleState):
        actions.move_check_in(check_in=check_in, by=by, at=check_in.due_at)


def test_cancel_needs_a_reason_and_happens_once(clinic, check_in, at):
    with pytest.raises(InvalidInput) as refusal:
        actions.cancel_check_in(check_in=check_in, by=clinic.therapist, at=at, reason=" no ")
    assert "reason" in refusal.value.fields

    actions.cancel_check_in(check_in=check_in, by=clinic.therapist, at=at, reason="Patient asked us to stop")
    assert (check_in.state, check_in.ended_reason) == ("cancelled", "Patient asked us to stop")
    assert AuditEvent.objects.get(action="followups.cancel_check_in").role == "therapist"
    with pytest.raises(StaleState):
        actions.cancel_check_in(check_in=check_in, by=clinic.therapist, at=at, reason="Patient asked us to stop")


def test_cancel_ends_the_questionnaires_links_and_messages(clinic, check_in, by):
    at = check_in.due_at
    actions.open_check_in(check_in=check_in, by=by, at=at)
    actions.hand_over_link(check_in=check_in, by=clinic.nurse, at=at)

    actions.cancel_check_in(check_in=check_in, by=clinic.nurse, at=at, reason="In hospital now")

    check_in.refresh_from_db()
    assert check_in.assessment_set.cancelled_at == at
    assert check_in.assessment_set.links.get().revoked_at == at
    assert check_in.messages.get().state == "dropped"


@pytest.mark.parametrize("act", ["cancel_check_in", "send_now", "send_again", "hand_over_link", "confirm_delivery"])
@pytest.mark.parametrize(
    ("who", "error"),
    [("admin", NotPermitted), ("compliance", NotPermitted), ("off_team", NotPermitted), ("elsewhere", OutOfScope)],
)
def test_acts_are_refused_to_other_people(clinic, check_in, at, act, who, error):
    people = {
        "off_team": lambda: accounts.actor(accounts.staff(clinic.practice, ["nurse"])),
        "elsewhere": lambda: accounts.clinic_with_staff(name="Other").nurse,
    }
    person = people[who]() if who in people else getattr(clinic, who)
    more = {"reason": "Long enough"} if act == "cancel_check_in" else {}

    with pytest.raises(error):
        getattr(actions, act)(check_in=check_in, by=person, at=at, **more)
    check_in.refresh_from_db()
    assert check_in.state == "planned"


def test_first_dose_hook_plans_in_the_same_transaction(clinic, dosed_at):
    from sessions_app.hooks import first_dose

    session = build.dosed_session(clinic, dosed_at)
    first_dose.collect(session=Session.objects.get(pk=session.pk), by=clinic.nurse, at=dosed_at)

    assert len(states(session)) == 7
