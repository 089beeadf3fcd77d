"""Signature, what may follow it, and who may review."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from common.immutability import _drop_triggers
from common.records import RecordFrozen
from dosing.models import DosingRecord
from sessions_app import actions, hooks
from sessions_app.models import Session
from sessions_app.signed_content import is_intact
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def sign(clinic, session, by=None, password=accounts.PASSWORD, minutes=60, **more):
    at = (session.ended_at or session.first_dose_at) + minutes * MINUTE
    return actions.sign_session(session=session, by=by or clinic.prescriber, at=at, password=password, **more)


def refused_codes(clinic, session, **more):
    with pytest.raises(Blocked) as refused:
        sign(clinic, session, **more)
    return [blocker.code for blocker in refused.value.blockers]


def test_signature_freezes_the_session(clinic, monkeypatch):
    told = []
    monkeypatch.setitem(hooks.signed._answers, "test", lambda session, by, at: told.append(session.pk) or [])
    session = sessions.discharged_session(clinic)

    signed = sign(clinic, session)

    stored = sessions.stored(session)
    assert (stored.state, stored.signed_by_id) == ("signed", clinic.prescriber.membership_id)
    assert len(stored.content_sha256) == 64
    assert told == [signed.pk]
    with pytest.raises(RecordFrozen):
        Session.objects.get(pk=session.pk).save()


def test_open_remainder_blocks_until_it_is_wasted_with_a_witness(clinic):
    session = sessions.discharged_session(clinic, drawn_mg=Decimal(50))
    assert refused_codes(clinic, session) == ["OPEN_REMAINDER"]

    actions.dispose_session_remainder(
        session=session,
        draw_id=session.dosing_record.draws.get().pk,
        by=clinic.nurse,
        at=session.ended_at + 5 * MINUTE,
        what="waste",
        amount_mg=Decimal(15),
        method="Drug buster",
        reason="Left in the syringe",
        witness_email=clinic.members["prescriber"].user.email,
        witness_password=accounts.PASSWORD,
    )

    assert sign(clinic, session).signed_at


def test_session_that_is_not_over_cannot_be_signed(clinic):
    session = sessions.dosed_session(clinic, route="IV")

    assert {"NOT_DISCHARGED", "INFUSION_RUNNING"} <= set(refused_codes(clinic, session))


def test_missed_reading_blocks_until_it_is_explained(clinic):
    session = sessions.dosed_session(clinic)
    first = session.first_dose_at
    for minutes in (10, 20, 45, 60, 90):
        sessions.reading(clinic, session, first + minutes * MINUTE)
    sessions.discharge(clinic, session, first + 90 * MINUTE)
    session = sessions.stored(session)
    assert refused_codes(clinic, session) == ["READING_MISSED_30"]

    actions.record_reading(
        session=session,
        by=clinic.nurse,
        at=first + 100 * MINUTE,
        note="Asleep, not woken; SpO2 watched on the monitor",
        occurred_at=first + 30 * MINUTE,
        late_reason="Written after the visit",
    )

    assert sign(clinic, session).signed_at


def test_signature_needs_the_own_password_and_the_prescriber(clinic):
    session = sessions.discharged_session(clinic)
    with pytest.raises(InvalidInput):
        sign(clinic, session, password="wrong")
    with pytest.raises(NotPermitted):
        sign(clinic, session, by=clinic.nurse)
    assert sign(clinic, session).signed_at
    with pytest.raises(StaleState):
        sign(clinic, session)


def test_prescriber_off_the_roster_does_not_sign(clinic):
    session = sessions.discharged_session(clinic)
    other = accounts.actor(accounts.staff(clinic.practice, [accounts.Role.PRESCRIBER]))

    with pytest.raises(NotPermitted):
        sign(clinic, session, by=other)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sessions_app_vitalreading SET systolic_mmhg = 121",
        "UPDATE sessions_app_session SET planned_minutes = 90",
        "UPDATE dosing_administration SET site = 'left arm'",
        "UPDATE sessions_app_discharge SET escort_name = 'Somebody'",
    ],
)
def test_one_changed_value_breaks_the_signature(clinic, statement):
    session = sessions.signed_session(clinic)
    assert is_intact(session)
    with connection.cursor() as cursor:
        _drop_triggers(connection, cursor)
        cursor.execute(statement)

    assert not is_intact(session)


def test_addendum_stands_beside_the_signed_record(clinic):
    session = sessions.signed_session(clinic)
    at = session.signed_at + MINUTE

    actions.add_addendum(
        session=session, by=clinic.nurse, at=at, text="Escort's name is Alexa", reason="Misheard at the door"
    )

    assert session.addenda.get().recorded_as == "nurse"
    assert is_intact(session)


def test_addendum_only_after_the_signature_and_with_words(clinic):
    open_session = sessions.discharged_session(clinic)
    signed = sessions.signed_session(clinic)
    at = signed.signed_at + MINUTE
    with pytest.raises(StaleState):
        actions.add_addendum(session=open_session, by=clinic.nurse, at=at, text="More text", reason="Forgot it")
    with pytest.raises(InvalidInput) as refused:
        actions.add_addendum(session=signed, by=clinic.nurse, at=at, text="", reason="")
    with pytest.raises(NotPermitted):
        actions.add_addendum(session=signed, by=clinic.therapist, at=at, text="More text", reason="Forgot it")

    assert set(refused.value.fields) == {"text", "reason"}


def review(session, by, note="Order, dose and waste agree"):
    at = session.signed_at + MINUTE
    return actions.review_session(session=session, by=by, at=at, note=note, password=accounts.PASSWORD)


def test_compliance_reviews_once_with_a_note(clinic):
    session = sessions.signed_session(clinic)

    done = review(session, clinic.compliance)

    assert done.recorded_as == "compliance"
    assert DosingRecord.objects.get(pk=session.pk).reviewed_at == done.occurred_at
    with pytest.raises(StaleState):
        review(session, clinic.admin)


def test_review_needs_a_signed_session_and_a_note(clinic):
    signed, unsigned = sessions.signed_session(clinic), sessions.discharged_session(clinic)
    unsigned.signed_at = unsigned.ended_at + timedelta(hours=2)

    with pytest.raises(Blocked) as refused:
        review(unsigned, clinic.compliance)
    with pytest.raises(InvalidInput):
        review(signed, clinic.compliance, note=" ")
    assert [one.code for one in refused.value.blockers] == ["NOT_SIGNED"]


@pytest.mark.parametrize("who", ["prescriber", "nurse"])
def test_who_took_part_does_not_review(clinic, who):
    session = sessions.signed_session(clinic)
    member = clinic.members[who]
    accounts.actions.change_staff_roles(
        membership=member, by=clinic.admin, at=session.signed_at, roles=[*member.roles, accounts.Role.COMPLIANCE]
    )

    with pytest.raises(Blocked) as refused:
        review(session, accounts.actor(member))

    assert [one.code for one in refused.value.blockers] == ["REVIEWER_TOOK_PART"]


def test_nurse_does_not_review(clinic):
    with pytest.raises(NotPermitted):
        review(sessions.signed_session(clinic), clinic.nurse)


def test_lot_of_another_practice_cannot_be_given(clinic, other_clinic):
    session = sessions.checked_in_session(clinic)
    lot = dosing.stock_lot(other_clinic.nurse, sessions.AT - timedelta(hours=1))

    with pytest.raises(Exception, match="lot"):
        sessions.give(clinic, session, sessions.AT + MINUTE, lot=lot)
