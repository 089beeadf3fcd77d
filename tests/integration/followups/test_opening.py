"""A due check-in is opened exactly once, with its questionnaires and its message, or not at all."""

from datetime import timedelta

import pytest

from assessments.models import AssessmentSet
from common.errors import Blocked, StaleState
from common.models import AuditEvent
from followups import actions, tasks
from followups.models import CheckIn, OutboxMessage
from patients.actions import close_series, end_care, update_patient, withdraw_consent
from tests.builders import followups as build
from tests.builders import patients as people


def reload(check_in: CheckIn) -> CheckIn:
    return CheckIn.objects.select_related("patient__practice", "assessment_set").get(pk=check_in.pk)


def test_open_gives_the_points_questionnaires_and_queues_one_message(clinic, check_in, by):
    at = check_in.due_at
    actions.open_check_in(check_in=check_in, by=by, at=at)

    row = reload(check_in)
    assert (row.state, row.sent_at) == ("sent", at)
    assert row.assessment_set.instruments == ["VASMOOD", "SUDS", "ASQ"]
    assert row.assessment_set.occasion == "follow_up"
    assert (row.messages.get().state, row.messages.get().next_try_at) == ("pending", at)
    event = AuditEvent.objects.get(action="followups.open_check_in")
    assert (event.actor_name, event.patient_id) == ("system:follow-ups", row.patient_id)


