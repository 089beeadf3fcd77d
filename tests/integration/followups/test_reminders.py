"""One reminder before a check-in closes, never beside another message of the day (KAP-FUP-REMIND, -ONE-A-DAY)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse

from followups import actions, tasks
from followups.models import CheckIn, FollowUpPoint, OutboxMessage
from patients.actions import update_patient
from tests.builders import accounts
from tests.builders import followups as build

HOUR = timedelta(hours=1)


def sweep(clock, moment) -> None:
    clock(moment)
    tasks.sweep()
    for message in OutboxMessage.objects.waiting(moment):
        tasks.deliver(str(message.pk))


def purposes(check_in) -> list:
    return [(m.purpose, m.state) for m in check_in.messages.order_by("created_at")]


@pytest.fixture
def asked(check_in, clock, no_queue):
    """Asked on Wednesday at 10:00, reminded after 6 hours, open until Thursday 14:00."""
    FollowUpPoint.objects.filter(pk=check_in.point_id).update(remind_after_h=6)
    sweep(clock, check_in.due_at)
    assert purposes(check_in) == [("invite", "sent")]
    return check_in


def test_once_after_its_hours_and_not_before(asked, clock):
    sweep(clock, asked.due_at + 6 * HOUR - timedelta(minutes=1))
    assert len(mail.outbox) == 1
    for hours in (6, 7, 8, 22):
        sweep(clock, asked.due_at + hours * HOUR)
    assert purposes(asked) == [("invite", "sent"), ("reminder", "sent")]
    first, second = mail.outbox
    assert second.subject == "A short check-in is still waiting for you"
    assert first.body.split("/c/")[1][:20] != second.body.split("/c/")[1][:20]
    asked.refresh_from_db()
    links = list(asked.assessment_set.links.order_by("created_at"))
    assert [bool(link.revoked_at) for link in links] == [True, False]


def test_who_answered_is_not_reminded(asked, clock, clinic):
    asked.refresh_from_db()
    build.answer(asked, clinic.nurse, asked.due_at + HOUR)
    sweep(clock, asked.due_at + 7 * HOUR)
    assert len(mail.outbox) == 1


def test_in_quiet_hours_it_waits_for_the_morning(asked, clock):
    FollowUpPoint.objects.filter(pk=asked.point_id).update(remind_after_h=12)
    for hours in (12, 15, 21):
        sweep(clock, asked.due_at + hours * HOUR)
        assert len(mail.outbox) == 1, hours
    sweep(clock, asked.due_at + 22 * HOUR)
    assert len(mail.outbox) == 2


def test_not_within_an_hour_of_the_end(asked, clock):
    sweep(clock, asked.closes_at - HOUR)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("why", ["no reminder wanted", "sent again", "not mailable", "unclear"])
def test_nobody_is_reminded_without_need_or_right(asked, clock, clinic, why):
    asked.refresh_from_db()
    if why == "no reminder wanted":
        FollowUpPoint.objects.filter(pk=asked.point_id).update(remind_after_h=0)
    elif why == "sent again":
        actions.send_again(check_in=asked, by=clinic.nurse, at=asked.due_at + HOUR)
    elif why == "not mailable":
        patient = asked.patient
        update_patient(patient=patient, by=clinic.nurse, at=asked.due_at, version=patient.version, email_allowed=False)
    else:
        asked.messages.update(state="ambiguous", sent_at=None)
    sweep(clock, asked.due_at + 7 * HOUR)
    assert not asked.messages.filter(purpose="reminder").exists()


def test_not_on_a_day_with_another_message(asked, clock):
    """The 72 hours check-in is planned for Friday at 10:00; the reminder of the first would fall on that day."""
    friday = asked.due_at + timedelta(days=2)
    CheckIn.objects.filter(pk=asked.pk).update(closes_at=friday + timedelta(days=2))
    FollowUpPoint.objects.filter(pk=asked.point_id).update(remind_after_h=46)
    sweep(clock, friday - HOUR)
    assert len(mail.outbox) == 1
    sweep(clock, friday)
    assert len(mail.outbox) == 2
    sweep(clock, friday + 5 * HOUR)
    assert [message.subject for message in mail.outbox] == ["A short check-in is waiting for you"] * 2
    sweep(clock, friday + timedelta(days=1))
    assert mail.outbox[-1].subject == "A short check-in is still waiting for you"


def test_two_points_of_one_day_are_asked_once(clinic, clock, no_queue):
    """J10: of two on one local day the second is not asked, and the plan says so."""
    extra = {"label": "30 hours", "offset_hours": 30, "window_before_h": 12, "window_after_h": 24}
    actions.add_point(by=clinic.admin, at=build.AT - timedelta(days=1), instruments=["VASMOOD"], **extra)
    rows = build.plan(clinic)
    days = [row.local_due[:10] for row in rows if row.state == "planned"]
    assert len(days) == len(set(days))
    (second,) = [row for row in rows if row.state == "superseded"]
    assert "nobody gets two messages a day" in second.ended_reason


def test_what_was_moved_onto_a_day_with_a_message_is_not_asked(asked, clock, clinic):
    other = CheckIn.objects.filter(patient=asked.patient, state="planned").order_by("due_at").first()
    CheckIn.objects.filter(pk=other.pk).update(due_at=asked.due_at + 3 * HOUR)
    sweep(clock, asked.due_at + 3 * HOUR)
    other.refresh_from_db()
    assert (other.state, len(mail.outbox)) == ("superseded", 1)


def test_the_preview_says_what_comes_and_why(check_in, clinic, clock, client):
    clock(check_in.due_at - timedelta(hours=3))
    accounts.sign_in(client, clinic.nurse)
    page = client.get(reverse("followups:check_in", args=[check_in.pk])).content.decode()
    for words in (
        "The message goes out",
        "24 hours after the dose of 2 June, at 10:00, the practice",
        "A reminder",
        "moved out of the quiet hours",
        "It closes",
    ):
        assert words in page
    reminded = check_in.due_at + timedelta(hours=22)
    assert reminded.astimezone(ZoneInfo(check_in.time_zone)).strftime("%H:%M") == "08:00"
