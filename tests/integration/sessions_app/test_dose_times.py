"""Correcting when a dose was given: the first entry stays, what counts from the dose follows (J10, R40, R42)."""

import io
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.verifying import verify_chain
from dosing.models import Administration, DoseTimeCorrection, DosingRecord, StockMovement
from dosing.models.record import EXCEPTION
from sessions_app import actions
from sessions_app.board_page import load_board
from sessions_app.leaving_facts import left_with
from sessions_app.models import RemsForm, Session
from sessions_app.monitoring import DoseSpan
from sessions_app.session_facts import load_facts
from sessions_app.signed_content import is_intact
from tests.builders import accounts, raw_rows, sessions
from tests.builders.chain import commit

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WHY = "Wrong day chosen"


def dose_of(session, number: int = 1) -> Administration:
    return Administration.objects.get(dosing_record_id=session.pk, number=number)


def correct(clinic, session, given_at, by=None, number=1, **more):
    session = sessions.stored(session)
    at = more.pop("at", max(given_at, session.signed_at or session.ended_at or session.first_dose_at) + 3 * MINUTE)
    asked = {"reason": WHY, "confirmed": True, **more}
    return actions.correct_session_dose_time(
        session=session,
        administration_id=dose_of(session, number).pk,
        by=by or clinic.nurse,
        at=at,
        given_at=given_at,
        **asked,
    )


def refused(clinic, session, given_at, **more) -> str:
    with pytest.raises(InvalidInput) as error:
        correct(clinic, session, given_at, **more)
    assert not DoseTimeCorrection.objects.exists()
    return " ".join(sentence for sentences in error.value.fields.values() for sentence in sentences)


def test_the_dose_stays_and_what_counts_from_it_follows(clinic):
    session = sessions.discharged_session(clinic)
    was, now = session.first_dose_at, session.first_dose_at + DAY
    before = Administration.objects.filter(dosing_record_id=session.pk).values().get()
    moves = list(StockMovement.objects.order_by("pk").values())

    correction = correct(clinic, session, now)

    stored = sessions.stored(session)
    record = DosingRecord.objects.filter(EXCEPTION).get(pk=session.pk)
    assert Administration.objects.filter(dosing_record_id=session.pk).values().get() == before
    assert list(StockMovement.objects.order_by("pk").values()) == moves
    assert (correction.number, correction.was_at, correction.given_at) == (1, was, now)
    assert (stored.first_dose_at, stored.version) == (now, session.version + 1)
    assert (record.first_dose_at, record.last_dose_at, record.dosing_ended_at) == (now, now, now)
    assert record.has_corrected_time
    assert load_facts(stored).doses == (DoseSpan(now, now),)
    told = AuditEvent.objects.get(action="dosing.correct_dose_time").detail
    assert (told["was_at"], told["given_at"]) == (was.isoformat(), now.isoformat())
    act = AuditEvent.objects.get(action="sessions.correct_session_dose_time")
    assert act.detail["findings"] == ["AFTER_LEAVING", "READINGS_BEFORE_DOSE"]
    assert act.patient_id == session.patient_id


def test_what_was_found_when_the_patient_left_stays_as_it_was_found(clinic):
    session = sessions.discharged_session(clinic)
    before = [(one.code, one.outcome, one.fact) for one in left_with(load_facts(session))]
    correct(clinic, session, session.first_dose_at + DAY)
    assert [(one.code, one.outcome, one.fact) for one in left_with(load_facts(sessions.stored(session)))] == before


def test_a_correction_is_corrected_and_the_newest_counts(clinic):
    session = sessions.dosed_session(clinic)
    was = session.first_dose_at

    correct(clinic, session, was + 2 * MINUTE)
    again = correct(clinic, session, was + 4 * MINUTE, by=clinic.prescriber)

    assert (again.number, again.was_at) == (2, was + 2 * MINUTE)
    assert sessions.stored(session).first_dose_at == was + 4 * MINUTE
    board = load_board(clinic.nurse, was + 10 * MINUTE)
    (card,) = [card for card in board.cards if card.session.pk == session.pk]
    assert card.session.first_dose_at == was + 4 * MINUTE
    assert card.leave_at == was + 4 * MINUTE + (load_facts(sessions.stored(session)).clock.observe_min * MINUTE)


def booster(clinic, session) -> None:
    """A second dose 20 minutes after the first, above the order by a prescriber's reason."""
    at = session.first_dose_at + 20 * MINUTE
    sessions.reading(clinic, session, at - 4 * MINUTE)
    passed = {"DOSE_ABOVE_ORDER": "Asked for by the prescriber"}
    amounts = {"planned_mg": Decimal(5), "drawn_mg": Decimal(5)}
    sessions.give(clinic, session, at, by=clinic.prescriber, overrides=passed, **amounts)


