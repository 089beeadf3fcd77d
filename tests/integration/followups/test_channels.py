"""A provider that is slow or down: sending pauses for its channel, one message tries, the clinic goes on (F21)."""

import itertools
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from common.models import AuditEvent
from followups import actions, tasks
from followups.actions.gates import PROBE, is_open
from followups.breaker import pause_after
from followups.models import ChannelPause, OutboxMessage
from followups.watch import is_silent
from tests.builders import accounts
from tests.builders import followups as build
from tests.builders.text_provider import TextProvider

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def provider(settings):
    with TextProvider() as server:
        settings.TEXT_PROVIDER, settings.TWILIO = "twilio", server.settings
        yield server


@pytest.fixture
def waiting(clinic, by, clock, no_queue):
    """Six text messages and a mail, all due now."""
    rows = [build.first_check_in(clinic) for _ in range(7)]
    at = clock(rows[0].due_at)
    for row in rows[:6]:
        build.by_text(row.patient, clinic, build.AT)
    for row in rows:
        actions.open_check_in(check_in=row, by=by, at=at)
    return list(OutboxMessage.objects.order_by("created_at", "pk").filter(channel="text"))


def states(messages) -> list[str]:
    return sorted(OutboxMessage.objects.filter(pk__in=[m.pk for m in messages]).values_list("state", flat=True))


def deliver_all(messages) -> None:
    for message in messages:
        tasks.deliver(str(message.pk))


@pytest.mark.parametrize("answer", [503, 500, 401])
def test_three_failures_in_a_row_pause_the_channel_and_no_other(waiting, provider, answer):
    provider.answers = [answer] * 9
    deliver_all(waiting)
    assert len(provider.calls) == 3
    assert ChannelPause.objects.troubled().get().channel == "text"
    assert AuditEvent.objects.filter(action="followups.pause_channel").count() == 1
    deliver_all(OutboxMessage.objects.filter(channel="email"))
    assert len(mail.outbox) == 1


def test_one_message_tries_the_provider_again_and_its_success_lets_the_others_go(waiting, provider, clock, no_queue):
    provider.answers = [503] * 3
    deliver_all(waiting)
    pause = ChannelPause.objects.get()
    at = clock(pause.paused_until - SECOND)
    no_queue.clear()
    tasks.sweep()
    texts = {str(m.pk) for m in waiting}
    assert not texts & set(no_queue)

    at = clock(pause.paused_until)
    tasks.sweep()
    assert texts & set(no_queue)
    assert (is_open("text", at), is_open("text", at)) == (True, False)
    at = clock(at + PROBE)  # that one's worker died; the next may try
    deliver_all(waiting)
    assert set(states(waiting)) == {"sent"}
    assert not ChannelPause.objects.troubled().exists()
    assert AuditEvent.objects.filter(action="followups.resume_channel").count() == 1


def test_a_probe_that_fails_makes_the_pause_longer(waiting, provider, clock):
    provider.answers = [503] * 20
    deliver_all(waiting)
    pauses = []
    for _ in range(4):
        row = ChannelPause.objects.get()
        at = clock(row.paused_until)
        deliver_all(waiting)
        pauses.append(ChannelPause.objects.get().paused_until - at)
    assert len(provider.calls) == 7
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses))


def test_the_provider_is_asked_no_earlier_than_it_said(waiting, provider, clock):
    """Retry-After holds for the whole channel, from the first answer on."""
    provider.answers = [(429, 600)]
    deliver_all(waiting)
    assert len(provider.calls) == 1
    assert ChannelPause.objects.get().paused_until == waiting[0].next_try_at + timedelta(seconds=600)
    first = OutboxMessage.objects.get(attempts=1)
    assert first.next_try_at >= waiting[0].next_try_at + timedelta(seconds=600)


def test_a_refused_number_is_no_outage(waiting, provider):
    provider.answers = [503, 503, (400, 21211), 503, 503]
    deliver_all(waiting)
    assert len(provider.calls) == 6
    assert not ChannelPause.objects.troubled().exists()


@pytest.mark.parametrize(
    ("failures", "asked", "minutes"),
    [(1, None, 0), (2, None, 0), (3, None, 1), (4, None, 2), (6, None, 8), (7, None, 15), (500, None, 15)]
    + [(1, 30, 30), (3, 30, 30), (1, 24 * 60, 60)],
)
def test_pause_grows_and_ends(failures, asked, minutes):
    asked_for = timedelta(minutes=asked) if asked else None
    assert pause_after(failures, asked_for, 1.0) == timedelta(minutes=minutes)
    if minutes and not asked:
        assert pause_after(failures, asked_for, 1.2) == timedelta(minutes=minutes) * 1.2


def test_everybody_sees_it_and_the_clinic_stays_ready(clinic, waiting, provider, client, clock):
    """F21: degraded, not down; what waits for the provider is not taken for a worker that stopped."""
    provider.answers = [503] * 3
    deliver_all(waiting)
    deliver_all(OutboxMessage.objects.filter(channel="email"))
    at = clock(waiting[0].next_try_at + timedelta(minutes=6))
    assert not is_silent(at)
    told = client.get("/readyz").json()
    assert (told["ready"], told["degraded"]) == (True, ["text provider"])
    for person in (clinic.nurse, clinic.admin):
        accounts.sign_in(client, person)
        assert "Messages wait for their provider" in client.get("/").content.decode()
        assert "Text messages: the provider is not reached." in client.get(reverse("followups:list")).content.decode()


def test_a_poison_row_is_parked_and_the_others_go_out(waiting, monkeypatch, clock, caplog, provider):
    """F24: five tries, then a person; nobody takes it for an outage."""
    poison, *others = waiting
    really = tasks.send

    def poisoned(message, token):
        if message.pk == poison.pk:
            raise ValueError("cannot be laid out")
        return really(message, token)

    monkeypatch.setattr("followups.tasks.send", poisoned)
    deliver_all(waiting)
    assert states(others) == ["sent"] * 5
    for _ in range(4):
        clock(OutboxMessage.objects.get(pk=poison.pk).next_try_at)
        tasks.deliver(str(poison.pk))
    row = OutboxMessage.objects.get(pk=poison.pk)
    assert (row.state, row.attempts, row.last_error) == ("failed", 5, "ValueError")
    assert not ChannelPause.objects.troubled().exists()
    assert list(OutboxMessage.objects.unclear()) == [row]
    assert f"message {poison.pk} could not be sent: ValueError" in caplog.text
    assert "cannot be laid out" not in caplog.text
