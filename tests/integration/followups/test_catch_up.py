"""After an outage: one message a patient, none at night, so many a minute, whoever is at risk first (F4)."""

from datetime import timedelta

import pytest
from django.core import mail

from followups import actions, tasks
from followups.models import CheckIn, OutboxMessage
from followups.watch import is_silent
from tests.builders import accounts
from tests.builders import assessments as answers
from tests.builders import followups as build

LIMIT = 5


@pytest.fixture(autouse=True)
def _slowly(settings):
    settings.MESSAGES_PER_MINUTE = LIMIT


@pytest.fixture
def rings(monkeypatch):
    """Doorbells are heard at once, each by two workers."""

    def ring(pk):
        tasks.deliver(str(pk))
        tasks.deliver(str(pk))

    monkeypatch.setattr("followups.doorbell.ring_for", ring)


def run(clock, start, minutes: float) -> list:
    """The sweep every 15 seconds, by two beats; when each mail went out."""
    times, at = [], start
    while at < start + timedelta(minutes=minutes):
        clock(at)
        before = len(mail.outbox)
        tasks.sweep()
        tasks.sweep()
        times += [at] * (len(mail.outbox) - before)
        at += timedelta(seconds=15)
    return times


def most_in_a_minute(times) -> int:
    return max(sum(start <= each < start + timedelta(minutes=1) for each in times) for start in times)


def test_a_days_outage_ends_without_a_storm(clinic, clock, rings, settings):
    """Thirteen patients, twelve with two check-ins due; nothing ran for a day."""
    first = [build.first_check_in(clinic) for _ in range(13)]
    people = [row.patient for row in first]
    for person in people[1:]:
        second = CheckIn.objects.filter(patient=person, state="planned").order_by("due_at")[1]
        CheckIn.objects.filter(pk=second.pk).update(due_at=first[0].due_at + timedelta(hours=20))
    at_risk = people[-2:]
    for person in at_risk:
        answers.risk_item(person, clinic.nurse, build.AT)
    back = first[0].due_at + timedelta(hours=24) - timedelta(minutes=1)

    times = run(clock, back, 5)

    assert [len(message.to) for message in mail.outbox] == [1] * 13
    assert len({message.to[0] for message in mail.outbox}) == 13
    assert {message.to[0] for message in mail.outbox[:2]} == {person.email for person in at_risk}
    assert most_in_a_minute(times) <= LIMIT
    assert times[-1] - times[0] <= timedelta(minutes=3)
    replaced = CheckIn.objects.filter(state="superseded", patient__in=people)
    assert replaced.count() == 12
    assert {row.due_at for row in replaced} == {first[0].due_at}  # of two the later one is asked
    assert {row.ended_reason for row in replaced} == {"A later check-in was due when messages went out again."}


def test_a_queue_that_drains_slowly_is_not_silent(clinic, clock, rings, by):
    rows = [build.first_check_in(clinic) for _ in range(40)]
    at = rows[0].due_at
    run(clock, at, 5.75)
    waiting = OutboxMessage.objects.waiting(at)
    assert waiting.exists()
    assert not is_silent(at + timedelta(minutes=6))
    assert is_silent(at + timedelta(minutes=9))  # had the worker stopped then


def test_what_the_night_overtakes_waits_for_the_morning(clinic, clock, rings):
    """Seven are due at 20:59:45; five go out before the quiet hours, two at eight in the morning."""
    evening = build.AT + timedelta(hours=31) - timedelta(seconds=15)  # 20:59:45 in New York
    rows = [build.first_check_in(clinic) for _ in range(7)]
    CheckIn.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=evening - timedelta(minutes=1))

    times = run(clock, evening, 3)
    assert (len(times), set(times)) == (5, {evening})
    assert set(OutboxMessage.objects.filter(state="pending").values_list("next_try_at", flat=True)) == {
        evening + timedelta(hours=11, seconds=15)
    }
    morning = run(clock, evening + timedelta(hours=11, seconds=15), 0.5)
    assert len(morning) == 2


def test_what_a_person_sends_at_night_goes_out_at_night(clinic, clock, rings):
    row = build.first_check_in(clinic)
    night = clock(build.AT + timedelta(hours=12))
    actions.send_now(check_in=row, by=clinic.nurse, at=night)
    clock(night + timedelta(minutes=1))
    tasks.sweep()
    assert len(mail.outbox) == 1


def test_the_limit_is_one_for_all_practices_and_channels(clinic, clock, rings, settings, tmp_path):
    settings.TEXT_PROVIDER, settings.TEXT_FOLDER = "folder", tmp_path / "texts"
    rows = [build.first_check_in(clinic) for _ in range(4)]
    rows += [build.first_check_in(accounts.clinic_with_staff(at=build.AT - timedelta(days=7))) for _ in range(4)]
    for row in rows[:4]:
        build.by_text(row.patient, clinic, build.AT)
    run(clock, rows[0].due_at, 0.5)
    assert OutboxMessage.objects.filter(state="sent").count() == LIMIT
