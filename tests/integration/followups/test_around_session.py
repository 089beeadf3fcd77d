"""What is asked around a session: sent the day before, moved and ended with it; and asked when the patient leaves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import AssessmentSet
from followups import actions, tasks
from followups.models import CheckIn, OutboxMessage
from followups.pages import LISTS, chosen, patient_plan
from sessions_app import actions as session_actions
from sessions_app.measuring import Protocol
from sessions_app.models import Session
from tests.builders import accounts, assessments, patients, sessions
from tests.builders import followups as build

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)  # Monday, 10:00 in New York
STARTS = datetime(2026, 6, 4, 13, 0, tzinfo=UTC)  # Thursday, 09:00
DUE = datetime(2026, 6, 3, 14, 0, tzinfo=UTC)  # Wednesday, 10:00
HOUR = timedelta(hours=1)
TOLD = {"source": "Practice rule", "note": "Agreed on 3 March with all"}


def planned(clinic, starts=STARTS, at=NOW, series=None, by=None, **person) -> Session:
    """A session planned as the protocol says."""
    if series is None:
        patient = patients.patient_with_team(clinic, NOW - timedelta(days=2), **person)
        series = patients.series(patient, clinic.prescriber, NOW - timedelta(days=2))
    return session_actions.schedule_session(series=series, by=by or clinic.nurse, at=at, scheduled_for=starts)


def contact(session, **more) -> CheckIn:
    return CheckIn.objects.select_related("assessment_set", "patient").get(session=session, **more)


def protocol(clinic, version=1, **values) -> None:
    told = {"about": "ALL", "protocol": Protocol(**values), "replaces_version": version, **TOLD}
    session_actions.set_measuring(by=clinic.prescriber, at=NOW, **told)


def sweep(clock, at) -> None:
    clock(at)
    tasks.sweep()
    for pk in OutboxMessage.objects.waiting(at).values_list("pk", flat=True):
        tasks.deliver(str(pk))


# planned


def test_a_planned_session_is_asked_about_the_day_before_by_the_patients_clock(clinic):
    found = contact(planned(clinic, time_zone="America/Los_Angeles"))
    assert (found.occasion, found.days_before, found.state) == ("pre", 1, "planned")
    assert (found.local_due, found.due_at) == ("2026-06-03 10:00", DUE + 3 * HOUR)
    assert found.closes_at == STARTS + 3 * HOUR


@pytest.mark.parametrize(
    ("days", "local_due"), [(0, None), (1, "2026-06-03 10:00"), (2, "2026-06-02 10:00"), (3, "2026-06-01 10:00")]
)
def test_the_protocol_says_how_many_days_before(clinic, days, local_due):
    protocol(clinic, before=("SUDS",), days_before=days)
    found = CheckIn.objects.filter(session=planned(clinic)).first()
    assert (found and found.local_due) == local_due


@pytest.mark.parametrize(
    ("at", "local_due"),
    [
        (STARTS - 15 * HOUR, "2026-06-03 18:00"),  # in the evening before
        (STARTS - 11 * HOUR, "2026-06-04 08:00"),  # 22:00: the end of the quiet hours
        (STARTS - HOUR, "2026-06-04 08:00"),
        (STARTS - HOUR + timedelta(minutes=1), None),  # on the way already
    ],
)
def test_what_is_planned_late_is_asked_at_once_or_in_the_morning(clinic, at, local_due):
    found = CheckIn.objects.filter(session=planned(clinic, at=at)).first()
    assert (found and found.local_due) == local_due


def test_nothing_is_asked_where_nothing_is_given(clinic):
    series = patients.series(patients.patient_with_team(clinic, NOW), clinic.prescriber, NOW)
    session_actions.schedule_session(series=series, by=clinic.nurse, at=NOW, scheduled_for=STARTS, pre_instruments=())
    assert not CheckIn.objects.exists()


def test_it_moves_and_ends_with_its_session(clinic):
    session = planned(clinic)
    session_actions.reschedule_session(
        session=session, by=clinic.admin, at=NOW + HOUR, scheduled_for=STARTS + timedelta(days=4)
    )
    moved = contact(session)
    assert (moved.local_due, moved.assessment_set.due_at) == ("2026-06-07 10:00", STARTS + timedelta(days=4))
    session_actions.cancel_session(session=session, by=clinic.admin, at=NOW + HOUR, reason="Moved away")
    ended = contact(session)
    assert (ended.state, ended.ended_reason) == ("cancelled", "The session was called off.")
    assert ended.assessment_set.cancelled_at == NOW + HOUR


def test_one_that_was_sent_stays_sent_and_open_when_the_session_moves(clinic, clock, no_queue):
    session = planned(clinic)
    sweep(clock, DUE)
    later = STARTS + timedelta(days=4)
    session_actions.reschedule_session(session=session, by=clinic.nurse, at=DUE + HOUR, scheduled_for=later)
    moved = contact(session)
    assert (moved.state, moved.due_at, moved.closes_at) == ("sent", DUE, later + 3 * HOUR)
    sweep(clock, DUE + 2 * HOUR)
    assert len(mail.outbox) == 1


def test_a_patient_who_moves_zone_is_asked_by_the_new_clock(clinic, clock, no_queue):
    session = planned(clinic)
    type(session.patient).objects.filter(pk=session.patient_id).update(time_zone="America/Los_Angeles")
    sweep(clock, DUE)
    assert (contact(session).local_due, contact(session).due_at) == ("2026-06-03 10:00", DUE + 3 * HOUR)
    assert mail.outbox == []


# sent and answered


def test_it_goes_out_once_over_the_outbox(clinic, clock, no_queue):
    session = planned(clinic)
    sweep(clock, DUE - timedelta(minutes=1))
    assert mail.outbox == []
    for _ in range(2):
        sweep(clock, DUE)
    assert [message.to for message in mail.outbox] == [[session.patient.email]]
    assert contact(session).state == "sent"
    assert AssessmentSet.objects.filter(patient=session.patient).count() == 1, "what was given with the session"


def test_what_was_answered_since_planning_is_not_asked_again(clinic, clock, no_queue):
    session = planned(clinic)
    assert "PHQ9" in contact(session).assessment_set.instruments
    assessments.answered_set(session.patient, clinic.nurse, NOW + HOUR, {"PHQ9": {}})
    sweep(clock, DUE)
    found = contact(session)
    assert (found.state, "PHQ9" in found.assessment_set.instruments) == ("sent", False)
    assert "GAD7" in found.assessment_set.instruments


@pytest.mark.parametrize("how", ["begun", "chosen"])
def test_what_was_begun_or_chosen_stays(clinic, clock, no_queue, how):
    chosen_codes = ("PHQ9", "GAD7") if how == "chosen" else None
    series = patients.series(patients.patient_with_team(clinic, NOW), clinic.prescriber, NOW)
    session = session_actions.schedule_session(
        series=series, by=clinic.nurse, at=NOW, scheduled_for=STARTS, pre_instruments=chosen_codes
    )
    if how == "begun":
        assessments.answered(contact(session).assessment_set, "GAD7", clinic.nurse, NOW)
    assessments.answered_set(session.patient, clinic.nurse, NOW + HOUR, {"PHQ9": {}})
    sweep(clock, DUE)
    assert "PHQ9" in contact(session).assessment_set.instruments


def test_answered_on_the_tablet_before_it_was_sent_nothing_goes_out(clinic, clock, no_queue):
    session = planned(clinic)
    given = contact(session).assessment_set
    build.answer(contact(session), clinic.nurse, NOW)
    assessments.told_day_before(AssessmentSet.objects.get(pk=given.pk), clinic.nurse, NOW)
    assert contact(session).state == "answered"
    sweep(clock, DUE)
    assert mail.outbox == []


def test_taken_back_before_it_was_sent_nothing_goes_out(clinic, clock, no_queue):
    from assessments.actions import cancel_set

    session = planned(clinic)
    cancel_set(assessment_set=contact(session).assessment_set, by=clinic.nurse, at=NOW)
    sweep(clock, DUE)
    assert (contact(session).state, contact(session).ended_reason) == (
        "cancelled",
        "Its questionnaires were taken back.",
    )
    assert mail.outbox == []


def test_silence_before_a_session_is_no_missed_check_in(clinic, clock, no_queue):
    first = planned(clinic)
    second = planned(clinic, series=first.series, starts=STARTS + timedelta(days=3))
    sweep(clock, DUE)
    sweep(clock, DUE + timedelta(days=3))
    at = STARTS + timedelta(days=3, hours=4)
    sweep(clock, at)
    assert [contact(one).state for one in (first, second)] == ["expired", "expired"]
    assert not first.patient.missed_in_a_row.exists()
    assert not chosen(CheckIn.objects.all(), "no_answer", at).exists()


def test_what_a_session_needs_comes_before_a_follow_up_of_the_same_day(clinic, clock, no_queue):
    patient = patients.patient_with_team(clinic, NOW - timedelta(days=40))
    dose = build.dosed_session(clinic, DUE - timedelta(days=7) + 4 * HOUR, patient=patient)
    actions.plan_follow_ups(session=dose, by=clinic.nurse, at=dose.first_dose_at)
    week = CheckIn.objects.get(session=dose, point__offset_hours=168)
    assert week.local_due == "2026-06-03 10:00"
    session = planned(clinic, series=dose.series)
    CheckIn.objects.filter(session=dose).exclude(pk=week.pk).update(state="cancelled", ended_at=NOW)
    sweep(clock, DUE)
    week.refresh_from_db()
    assert (contact(session).state, week.state, len(mail.outbox)) == ("sent", "superseded", 1)
    assert "nobody gets two messages a day" in week.ended_reason


def test_a_pause_holds_it_like_everything_else(clinic, clock, no_queue):
    session = planned(clinic)
    pause = actions.pause_follow_ups(patient=session.patient, by=clinic.nurse, at=NOW, reason="Asked for quiet")
    assert contact(session).state == "paused"
    other = planned(clinic, series=session.series, starts=STARTS + timedelta(days=3))
    assert contact(other).state == "paused"
    actions.resume_follow_ups(pause=pause, by=clinic.nurse, at=DUE + 2 * HOUR)
    assert (contact(session).state, contact(session).due_at) == ("planned", DUE + 2 * HOUR)


# when the patient leaves


def test_the_protocol_asks_when_the_patient_leaves(clinic, clock, no_queue):
    protocol(clinic, before=("SUDS",), after=("VASMOOD", "SUDS"))
    session = sessions.discharged_session(clinic, NOW + HOUR)
    left_at = sessions.leaving_time(session)
    found = contact(session, occasion="post")
    assert (found.due_at, found.closes_at) == (left_at, left_at + 12 * HOUR)
    assert found.assessment_set.instruments == ["VASMOOD", "SUDS"]
    sweep(clock, left_at)
    assert len(mail.outbox) == 1
    sweep(clock, left_at + 12 * HOUR)
    assert contact(session, occasion="post").state == "expired"


def test_by_default_the_first_follow_up_point_asks_next(clinic):
    session = sessions.discharged_session(clinic, NOW)
    assert set(CheckIn.objects.filter(session=session).values_list("occasion", flat=True)) == {"follow_up"}


# the preview


def plan_of(clinic, session, at, who=None):
    (plan,) = patient_plan(who or clinic.nurse, session.patient, at, None)
    return {row.check_in.label: row for row in plan.rows}


def test_the_plan_says_what_comes_when_and_why(clinic, client, clock):
    session = planned(clinic, time_zone="America/Los_Angeles")
    clock(NOW)
    row = plan_of(clinic, session, NOW)["Before the session"]
    assert [one.what for one in row.coming] == ["The message goes out", "It closes"]
    expected = "The day before session 1 of 4 June, at 10:00, the practice's time of day, by the patient's clock."
    assert row.coming[0].why == expected
    accounts.sign_in(client, clinic.nurse)
    page = client.get(reverse("followups:of_patient", args=[session.patient_id])).content.decode()
    for words in (
        "3 Jun 2026, 10:00 PDT",
        "America/Los_Angeles",
        "by e-mail to",
        "fasting, medicines, way home",
        "Patient Health Questionnaire-9",
        "A prescriber decides before the dose",
    ):
        assert words.lower() in page.lower(), words
    accounts.sign_in(client, clinic.admin)
    assert (
        "Questionnaire-9" not in client.get(reverse("followups:of_patient", args=[session.patient_id])).content.decode()
    )


@pytest.mark.parametrize(
    ("dosed_at", "words"),
    [
        (datetime(2026, 5, 4, 10, 40, tzinfo=UTC), "moved from 06:40 out of quiet hours (21:00 to 08:00)"),
        (datetime(2026, 5, 4, 18, 0, tzinfo=UTC), "at 10:00, the practice's time of day"),
        (datetime(2026, 5, 4, 22, 0, tzinfo=UTC), "at 12:00 and not at 10:00: its window begins, or ends, then"),
    ],
)
def test_a_follow_up_says_why_at_this_hour(clinic, dosed_at, words):
    point = clinic.practice.follow_up_points.get(offset_hours=24)
    window_after = 0 if "moved" in words else point.window_after_h
    type(point).objects.filter(pk=point.pk).update(window_after_h=window_after)
    row = build.plan(clinic, dosed_at)[0]
    shown = plan_of(clinic, row.session, dosed_at)["24 hours"]
    assert shown.coming[0].why.startswith("24 hours after the dose of 4 May, ")
    assert words in shown.coming[0].why


def test_the_plan_says_why_not(clinic, client, clock):
    session = planned(clinic)
    clock(NOW)
    accounts.sign_in(client, clinic.nurse)
    address = reverse("followups:of_patient", args=[session.patient_id])
    actions.pause_follow_ups(patient=session.patient, by=clinic.nurse, at=NOW, reason="Asked for quiet")
    assert "Paused without an end" in client.get(address).content.decode()
    session_actions.cancel_session(session=session, by=clinic.nurse, at=NOW, reason="Moved away")
    assert "Not asked any more: The session was called off." in client.get(address).content.decode()


def test_lists_and_pages_take_a_contact_of_a_session(clinic, client, clock, no_queue):
    session = planned(clinic)
    sweep(clock, DUE)
    accounts.sign_in(client, clinic.nurse)
    for show in LISTS:
        assert client.get(reverse("followups:list"), {"show": show}).status_code == 200
    page = client.get(reverse("followups:check_in", args=[contact(session).pk])).content.decode()
    assert "the day before session 1 of 4 June" in page
    assert session.scheduled_for.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M") == "09:00"


def test_the_plan_costs_the_same_however_long_it_is(clinic, client, clock):
    session = planned(clinic)
    clock(NOW)
    accounts.sign_in(client, clinic.nurse)
    address = reverse("followups:of_patient", args=[session.patient_id])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for days in (3, 6, 9):
        planned(clinic, series=session.series, starts=STARTS + timedelta(days=days))
    assert cost() == few