def test_open_twice_is_refused(clinic, check_in, by):
    actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    with pytest.raises(StaleState):
        actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    assert (AssessmentSet.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_open_at_night_where_the_patient_lives_waits_for_the_morning(clinic, check_in, by):
    late = check_in.due_at + timedelta(hours=12)  # 22:00 in New York
    actions.open_check_in(check_in=check_in, by=by, at=late)

    assert check_in.messages.get().next_try_at == late + timedelta(hours=10)  # 08:00


def withdrawn(clinic, patient, at):
    consent = people.consent(patient, clinic.nurse, at, scope="messages")
    withdraw_consent(consent=consent, by=clinic.nurse, at=at, reason="")


REASONS = {
    "NO_EMAIL": lambda clinic, patient, at: change(patient, clinic, at, email=""),
    "EMAIL_NOT_ALLOWED": lambda clinic, patient, at: change(patient, clinic, at, email_allowed=False),
    "MESSAGES_CONSENT_WITHDRAWN": withdrawn,
}


def change(patient, clinic, at, **fields):
    update_patient(patient=patient, by=clinic.nurse, at=at, version=patient.version, **fields)


@pytest.mark.parametrize("code", REASONS)
def test_patient_who_may_not_be_mailed_gets_no_message_and_is_listed_to_call(clinic, check_in, by, code):
    at = check_in.due_at
    REASONS[code](clinic, check_in.patient, at - timedelta(hours=1))

    actions.open_check_in(check_in=reload(check_in), by=by, at=at)

    assert not OutboxMessage.objects.exists()
    assert list(CheckIn.objects.to_call(at)) == [check_in]
    with pytest.raises(Blocked) as refusal:
        actions.send_again(check_in=reload(check_in), by=clinic.nurse, at=at)
    assert [blocker.code for blocker in refusal.value.blockers] == [code]


def test_new_consent_after_a_withdrawal_allows_mail_again(clinic, check_in, by):
    at = check_in.due_at
    withdrawn(clinic, check_in.patient, at - timedelta(hours=2))
    people.consent(check_in.patient, clinic.nurse, at - timedelta(hours=1), scope="messages")

    actions.open_check_in(check_in=check_in, by=by, at=at)

    assert OutboxMessage.objects.count() == 1


def test_discharged_patient_is_asked_nothing(clinic, check_in, clock, no_queue):
    at = check_in.due_at
    close_series(series=check_in.patient.series.get(), by=clinic.prescriber, at=at, closing_reason="Finished")
    end_care(patient=check_in.patient, by=clinic.nurse, at=at)
    clock(at)

    tasks.sweep()

    row = reload(check_in)
    assert (row.state, row.assessment_set) == ("cancelled", None)
    assert "discharged" in row.ended_reason


def test_sweep_opens_only_what_is_due(clinic, check_in, clock, no_queue):
    clock(check_in.due_at - timedelta(seconds=1))
    tasks.sweep()
    assert not CheckIn.objects.filter(state="sent").exists()

    clock(check_in.due_at)
    tasks.sweep()
    assert no_queue == [str(OutboxMessage.objects.get().pk)]
    assert CheckIn.objects.get(state="sent") == check_in


def test_sweep_after_an_outage_asks_each_patient_once_and_says_what_was_missed(clinic, check_in, clock, no_queue):
    """The 24-hour window is over and the 72-hour and the 7-day one are both open (F4)."""
    rows = list(CheckIn.objects.filter(session=check_in.session).order_by("due_at"))
    at = rows[2].due_at + timedelta(minutes=5)
    CheckIn.objects.filter(pk=rows[1].pk).update(closes_at=at + timedelta(days=1))
    clock(at)

    tasks.sweep()

    assert [reload(row).state for row in rows[:4]] == ["missed", "superseded", "sent", "planned"]
    assert OutboxMessage.objects.count() == 1


def test_one_row_that_always_fails_does_not_keep_the_others_waiting(clinic, check_in, monkeypatch, clock, no_queue):
    other = build.first_check_in(clinic)
    clock(check_in.due_at)
    whole = actions.open_check_in

    def fails_for_one(*, check_in, by, at):
        if check_in.pk == other.pk:
            raise RuntimeError("poison")
        return whole(check_in=check_in, by=by, at=at)

    monkeypatch.setattr(actions, "open_check_in", fails_for_one)
    fails_for_one.__name__ = "open_check_in"
    tasks.sweep()

    assert (reload(check_in).state, reload(other).state) == ("sent", "planned")


def test_send_now_opens_before_its_time(clinic, check_in, dosed_at):
    actions.send_now(check_in=check_in, by=clinic.therapist, at=dosed_at)

    assert reload(check_in).state == "sent"
    assert OutboxMessage.objects.get().next_try_at == dosed_at
    assert AuditEvent.objects.get(action="followups.send_now").role == "therapist"


def test_send_again_makes_a_second_message_and_ends_the_first_link(clinic, check_in, by, mailoutbox, clock):
    at = clock(check_in.due_at)
    actions.open_check_in(check_in=check_in, by=by, at=at)
    tasks.deliver(str(OutboxMessage.objects.get().pk))
    first_link = check_in.assessment_set.links.get()

    again = actions.send_again(check_in=reload(check_in), by=clinic.nurse, at=at)
    tasks.deliver(str(again.pk))

    first_link.refresh_from_db()
    assert len(mailoutbox) == 2
    assert mailoutbox[0].body != mailoutbox[1].body
    assert first_link.revoked_at is not None
    assert check_in.assessment_set.links.filter(revoked_at=None).count() == 1


def test_send_again_is_refused_for_a_check_in_that_is_only_planned(clinic, check_in, at):
    with pytest.raises(StaleState):
        actions.send_again(check_in=check_in, by=clinic.nurse, at=at)


def test_link_handed_over_opens_the_check_in_and_sends_nothing(clinic, check_in, dosed_at):
    _, token = actions.hand_over_link(check_in=check_in, by=clinic.nurse, at=dosed_at)

    row = reload(check_in)
    assert (row.state, row.messages.count(), len(token)) == ("sent", 0, 43)
    link = row.assessment_set.links.get()
    assert (link.channel, link.expires_at) == ("handed", min(row.closes_at, dosed_at + timedelta(days=7)))
    assert not CheckIn.objects.to_call(dosed_at).exists()


def test_answering_the_last_questionnaire_closes_the_check_in(clinic, check_in, by):
    at = check_in.due_at
    actions.open_check_in(check_in=check_in, by=by, at=at)

    build.answer(check_in, clinic.nurse, at)

    row = reload(check_in)
    assert (row.state, row.answered_at, row.messages.get().state) == ("answered", at, "dropped")
    assert AuditEvent.objects.filter(action="followups.mark_answered").count() == 1


def test_answer_to_a_check_in_that_is_over_changes_nothing(clinic, check_in, by):
    actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    actions.expire_check_in(check_in=reload(check_in), by=by, at=check_in.closes_at)

    actions.mark_answered(check_in=reload(check_in), by=by, at=check_in.closes_at)

    assert reload(check_in).state == "expired"
    assert not AuditEvent.objects.filter(action="followups.mark_answered").exists()


def test_expire_closes_at_the_end_of_the_window_and_not_before(clinic, check_in, by):
    actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    with pytest.raises(StaleState):
        actions.expire_check_in(check_in=check_in, by=by, at=check_in.closes_at - timedelta(seconds=1))

    actions.expire_check_in(check_in=check_in, by=by, at=check_in.closes_at)

    row = reload(check_in)
    assert (row.state, row.assessment_set.cancelled_at) == ("expired", check_in.closes_at)
    assert list(CheckIn.objects.no_answer(check_in.closes_at)) == [row]
    assert not CheckIn.objects.no_answer(check_in.closes_at + timedelta(days=14)).exists()