def test_times_that_cannot_be(clinic):
    """R42."""
    session = sessions.dosed_session(clinic)
    was = session.first_dose_at
    booster(clinic, session)

    assert "in the future" in refused(clinic, session, was + DAY, at=was + DAY - MINUTE)
    assert "recorded now" in refused(clinic, session, was)
    assert "before the check-in" in refused(clinic, session, was - 11 * MINUTE)
    assert "after the next dose" in refused(clinic, session, was + 21 * MINUTE)
    assert "given first in this session" in refused(clinic, session, was - MINUTE, number=2, at=was + 30 * MINUTE)
    assert "at least 5 characters" in refused(clinic, session, was + MINUTE, reason="no")
    Session.objects.filter(pk=session.pk).update(checked_in_at=was - 2 * DAY)
    assert "No order was signed" in refused(clinic, session, was - DAY)


def test_doses_of_two_sessions_keep_their_order_and_their_distance_is_asked_again(clinic):
    first = sessions.discharged_session(clinic)
    noted = {"NOTE_MISSING": "Spoken about in the visit"}
    arrived = {"series": first.series, "by": clinic.prescriber, "overrides": noted}
    later = sessions.dosed_session(clinic, sessions.AT + 4 * DAY, **arrived)
    passed = "a dose of a later session"
    assert passed in refused(clinic, first, later.first_dose_at + MINUTE)

    with pytest.raises(Blocked) as blocked:
        correct(clinic, first, first.first_dose_at + 2 * DAY, at=later.first_dose_at + MINUTE, confirmed=False)
    assert {one.code for one in blocked.value.blockers} >= {"SPACING_BELOW_PLAN"}
    assert not DoseTimeCorrection.objects.exists()

    correction = correct(clinic, first, first.first_dose_at + 2 * DAY, at=later.first_dose_at + MINUTE)
    assert "48 hours between the doses of two sessions; 72 hours are asked for." in correction.findings
    text = as_(clinic.compliance).get(reverse("sessions:dosing_record", args=[first.pk])).text
    assert "48 hours between the doses of two sessions" in text


def test_a_booster_too_soon_is_said_again(clinic):
    session = sessions.dosed_session(clinic)
    was = session.first_dose_at
    booster(clinic, session)
    correction = correct(clinic, session, was + 15 * MINUTE, at=was + 30 * MINUTE)
    assert any("The last dose was 5 minutes before this one" in sentence for sentence in correction.findings)


def test_an_infusion_begins_before_it_changes_or_ends(clinic):
    session = sessions.dosed_session(clinic, route="IV")
    was = session.first_dose_at
    actions.change_session_infusion(
        session=session,
        administration_id=dose_of(session).pk,
        by=clinic.nurse,
        at=was + 10 * MINUTE,
        what="pause",
        reason="Pressure too high",
    )
    assert "cannot have begun later" in refused(clinic, session, was + 11 * MINUTE, at=was + 20 * MINUTE)
    correct(clinic, session, was + 5 * MINUTE, at=was + 20 * MINUTE)
    sessions.end_infusion(clinic, session, was + 21 * MINUTE, how="stopped", reason="Patient asked")
    # Ran from minute 5 to the pause in minute 10: 5 of 40 minutes.
    given = dose_of(session)
    assert given.end.given_mg == (given.planned_mg * 5 / 40).quantize(Decimal("0.01"))
    assert load_facts(sessions.stored(session)).doses == (DoseSpan(was + 5 * MINUTE, was + 21 * MINUTE),)


def test_who_may(clinic):
    """R2: who gave it and the prescriber; not whoever else is named, off the roster, or elsewhere."""
    session = sessions.dosed_session(clinic)
    later = session.first_dose_at + 2 * MINUTE
    another = accounts.actor(accounts.staff(clinic.practice, ["nurse"]))
    for by in (clinic.therapist, clinic.admin, clinic.compliance, another):
        with pytest.raises(NotPermitted):
            correct(clinic, session, later, by=by)
    sessions.named_roster(clinic, session, later, monitor_id=another.membership_id)
    with pytest.raises(NotPermitted):
        correct(clinic, session, later, by=another, at=later + MINUTE)
    assert as_(another).get(page(session)).status_code == 403
    with pytest.raises(OutOfScope):
        correct(clinic, session, later, by=accounts.clinic_with_staff(name="Other").prescriber)
    correct(clinic, session, later, by=clinic.prescriber, at=later + MINUTE)


