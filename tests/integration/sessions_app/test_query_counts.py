"""Pages ask the same number of questions however much there is to show."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sessions_app import actions
from sessions_app.vital_table import default_values
from tests.builders import sessions

pytestmark = pytest.mark.django_db
# Under 15 for the cockpit's first view; of each request two are the sign-in and its membership.
FIRST_VIEW = 14


def queries(client, page):
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def fill(clinic, session, number):
    """Readings, observations and events, one of each for each second."""
    start = session.first_dose_at + timedelta(minutes=1)
    for step in range(number):
        at = start + timedelta(seconds=step)
        sessions.reading(clinic, session, at)
        actions.record_observation(session=session, by=clinic.therapist, at=at, what="words", text="Calm")
        actions.record_adverse_event(
            session=session,
            by=clinic.nurse,
            at=at,
            category="gi",
            grade=1,
            relatedness="possible",
            description="Nausea",
            action="Watched",
            outcome="resolved",
        )


@pytest.mark.parametrize("route", ["IM", "IV"])
def test_session_page_is_constant(clinic, sign_in, route):
    few = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=30), route)
    many = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=30), route)
    fill(clinic, few, 3)
    fill(clinic, many, 30)
    client = sign_in(clinic.nurse)

    counts = [queries(client, reverse("sessions:session", args=[one.pk])) for one in (few, many)]

    assert counts[0] == counts[1]
    assert counts[1] <= FIRST_VIEW


def test_alarms_and_versions_of_limits_add_no_queries(clinic, sign_in):
    start = timezone.now() - timedelta(minutes=40)
    few, many = (sessions.dosed_session(clinic, start) for _ in range(2))
    client = sign_in(clinic.nurse)
    pages = [
        [reverse("sessions:session", args=[one.pk]), reverse("sessions:alarms", args=[one.pk])] for one in (few, many)
    ]
    sessions.reading(clinic, few, few.first_dose_at + timedelta(minutes=1), spo2_pct=85)
    counts = [[queries(client, page) for page in pages[0]]]
    for step in range(12):
        row = sessions.reading(clinic, many, many.first_dose_at + timedelta(minutes=step + 1), spo2_pct=85)
        if step % 2:
            sessions.answer(clinic, many, row, row.occurred_at + timedelta(minutes=1))
    for version in range(1, 4):
        values = {**default_values("spo2_pct"), "spo2_critical_below": 90 + version, "spo2_warning_below": 95}
        told = {"source": "Dr Vale", "note": "Moved step by step", "replaces_version": version}
        actions.set_monitoring(by=clinic.prescriber, at=timezone.now(), about="spo2_pct", values=values, **told)
    counts.append([queries(client, page) for page in pages[1]])

    assert counts[0] == counts[1]


@pytest.mark.parametrize("route", ["IM", "ESK"])
def test_session_page_before_the_dose(clinic, sign_in, route):
    session = sessions.checked_in_session(clinic, timezone.now() - timedelta(minutes=5), route)

    assert queries(sign_in(clinic.nurse), reverse("sessions:session", args=[session.pk])) <= FIRST_VIEW


def readings(clinic, session, number):
    """So many readings of the last half hour."""
    for step in range(number):
        sessions.reading(clinic, session, session.first_dose_at + timedelta(seconds=60 + step))


@pytest.mark.parametrize("number", [5, 200])
def test_cockpit_and_its_refresh(clinic, sign_in, number):
    """However many readings; of each, two are the sign-in and one the audit row of what shows the patient."""
    session = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=30))
    readings(clinic, session, number)
    client = sign_in(clinic.nurse)
    page, live = (reverse(f"sessions:{name}", args=[session.pk]) for name in ("session", "live"))
    assert queries(client, page) == 7
    context = client.get(page).context
    asked = {"stamp": context["page"].stamp, "token": context["token"]}

    with CaptureQueriesContext(connection) as unchanged:
        assert client.get(live, asked).status_code == 204
    sessions.reading(clinic, session, timezone.now())
    with CaptureQueriesContext(connection) as changed:
        assert client.get(live, asked).status_code == 200

    assert len(context["page"].readings) == number + 1
    assert len(unchanged) == 3
    assert len(changed) == 7


@pytest.mark.parametrize("name", ["sessions:board", "sessions:wall"])
def test_board_poll_that_finds_nothing(clinic, sign_in, name):
    session = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=30))
    readings(clinic, session, 5)
    client = sign_in(clinic.nurse)
    context = client.get(reverse(name)).context
    asked = {"stamp": context["page"].stamp, "token": context["token"]}

    with CaptureQueriesContext(connection) as counted:
        assert client.get(reverse(f"{name}_cards"), asked).status_code == 204

    assert len(counted) == 3


@pytest.mark.parametrize("name", ["sessions:board", "sessions:wall", "sessions:list"])
def test_lists_are_constant(clinic, sign_in, name):
    client = sign_in(clinic.nurse)
    counts = []
    for _ in range(2):
        for _ in range(3):
            sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=15))
            sessions.scheduled_session(clinic, timezone.now() + timedelta(minutes=15))
        counts.append(queries(client, reverse(name)))

    assert counts[0] == counts[1]
    assert counts[1] <= 11


def test_patient_sessions_are_constant(clinic, sign_in):
    series = sessions.series_with_order(clinic, timezone.now() - timedelta(hours=1))
    client = sign_in(clinic.nurse)
    page = reverse("sessions:of_patient", args=[series.patient_id])
    counts = []
    for number in range(4):
        actions.schedule_session(
            series=series, by=clinic.nurse, at=timezone.now(), scheduled_for=timezone.now() + timedelta(days=number)
        )
        counts.append(queries(client, page))

    assert len(set(counts)) == 1


def test_recording_a_reading_costs_few_queries(clinic, django_assert_max_num_queries):
    """With the API's own two (token and session) it stays within eight."""
    session = sessions.dosed_session(clinic)
    at = session.first_dose_at + timedelta(minutes=10)

    with django_assert_max_num_queries(6):
        actions.record_reading(session=session, by=clinic.nurse, at=at, spo2_pct=97, id=session.series_id)
