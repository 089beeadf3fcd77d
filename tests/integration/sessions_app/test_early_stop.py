"""Dosing that ends before all of it was given: the reason, and everywhere it shows."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from common.errors import Blocked, InvalidInput, StaleState
from sessions_app import actions
from tests.builders import sessions

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("route", ["IM", "SL", "ESK"])
def test_early_stop_of_what_is_not_an_infusion_says_why_where_it_is_read(clinic, sign_in, route):
    session = sessions.dosed_session(clinic, route=route)
    at = session.first_dose_at + 6 * MINUTE
    with pytest.raises(InvalidInput):
        actions.stop_early(session=session, by=clinic.nurse, at=at, reason="  no ")
    too_early = session.first_dose_at - 2 * MINUTE
    with pytest.raises(InvalidInput):
        actions.stop_early(session=session, by=clinic.nurse, at=at, reason="Asked to stop", occurred_at=too_early)

    key = uuid4()
    stop = actions.stop_early(session=session, by=clinic.nurse, at=at, reason="Asked to stop", id=key)

    assert (stop.pk, stop.told) == (key, ("dosing", "recovery", "Asked to stop"))
    assert actions.stop_early(session=session, by=clinic.nurse, at=at, reason="Asked to stop", id=key) == stop
    with pytest.raises(StaleState):
        actions.stop_early(session=sessions.stored(session), by=clinic.nurse, at=at, reason="Asked to stop")
    pages = [
        reverse(name, kwargs={"pk": session.pk})
        for name in ("sessions:session", "sessions:summary", "sessions:dosing_record")
    ]
    for page in pages:
        text = sign_in(clinic.prescriber).get(page).text
        assert "Stopped early" in text, page
        assert "Asked to stop" in text, page


def test_an_early_stop_shows_on_board_api_and_pdf_until_dosing_goes_on(clinic, sign_in):
    session = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=30), route="ESK")
    at = session.first_dose_at + 2 * MINUTE
    actions.stop_early(session=session, by=clinic.nurse, at=at, reason="Panic, wants no more")
    nurse = sign_in(clinic.nurse)
    address = reverse("api:session", kwargs={"pk": session.pk})
    told = nurse.get(address).json()["early_stop"]
    assert (told["reason"], told["recorded_by"]) == ("Panic, wants no more", clinic.nurse.name)
    assert "stopped early" in nurse.get(reverse("sessions:board")).text
    pdf = PdfReader(io.BytesIO(nurse.get(reverse("sessions:summary_pdf", kwargs={"pk": session.pk})).content))
    assert "Stopped early" in pdf.pages[0].extract_text()

    sessions.give(clinic, session, at + 4 * MINUTE)

    assert nurse.get(address).json()["early_stop"] is None
    assert "stopped early" not in nurse.get(reverse("sessions:board")).text


def test_a_running_infusion_is_stopped_itself(clinic):
    infused = sessions.dosed_session(clinic, route="IV")
    at = infused.first_dose_at + 5 * MINUTE
    with pytest.raises(Blocked):
        actions.stop_early(session=infused, by=clinic.nurse, at=at, reason="Asked to stop")
    sessions.end_infusion(clinic, infused, at, how="stopped", reason="Asked to stop")
    assert infused.transitions.get(to_state="recovery").told == ("dosing", "recovery", "Asked to stop")