def test_after_the_signature_the_password_is_asked_and_the_signature_fits_on(clinic):
    """R40, R41, R47: the correction stands beside what was signed."""
    session = sessions.signed_session(clinic)
    was = session.first_dose_at
    assert "not right" in refused(clinic, session, was + DAY, password="wrong")

    correct(clinic, session, was + DAY, password=accounts.PASSWORD)

    stored = sessions.stored(session)
    assert (stored.first_dose_at, stored.state, stored.content_sha256) == (was + DAY, "signed", session.content_sha256)
    assert DoseTimeCorrection.objects.get().is_after_signature
    assert is_intact(stored)
    correct(clinic, session, was + DAY + MINUTE, password=accounts.PASSWORD)
    assert is_intact(sessions.stored(session))
    commit()
    assert verify_chain().findings == ()


def test_corrected_before_the_signature_it_is_part_of_what_is_signed(clinic):
    session = sessions.discharged_session(clinic)
    correct(clinic, session, session.first_dose_at + MINUTE)
    actions.sign_session(
        session=sessions.stored(session),
        by=clinic.prescriber,
        at=session.ended_at + 60 * MINUTE,
        password=accounts.PASSWORD,
    )
    assert is_intact(sessions.stored(session))


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def db(moment):
    """A moment as the engine stores it."""
    return connection.ops.adapt_datetimefield_value(moment)


def is_refused(statement: str, *values) -> bool:
    try:
        with transaction.atomic():
            sql(statement, *values)
    except DatabaseError as error:
        return "frozen" in str(error) or "refused" in str(error)
    return False


def test_the_database_lets_a_signed_session_follow_the_newest_correction_and_nothing_else(clinic):
    """R40, R44: by SQL alone, on both engines."""
    session = sessions.signed_session(clinic)
    was, key = session.first_dose_at, raw_rows.key(session.pk)
    move = "UPDATE sessions_app_session SET first_dose_at = %s WHERE id = %s"
    assert is_refused(move, db(was + DAY), key)
    assert is_refused(move, None, key)

    correct(clinic, session, was + DAY, password=accounts.PASSWORD)

    assert is_refused(move, db(was), key)
    assert is_refused(move, None, key)
    assert is_refused("UPDATE sessions_app_session SET version = version + 1 WHERE id = %s", key)
    both = "UPDATE sessions_app_session SET first_dose_at = %s, planned_minutes = 5 WHERE id = %s"
    assert is_refused(both, db(was + DAY), key)
    table = "dosing_dosetimecorrection"
    assert is_refused(f"UPDATE {table} SET number = 7")
    assert is_refused(f"DELETE FROM {table}")


def test_the_database_takes_only_the_next_correction_from_the_time_that_holds(clinic):
    """R43: whoever writes it."""
    session = sessions.dosed_session(clinic)
    correction = correct(clinic, session, session.first_dose_at + MINUTE)
    later = correction.given_at
    assert "next" in raw_rows.attempt(correction, raw_rows.nothing, {"number": 3, "was_at": db(later)})
    assert "next" in raw_rows.attempt(correction, raw_rows.nothing, {"number": 2})
    again = {"number": 2, "was_at": db(later), "given_at": db(correction.was_at)}
    assert raw_rows.attempt(correction, raw_rows.nothing, again) == ""
    assert "dose_time_differs" in raw_rows.attempt(correction, raw_rows.nothing, {**again, "given_at": db(later)})
    future = {**again, "given_at": db(correction.recorded_at + MINUTE)}
    assert "dose_time_not_future" in raw_rows.attempt(correction, raw_rows.nothing, future)


def test_sent_twice_it_is_one_and_somebody_else_may_be_first(clinic):
    session = sessions.dosed_session(clinic)
    later, pk = session.first_dose_at + MINUTE, uuid.uuid4()
    first = correct(clinic, session, later, id=pk)
    assert correct(clinic, session, later, id=pk).pk == first.pk
    assert DoseTimeCorrection.objects.count() == 1
    with pytest.raises(InvalidInput):
        correct(clinic, session, later + MINUTE, id=pk)
    with pytest.raises(StaleState):
        correct(clinic, session, later + MINUTE, version=session.version)


def test_signed_meanwhile_it_has_to_be_looked_at_again(clinic):
    session = sessions.discharged_session(clinic)
    seen = sessions.stored(session)
    at = session.ended_at + 60 * MINUTE
    actions.sign_session(session=session, by=clinic.prescriber, at=at, password=accounts.PASSWORD)
    with pytest.raises(StaleState):
        actions.correct_session_dose_time(
            session=seen,
            administration_id=dose_of(session).pk,
            by=clinic.nurse,
            at=at + MINUTE,
            given_at=session.first_dose_at + MINUTE,
            reason=WHY,
            confirmed=True,
        )


def test_once_reviewed_its_times_stand(clinic):
    session = sessions.signed_session(clinic)
    at = session.signed_at + MINUTE
    note = "Order, dose and ledger agree."
    actions.review_session(session=session, by=clinic.compliance, at=at, note=note, password=accounts.PASSWORD)
    with pytest.raises(Blocked) as blocked:
        correct(clinic, session, session.first_dose_at + MINUTE, password=accounts.PASSWORD, at=at + MINUTE)
    assert [one.code for one in blocked.value.blockers] == ["RECORD_REVIEWED"]


