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
    assert counts[1] <= 26


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


def test_session_page_before_the_dose(clinic, sign_in):
    session = sessions.checked_in_session(clinic, timezone.now() - timedelta(minutes=5))

    assert queries(sign_in(clinic.nurse), reverse("sessions:session", args=[session.pk])) <= 30


@pytest.mark.parametrize("name", ["sessions:board", "sessions:list"])
def test_lists_are_constant(clinic, sign_in, name):
    client = sign_in(clinic.nurse)
    counts = []
    for _ in range(2):
        for _ in range(3):
            sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=15))
            sessions.scheduled_session(clinic, timezone.now() + timedelta(minutes=15))
        counts.append(queries(client, reverse(name)))

    assert counts[0] == counts[1]
    assert counts[1] <= 10


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
