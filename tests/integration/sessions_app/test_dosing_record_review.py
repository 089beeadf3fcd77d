"""One dosing record in full: what a reviewer sees and does not see (R12), and the review itself."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.models import AuditEvent
from common.sealed_fields import sealed
from dosing.models import DosingRecord
from dosing.models.record import EXCEPTION
from sessions_app import actions
from sessions_app.models import SessionReview
from tests.builders import accounts, sessions
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
NOTE = {"note": "Order, dose and ledger agree.", "password": accounts.PASSWORD}


@pytest.fixture(scope="module")
def signed(shared, staffed):
    return shared(lambda: sessions.signed_session(staffed))


@pytest.fixture
def session(clinic, signed):
    return deepcopy(signed)


def page(session) -> str:
    return reverse("sessions:dosing_record", args=[session.pk])


def review(session) -> str:
    return reverse("sessions:review_dosing_record", args=[session.pk])


def as_(actor) -> Client:
    return accounts.sign_in(Client(), actor)


def test_page_tells_order_dose_account_ledger_vitals_and_room(clinic, session):
    response = as_(clinic.compliance).get(page(session))
    assert response.status_code == 200
    text = response.text
    record = session.dosing_record
    for words in (
        record.patient.mrn,
        "70.0 kg × 0.5 mg/kg = 35.0 mg",
        "Drawn <b",
        f"lot {record.lot_numbers.strip()}",
        "Supervising prescriber",
        "122/78",
        "T+0:30",
        "On every criterion",
        "Escort present",
        clinic.nurse.name,
    ):
        assert words in text, words
    movement = response.context["page"].accounts[0].movements[0]
    assert (movement.before_mg, movement.after_mg) == (Decimal(1000), Decimal(965))
    assert AuditEvent.objects.filter(action="sessions.looked_at_dosing_record", object_id=record.pk).count() == 1


@pytest.mark.parametrize("who", ["admin", "compliance"])
def test_page_holds_no_words_of_the_patient_no_notes_and_no_scores(clinic, who):
    """Canaries in everything that a reviewer of doses must not read (R12)."""
    session = sessions.checked_in_session(clinic, note="CANARY-checkin")
    sessions.give(clinic, session, sessions.AT + sessions.DOSE_AFTER)
    session = sessions.stored(session)
    at = session.first_dose_at + timedelta(minutes=10)
    actions.record_observation(session=session, by=clinic.nurse, at=at, what="words", text="CANARY-observation")
    actions.record_adverse_event(
        session=session,
        by=clinic.nurse,
        at=at,
        category="gi",
        grade=1,
        relatedness="possible",
        description="CANARY-event",
        action="CANARY-action",
        outcome="resolved",
    )
    sessions.reading(clinic, session, at, dissociation=3, note="CANARY-reading")
    type(session).objects.filter(pk=session.pk).update(**sealed(session, intention="CANARY-intention"))
    text = as_(getattr(clinic, who)).get(page(session)).text
    assert "CANARY" not in text
    assert "Asked in the interview" not in text  # why the questionnaires were passed stays with the care team
    assert "Dissociation" not in text
    assert "PHQ" not in text


def test_why_nothing_was_taken_is_shown(clinic):
    session = sessions.dosed_session(clinic)
    at = session.first_dose_at + timedelta(minutes=10)
    actions.record_reading(session=session, by=clinic.nurse, at=at, note="Asleep, breathing well, left in peace")
    assert "Asleep, breathing well" in as_(clinic.admin).get(page(session)).text


def test_gap_late_entry_and_open_remainder_are_loud(clinic):
    session = sessions.dosed_session(clinic, drawn_mg=Decimal(50), planned_mg=Decimal(35))
    taken = session.first_dose_at + timedelta(minutes=20)
    sessions.reading(
        clinic, session, taken + timedelta(minutes=60), occurred_at=taken, late_reason="Tablet was charging"
    )
    text = as_(clinic.admin).get(page(session)).text
    for words in ("Gap in readings", "Late entries", "Tablet was charging", "not accounted for", "Not closed"):
        assert words in text


def test_infusion_change_and_early_stop_are_shown(clinic):
    session = sessions.dosed_session(clinic, route="IV")
    at = session.first_dose_at + timedelta(minutes=20)
    sessions.end_infusion(clinic, session, at, how="stopped", reason="Patient asked to stop")
    text = as_(clinic.admin).get(page(session)).text
    assert "Patient asked to stop" in text
    assert "stopped early" in text


def test_addendum_stands_beside_the_original(clinic, session):
    at = session.signed_at + timedelta(hours=1)
    actions.add_addendum(session=session, by=clinic.prescriber, at=at, text="Site was left", reason="Forgotten then")
    assert "Site was left" in as_(clinic.admin).get(page(session)).text


def test_review_marks_the_record_and_says_who(clinic, session):
    client = as_(clinic.admin)
    assert 'action="' + review(session) in client.get(page(session)).text
    response = client.post(review(session), NOTE)
    assert response.status_code == 302
    assert DosingRecord.objects.get(pk=session.pk).reviewed_at is not None
    made = SessionReview.objects.get(session=session)
    assert (made.note, made.recorded_by_id) == (NOTE["note"], clinic.admin.membership_id)
    text = client.get(page(session)).text
    assert NOTE["note"] in text
    assert "Mark as reviewed" not in text


def test_second_review_is_a_conflict_and_changes_nothing(clinic, session):
    as_(clinic.admin).post(review(session), NOTE)
    response = as_(clinic.compliance).post(review(session), {**NOTE, "note": "Also looked at it."})
    assert response.status_code == 409
    assert SessionReview.objects.get(session=session).note == NOTE["note"]


def test_review_needs_a_note(clinic, session):
    response = as_(clinic.admin).post(review(session), {**NOTE, "note": ""})
    assert response.status_code == 422
    assert "Nothing was saved" in response.text
    assert not SessionReview.objects.exists()


def test_unsigned_session_cannot_be_reviewed_yet(clinic):
    session = sessions.discharged_session(clinic)
    client = as_(clinic.admin)
    assert "The prescriber has to sign the session first." in client.get(page(session)).text
    assert client.post(review(session), NOTE).status_code == 422


def test_the_giver_never_reviews(clinic):
    """Also not when the giver holds the admin role as well."""
    both = accounts.staff(clinic.practice, ["nurse", "admin"])
    clinic.nurse = accounts.actor(both)
    session = sessions.signed_session(clinic)
    client = as_(clinic.nurse)
    assert "You took part in this dose." in client.get(page(session)).text
    assert client.post(review(session), NOTE).status_code == 422
    assert not SessionReview.objects.exists()


@pytest.mark.parametrize("who", ["prescriber", "nurse", "therapist"])
def test_clinicians_do_not_review(clinic, session, who):
    assert as_(getattr(clinic, who)).post(review(session), NOTE).status_code == 403
    assert "Mark as reviewed" not in as_(getattr(clinic, who)).get(page(session)).text


def test_other_practice_and_unknown_record_are_not_found(clinic, session):
    other = accounts.clinic_with_staff(name="Hill")
    for address in (page(session), review(session)):
        method = "post" if address.endswith("review/") else "get"
        assert getattr(as_(other.admin), method)(address, NOTE).status_code == 404
    assert session.patient.family_name not in as_(other.admin).get(page(session)).text


def test_anonymous_is_sent_to_sign_in(session):
    assert Client().get(page(session)).status_code == 302


def test_next_leads_to_the_oldest_record_that_waits(clinic, session):
    later = sessions.signed_session(clinic, at=sessions.AT + timedelta(days=5))
    client = as_(clinic.admin)
    assert client.get(page(session)).context["next"].pk == later.pk
    client.post(review(later), NOTE)
    assert client.get(page(session)).context["next"] is None


def test_home_page_counts_what_waits_with_its_exceptions(clinic):
    sessions.dosed_session(clinic, drawn_mg=Decimal(50), planned_mg=Decimal(35))
    sessions.dosed_session(clinic, at=sessions.AT + timedelta(days=1))
    text = as_(clinic.compliance).get(reverse("accounts:home")).text
    assert "Dosing records to review" in text
    assert "Remainder open" in text
    assert "Dosing records to review" not in as_(clinic.nurse).get(reverse("accounts:home")).text


def ask(session) -> str:
    return reverse("sessions:ask_about_dosing_record", args=[session.pk])


def question_for(who, text="Why was more drawn than the order says?") -> dict:
    return {"asked_of_id": str(who.membership_id), "text": text}


def test_a_record_is_given_back_answered_by_an_addendum_and_then_reviewed(clinic, session):
    """J8: the signed original stays, the question and its answer stand beside it, and the review needs the password."""
    admin, nurse = as_(clinic.admin), as_(clinic.nurse)
    assert admin.post(ask(session), question_for(clinic.nurse)).status_code == 302
    assert "has not answered yet" in admin.get(page(session)).text
    refused = admin.post(review(session), NOTE)
    assert refused.status_code == 422
    assert not SessionReview.objects.exists()
    home = nurse.get("/").text
    assert "Why was more drawn" in home
    address = reverse("sessions:addendum", args=[session.pk])
    assert "Why was more drawn" in nurse.get(address).text
    nurse.post(address, {"text": "The syringe holds 1 mL at least.", "reason": "Asked by the reviewer"})
    text = admin.get(page(session)).text
    assert "The syringe holds 1 mL at least." in text
    assert "Why was more drawn" not in nurse.get("/").text
    wrong = admin.post(review(session), {**NOTE, "password": "not mine"})
    assert wrong.status_code == 422
    assert admin.post(review(session), NOTE).status_code == 302
    assert DosingRecord.objects.get(pk=session.pk).reviewed_at is not None


def test_a_question_is_for_somebody_who_had_a_hand_in_it(clinic, session):
    stranger = accounts.staff(clinic.practice, roles=["nurse"])
    asked = as_(clinic.admin).post(ask(session), {"asked_of_id": str(stranger.pk), "text": "What happened here?"})
    assert asked.status_code == 422
    short = as_(clinic.admin).post(ask(session), question_for(clinic.nurse, "Why?"))
    assert short.status_code == 422
    assert "at least 10 characters" in short.text
    assert not session.questions.exists()


def test_nobody_asks_about_a_record_that_is_reviewed(clinic, session):
    admin = as_(clinic.admin)
    admin.post(review(session), NOTE)
    assert admin.post(ask(session), question_for(clinic.nurse)).status_code == 409


def test_the_list_says_that_a_question_is_open(clinic, session):
    admin = as_(clinic.admin)
    admin.post(ask(session), question_for(clinic.nurse))
    assert "Question asked" in admin.get(reverse("sessions:dosing_records")).text


def test_an_answered_question_is_frozen_in_the_database(clinic, session):
    actions.ask_author(
        session=session,
        by=clinic.admin,
        at=session.signed_at + timedelta(minutes=1),
        asked_of_id=clinic.nurse.membership_id,
        text="Why was more drawn than ordered?",
    )
    at = session.signed_at + timedelta(minutes=2)
    actions.add_addendum(session=session, by=clinic.nurse, at=at, text="It was the last vial.", reason="Asked about it")
    question = session.questions.get()
    assert question.answer.text == "It was the last vial."
    with pytest.raises(DatabaseError), transaction.atomic():
        type(question).objects.filter(pk=question.pk).update(asked_of_id=clinic.prescriber.membership_id)


def test_a_reading_not_taken_comes_to_the_exceptions(clinic):
    """J8: "gap in vitals" is looked at first."""
    session = sessions.dosed_session(clinic)
    at = session.first_dose_at + timedelta(minutes=10)
    actions.record_reading(session=session, by=clinic.nurse, at=at, note="Asleep, left in peace")
    record = DosingRecord.objects.get(pk=session.pk)
    assert record.has_vitals_gap
    assert DosingRecord.objects.filter(EXCEPTION, pk=session.pk).exists()
    assert "Reading not taken" in as_(clinic.admin).get(page(session)).text


def test_waste_that_nobody_witnessed_stands_on_every_page(clinic):
    """R48: the session, its record, timeline, log and the discrepancy all say so; the review sees the mark."""
    session = sessions.dosed_session(clinic, at=timezone.now() - timedelta(minutes=40), drawn_mg=Decimal(50))
    draw = session.dosing_record.draws.get()
    nurse = as_(clinic.nurse)
    address = reverse("sessions:unwitnessed", args=[session.pk, draw.pk])
    assert address in nurse.get(reverse("sessions:remainder", args=[session.pk, draw.pk])).text
    typed = {"amount": "0.3", "method": "drug buster", "reason": "Alone in the house", "password": accounts.PASSWORD}
    assert nurse.post(address, {**typed, "password": "wrong"}).status_code == 422
    assert nurse.post(address, typed).status_code == 302
    assert "nobody witnessed it" in nurse.get(reverse("sessions:session", args=[session.pk])).text
    admin = as_(clinic.admin)
    text = admin.get(page(session)).text
    assert "nobody witnessed it" in text
    assert "Witness missing" in text
    timeline = admin.get(reverse("api:session_timeline", args=[session.pk]))
    assert timeline.status_code == 200
    log = b"".join(admin.get(reverse("sessions:export_dosing_records")).streaming_content).decode()
    assert "Alone in the house" in log
    assert "Wasted without a witness" in as_(clinic.compliance).get(reverse("dosing:discrepancies")).text