def test_the_day_of_the_rems_form_follows(clinic):
    session = sessions.dosed_session(clinic, route="ESK")
    due = RemsForm.objects.get(session=session).due_on
    correct(clinic, session, session.first_dose_at + DAY)
    assert RemsForm.objects.get(session=session).due_on == due + DAY


# What is shown


def as_(actor) -> Client:
    return accounts.sign_in(Client(), actor)


def page(session) -> str:
    return reverse("sessions:correct_dose_time", args=[session.pk, dose_of(session).pk])


def local(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


@pytest.fixture
def session(clinic, hours_ago):
    return sessions.signed_session(clinic, hours_ago(30))


def test_the_page_asks_once_more_and_says_why(clinic, session):
    client, was = as_(clinic.nurse), session.first_dose_at
    assert "Correct the time" in client.get(reverse("sessions:session", args=[session.pk])).text
    assert "Written down first" in client.get(page(session)).text
    typed = {"given_at": local(was + DAY), "reason": WHY, "password": accounts.PASSWORD}

    first = client.post(page(session), typed)
    assert first.status_code == 422
    assert "The patient left at" in first.text
    assert WHY in first.text
    assert not DoseTimeCorrection.objects.exists()
    wrong = client.post(page(session), {**typed, "given_at": "never", "confirmed": "on"})
    assert (wrong.status_code, "Enter day and time." in wrong.text) == (422, True)
    saved = client.post(page(session), {**typed, "confirmed": "on"})
    assert saved.status_code == 302
    assert local(sessions.stored(session).first_dose_at) == local(was + DAY)
    assert Client().get(page(session)).status_code == 302
    assert as_(clinic.therapist).get(page(session)).status_code == 403


def test_both_times_stand_on_every_page_and_paper(clinic, session):
    was = session.first_dose_at
    correct(clinic, session, was + DAY, password=accounts.PASSWORD)
    first, now = (f"{one.day} {one:%b %H:%M}" for one in map(timezone.localtime, (was, was + DAY)))
    nurse, office = as_(clinic.nurse), as_(clinic.compliance)
    for client, address in (
        (nurse, reverse("sessions:session", args=[session.pk])),
        (nurse, reverse("sessions:summary", args=[session.pk])),
        (office, reverse("sessions:dosing_record", args=[session.pk])),
    ):
        text = client.get(address).text
        assert f"{first} to {now}" in text, address
        assert WHY in text
    pdf = nurse.get(reverse("sessions:summary_pdf", args=[session.pk]))
    paper = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf.content)).pages).split())
    assert f"{first} to {now}" in paper
    listed = reverse("sessions:dosing_records")
    assert "Dose time corrected" in office.get(listed, {"marks": "corrected"}).text
    home = office.get("/").text
    assert "Dose time corrected" in home
    log = b"".join(office.get(reverse("sessions:export_dosing_records")).streaming_content).decode()
    assert f"dose given at {timezone.localtime(was + DAY):%Y-%m-%d %H:%M}" in log


def test_over_the_api(clinic, session):
    was = session.first_dose_at
    client = Client(headers={"Authorization": f"Token {accounts.api_token(clinic.nurse)}"})
    address = f"/api/v1/sessions/{session.pk}/doses/{dose_of(session).pk}/times"
    body = {"id": str(uuid.uuid4()), "given_at": (was + DAY).isoformat(), "reason": WHY, "password": accounts.PASSWORD}

    unread = client.post(address, body, content_type="application/json")
    assert unread.status_code == 422
    assert {one["code"] for one in unread.json()["blockers"]} == {"AFTER_LEAVING", "READINGS_BEFORE_DOSE"}
    made, again = (client.post(address, {**body, "confirmed": True}, content_type="application/json") for _ in range(2))
    assert (made.status_code, again.status_code) == (201, 200)
    timeline = client.get(f"/api/v1/sessions/{session.pk}/timeline").json()
    events = {event["kind"]: event for event in timeline["events"]}
    assert timeline["first_dose_at"] == events["dose"]["occurred_at"] == events["dose_end"]["occurred_at"]
    assert events["dose"]["minutes"] == 0
    assert events["dose"]["recorded_first_at"] == events["dose_time"]["was_at"]
    assert events["dose_time"]["given_at"] == events["dose"]["occurred_at"]
    (dose,) = client.get(f"/api/v1/sessions/{session.pk}/doses").json()
    assert (dose["given_at"], dose["ended_at"]) == (made.json()["given_at"],) * 2
    assert dose["occurred_at"] == dose["time_corrections"][0]["was_at"]
