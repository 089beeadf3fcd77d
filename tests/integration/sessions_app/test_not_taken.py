"""A due reading that was missed is closed with why: its alarm ends, the gap stays one (KAP-MON-NOT-TAKEN)."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from common.errors import InvalidInput, NotPermitted, StaleState
from sessions_app import actions
from sessions_app.board_page import load_board
from sessions_app.leaving_facts import missed_readings
from sessions_app.models import VitalReading
from sessions_app.open_readings import open_due_times
from sessions_app.session_facts import load_facts
from sessions_app.session_page import load_session_page
from tests.builders import sessions

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
WHY = {"not_taken": "asleep", "note": "Deeply at rest, breathing evenly"}


@pytest.fixture
def session(clinic):
    """An injection at T+0; readings are due at 10, 20, 30, 45 … minutes."""
    return sessions.dosed_session(clinic)


def close(clinic, session, at, due_at, by=None, **more):
    values = {**WHY, **more}
    return actions.close_due_reading(session=session, by=by or clinic.nurse, at=at, due_at=due_at, **values)


def t(session, minutes):
    return session.first_dose_at + minutes * MINUTE


def facts_of(session):
    return load_facts(sessions.stored(session))


def test_what_is_due_or_missed_is_open(session):
    assert open_due_times(facts_of(session), t(session, 9)) == []
    assert open_due_times(facts_of(session), t(session, 10)) == [t(session, 10)]
    assert open_due_times(facts_of(session), t(session, 26)) == [t(session, 10), t(session, 20)]


def test_closing_ends_the_alarm_of_that_due_time_on_page_and_board(clinic, session):
    now = t(session, 16)
    page = load_session_page(sessions.stored(session), clinic.nurse, now)
    assert (page.due_at, page.is_overdue) == (t(session, 10), True)

    row = close(clinic, session, now, t(session, 10))

    assert (row.due_at, row.not_taken, row.occurred_at) == (t(session, 10), "asleep", now)
    page = load_session_page(sessions.stored(session), clinic.nurse, now)
    [card] = [card for card in load_board(clinic.nurse, now).cards if card.session.pk == session.pk]
    assert (page.due_at, page.is_overdue) == (card.due_at, card.is_overdue) == (t(session, 20), False)


def test_closing_the_last_leaves_the_earlier_ones_open(clinic, session):
    now = t(session, 36)
    close(clinic, session, now, t(session, 30))

    assert open_due_times(facts_of(session), now) == [t(session, 10), t(session, 20)]
    for minutes in (10, 20):
        close(clinic, session, now, t(session, minutes))
    assert open_due_times(facts_of(session), now) == []
    assert missed_readings(facts_of(session), now) == []


def test_closed_late_it_still_covers_only_its_own_due_time(clinic, session):
    """Said at T+44, it does not stand for the reading due at T+45."""
    sessions.reading(clinic, session, t(session, 10))
    sessions.reading(clinic, session, t(session, 20))
    close(clinic, session, t(session, 44), t(session, 30))

    assert open_due_times(facts_of(session), t(session, 45)) == [t(session, 45)]


def test_the_gap_stays_marked_in_the_dosing_record(clinic, session):
    close(clinic, session, t(session, 16), t(session, 10))

    assert sessions.stored(session).dosing_record.has_vitals_gap


def test_a_reading_not_taken_hides_nothing_critical(clinic, session):
    """What was critical before it stays so on page and board, and holds a further dose."""
    sessions.reading(clinic, session, t(session, 10), spo2_pct=85)
    now = t(session, 26)
    close(clinic, session, now, t(session, 20))

    page = load_session_page(sessions.stored(session), clinic.nurse, now)
    [card] = [card for card in load_board(clinic.nurse, now).cards if card.session.pk == session.pk]
    assert "CRITICAL_SPO2_PCT" in [blocker.code for blocker in page.blockers]
    assert page.critical or page.alarms
    assert card.severity.value == "critical"
    assert card.last_reading.spo2_pct == 85


def test_it_can_be_said_after_the_patient_left_and_before_the_signature(clinic):
    session = sessions.dosed_session(clinic)
    for minutes in (20, 30, 45, 60, 90):
        sessions.reading(clinic, session, t(session, minutes))
    sessions.discharge(clinic, session, t(session, 90))
    later = t(session, 120)

    row = close(clinic, session, later, t(session, 10))

    assert (row.occurred_at, row.is_late, bool(row.late_reason)) == (t(session, 90), True, True)
    assert open_due_times(facts_of(session), later) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [({"not_taken": "bored"}, "not_taken"), ({"note": "no"}, "note"), ({"due_at": None}, "due_at")],
)
def test_reason_that_cannot_be_is_refused(clinic, session, change, field):
    asked = {"due_at": t(session, 10), **change}
    with pytest.raises(InvalidInput) as refused:
        close(clinic, session, t(session, 16), **asked)
    assert list(refused.value.fields) == [field]


def test_nothing_is_closed_that_is_not_open(clinic, session):
    for due in (t(session, 20), t(session, 11)):
        with pytest.raises(StaleState):
            close(clinic, session, t(session, 16), due)
    close(clinic, session, t(session, 16), t(session, 10))
    with pytest.raises(StaleState):
        close(clinic, session, t(session, 17), t(session, 10))


def test_same_reason_sent_twice_is_one_row(clinic, session):
    pk = uuid.uuid4()
    first = close(clinic, session, t(session, 16), t(session, 10), id=pk)
    assert close(clinic, session, t(session, 17), t(session, 10), id=pk).pk == first.pk
    assert VitalReading.objects.filter(session=session, due_at__isnull=False).count() == 1


def test_only_who_takes_readings_says_why_not(clinic, session):
    with pytest.raises(NotPermitted):
        close(clinic, session, t(session, 16), t(session, 10), by=clinic.therapist)


def test_the_database_keeps_reason_and_value_apart(clinic, session):
    row = close(clinic, session, t(session, 16), t(session, 10))
    columns = {field.attname: getattr(row, field.attname) for field in VitalReading._meta.concrete_fields}
    for wrong in ({"spo2_pct": 97}, {"due_at": None}, {"not_taken": ""}, {"not_taken": "bored"}, {"note": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            VitalReading(**{**columns, "id": uuid.uuid4(), **wrong}).save(force_insert=True)


def test_form_shows_what_is_open_and_the_page_says_why(clinic, sign_in, hours_ago):
    session = sessions.dosed_session(clinic, at=timezone.now() - 30 * MINUTE)
    client = sign_in(clinic.nurse)
    address = reverse("sessions:not_taken", args=[session.pk])
    due = t(session, 10)
    assert due.isoformat() in client.get(address).text

    refused = client.post(address, {"due_at": due.isoformat(), "not_taken": "", "note": ""})
    assert (refused.status_code, "Choose why it was not taken." in refused.text) == (422, True)
    saved = client.post(address, {"due_at": due.isoformat(), **WHY})

    assert saved.status_code == 302
    page = client.get(reverse("sessions:session", args=[session.pk])).text
    assert "Not taken" in page
    assert WHY["note"] in page
    assert "Rested, left undisturbed on purpose" in page


def test_form_with_nothing_open_says_so(clinic, sign_in):
    session = sessions.dosed_session(clinic, at=timezone.now() - 15 * MINUTE)

    assert (
        "No reading is due or missing now."
        in sign_in(clinic.nurse).get(reverse("sessions:not_taken", args=[session.pk])).text
    )
