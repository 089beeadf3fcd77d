"""Every page in every state answers; what a page shows is tested beside its act."""

import pytest
from django.urls import reverse

from tests.builders import sessions

pytestmark = pytest.mark.django_db
MADE = {
    "scheduled": sessions.scheduled_session,
    "checked_in": sessions.checked_in_session,
    "dosed": sessions.dosed_session,
    "observed": sessions.observed_session,
    "discharged": sessions.discharged_session,
    "signed": sessions.signed_session,
}


@pytest.fixture(scope="module")
def every_state(shared, staffed, hours_ago):
    return shared(lambda: {state: make(staffed, at=hours_ago(5), route="IV") for state, make in MADE.items()})


@pytest.mark.parametrize("role", ["prescriber", "nurse", "therapist", "admin", "compliance"])
@pytest.mark.parametrize("state", MADE)
def test_session_page_shows_every_state_to_every_role(clinic, sign_in, every_state, state, role):
    session = every_state[state]

    response = sign_in(getattr(clinic, role)).get(reverse("sessions:session", args=[session.pk]))

    assert response.status_code == 200
    assert session.patient.name in response.content.decode()


ACTS = ["check_in", "roster", "questionnaires", "abort", "reading", "observation", "adverse_event", "give_dose"]


@pytest.fixture(scope="module")
def checked_in(shared, staffed, hours_ago):
    return shared(lambda: sessions.checked_in_session(staffed, at=hours_ago(0.5)))


@pytest.mark.parametrize("name", ACTS)
def test_act_pages_before_the_dose_open_for_the_prescriber(clinic, sign_in, checked_in, name):
    response = sign_in(clinic.prescriber).get(reverse(f"sessions:{name}", args=[checked_in.pk]))

    assert response.status_code == 200


def test_act_pages_after_the_dose_open_for_the_prescriber(clinic, sign_in, hours_ago):
    session = sessions.dosed_session(clinic, at=hours_ago(0.5), route="IV")
    client = sign_in(clinic.prescriber)
    running = session.dosing_record.administrations.get()
    reading = session.readings.get()
    pages = [
        reverse("sessions:change_infusion", args=[session.pk, running.pk]),
        reverse("sessions:end_infusion", args=[session.pk, running.pk]),
        reverse("sessions:remainder", args=[session.pk, running.draw_id]),
        reverse("sessions:correct_reading", args=[session.pk, reading.pk]),
        reverse("sessions:discharge", args=[session.pk]),
        reverse("sessions:sign", args=[session.pk]),
        reverse("sessions:give_dose", args=[session.pk]),
        reverse("sessions:signature", args=[session.pk]),
        reverse("sessions:board"),
        reverse("sessions:board_cards"),
        reverse("sessions:list"),
        reverse("sessions:list") + "?show=open",
        reverse("sessions:of_patient", args=[session.patient_id]),
        reverse("sessions:schedule", args=[session.series_id]),
        reverse("sessions:live", args=[session.pk]),
        reverse("accounts:home"),
        reverse("patients:series", args=[session.series_id]),
    ]

    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_pages_after_the_visit_open(clinic, sign_in, hours_ago):
    session = sessions.signed_session(clinic, at=hours_ago(5))
    client = sign_in(clinic.prescriber)
    for name in ("addendum", "signature"):
        assert client.get(reverse(f"sessions:{name}", args=[session.pk])).status_code == 200
