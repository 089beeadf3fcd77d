"""Links in a patient's hands end with the contact they were sent to, and with the patient's care (R73)."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.practice_catalogue import catalogue_of
from common.models import AuditEvent
from followups import actions, tasks
from followups.models import CheckIn
from followups.rows import Row
from patients.actions import close_series, end_care, update_patient, withdraw_consent
from patients.models import Patient
from tests.builders import assessments as questionnaires
from tests.builders import followups as build
from tests.builders import patients as people

LINK = re.compile(r"/c/(\S+?)/\s")


@pytest.fixture
def mailed(check_in, by, clock, no_queue):
    """A check-in whose mail went out, and the moment after."""
    at = clock(check_in.due_at)
    actions.open_check_in(check_in=check_in, by=by, at=at)
    tasks.deliver(str(check_in.messages.get().pk))
    return CheckIn.objects.for_list().get(pk=check_in.pk)


@pytest.fixture
def tokens(clinic, mailed):
    """One link that was mailed, one that was handed over for other questionnaires."""
    given = questionnaires.given_set(mailed.patient, clinic.nurse, mailed.due_at)
    _, handed = questionnaires.link(given, clinic.nurse, mailed.due_at)
    return [*LINK.findall(mail.outbox[-1].body), handed]


def change(clinic, patient, at, **fields):
    stored = Patient.objects.get(pk=patient.pk)
    return update_patient(patient=stored, by=clinic.nurse, at=at, version=stored.version, **fields)


def discharge(clinic, patient, at):
    close_series(series=patient.series.get(), by=clinic.prescriber, at=at, closing_reason="Finished")
    end_care(patient=Patient.objects.get(pk=patient.pk), by=clinic.nurse, at=at)


def answers(client, tokens) -> list[int]:
    return [client.get(reverse("portal:open", args=[token])).status_code for token in tokens]


@pytest.mark.parametrize("fields", [{"email": "new@mail.invalid"}, {"email": ""}, {"phone": "555 010 0999"}])
def test_a_changed_contact_ends_every_link(clinic, mailed, tokens, client, fields):
    """R73: also the one that waits in the old mailbox; the act says how many ended."""
    assert answers(client, tokens) == [303, 303]

    change(clinic, mailed.patient, mailed.due_at, **fields)

    assert answers(client, tokens) == [410, 410]
    kept = AuditEvent.objects.get(action="assessments.end_links")
    assert (kept.patient_id, kept.detail) == (mailed.patient_id, {"ended": 2})


def test_other_details_leave_the_links_alone(clinic, mailed, tokens, client):
    """R73: nor does the same address written again end anything."""
    change(clinic, mailed.patient, mailed.due_at, email=f" {mailed.patient.email} ", address="2 Elm Street")

    assert answers(client, tokens) == [303, 303]
    assert not AuditEvent.objects.filter(action="assessments.end_links").exists()


def test_somebody_is_told_to_call_when_a_mailed_link_ended(clinic, mailed):
    """R73: the patient waits for a link that opens nothing; a fresh one goes to the contact on file only."""
    at = mailed.due_at
    assert not CheckIn.objects.to_call(at).exists()

    change(clinic, mailed.patient, at, email="new@mail.invalid")

    waiting = CheckIn.objects.for_list().get(pk=mailed.pk)
    assert list(CheckIn.objects.to_call(at)) == [waiting]
    assert Row(waiting, at, catalogue_of(waiting.patient.practice_id)).delivery.word == "To call"
    message = actions.send_again(check_in=waiting, by=clinic.nurse, at=at)
    assert not CheckIn.objects.to_call(at).exists()
    tasks.deliver(str(message.pk))
    assert mail.outbox[-1].to == ["new@mail.invalid"]
    assert not CheckIn.objects.to_call(at).exists()
    assert (
        Row(CheckIn.objects.for_list().get(pk=mailed.pk), at, catalogue_of(mailed.patient.practice_id)).delivery.word
        == "Mail sent"
    )


def test_discharge_ends_every_link_and_what_was_asked(clinic, mailed, tokens, client):
    """R73."""
    at = mailed.due_at + timedelta(hours=1)
    discharge(clinic, mailed.patient, at)

    assert answers(client, tokens) == [410, 410]
    mailed.refresh_from_db()
    assert (mailed.state, mailed.ended_reason) == ("cancelled", "The patient is discharged from care.")
    assert not CheckIn.objects.needing_somebody(at + timedelta(days=2)).filter(pk=mailed.pk).exists()


def test_a_change_before_the_mail_is_made_sends_it_to_the_new_contact(clinic, check_in, by, no_queue):
    """R73: the worker reads the contact again under the lock under which it makes the link."""
    at = check_in.due_at
    actions.open_check_in(check_in=check_in, by=by, at=at)
    message = actions.claim_message(message_id=check_in.messages.get().pk, by=by, at=at)
    change(clinic, check_in.patient, at, email="new@mail.invalid")

    assert actions.make_message_link(message=message, by=by, at=at)
    assert message.check_in.patient.email == "new@mail.invalid"


def test_links_of_others_stay(clinic, mailed, tokens, client):
    """R73."""
    other = build.dosed_session(clinic, mailed.due_at).patient
    discharge(clinic, other, mailed.due_at)
    change(clinic, other, mailed.due_at, email="other@mail.invalid")

    assert answers(client, tokens) == [303, 303]


def withdraw(clinic, patient, at, scope="messages"):
    consent = people.consent(patient, clinic.nurse, at, scope=scope)
    withdraw_consent(consent=consent, by=clinic.nurse, at=at, reason="")


def test_a_withdrawn_consent_to_messages_ends_every_link(clinic, mailed, tokens, client):
    """R73: who waits for that answer is told to call; another consent withdrawn changes nothing."""
    at = mailed.due_at
    withdraw(clinic, mailed.patient, at, scope="touch")
    assert answers(client, tokens) == [303, 303]

    withdraw(clinic, mailed.patient, at)

    assert answers(client, tokens) == [410, 410]
    assert list(CheckIn.objects.to_call(at)) == [mailed]


@pytest.mark.parametrize("claimed", [False, True])
def test_a_withdrawn_consent_stops_a_message_that_waits_or_was_claimed(clinic, check_in, by, no_queue, clock, claimed):
    """R73: nothing goes out after it, and the row of the patient is locked on both sides."""
    at = clock(check_in.due_at)
    actions.open_check_in(check_in=check_in, by=by, at=at)
    waiting = check_in.messages.get()
    message = actions.claim_message(message_id=waiting.pk, by=by, at=at) if claimed else waiting
    with CaptureQueriesContext(connection) as asked:
        withdraw(clinic, check_in.patient, at)
        if claimed:
            assert actions.make_message_link(message=message, by=by, at=at) is None
    tasks.deliver(str(message.pk))

    message.refresh_from_db()
    assert (message.state, mail.outbox) == ("dropped", [])
    assert AuditEvent.objects.filter(action="followups.stop_messages").count() == (not claimed)
    assert list(CheckIn.objects.to_call(at)) == [CheckIn.objects.get(pk=check_in.pk)]
    if connection.vendor == "postgresql":
        locks = [
            one["sql"] for one in asked if "FOR NO KEY UPDATE" in one["sql"] and '"patients_patient"' in one["sql"]
        ]
        assert len(locks) == 1 + claimed
