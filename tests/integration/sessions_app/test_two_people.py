"""Two people on one session: who was not first gets 409, sees what is stored now, and keeps what was typed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.errors import StaleState
from dosing.models import InfusionChange
from sessions_app import actions
from sessions_app.models import CheckIn, RosterEntry, VitalReading
from sessions_app.roster import roster_mark
from tests.builders import accounts, sessions

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
YES = {"fasting_confirmed": "yes", "escort_confirmed": "yes", "medicines_changed": "no"}
ARRIVAL = {"identity_confirmed": "on", **YES, "escort_name": "Alex Escort", "weight_kg": "70"}


def url(name, session, *more):
    return reverse(f"sessions:{name}", args=[session.pk, *more])


def hidden(page) -> dict:
    """What the form of a page will send with what is typed."""
    form = page.context["form"]
    return {field.html_name: field.value() or "" for field in form.hidden_fields()}


def value_of(text: str, name: str) -> str:
    """What stands in the field of a page."""
    field = re.search(rf'<(?:input|textarea)[^>]*name="{name}"[^>]*>(?:\s*([^<]*)</textarea>)?', text)
    typed = re.search(r'value="([^"]*)"', field.group(0))
    return typed.group(1) if typed else (field.group(1) or "").strip()


def test_two_corrections_of_one_reading(clinic, sign_in):
    session = sessions.session_due(clinic, "dosed")
    wrong = sessions.reading(clinic, session, timezone.now(), spo2_pct=89)
    target = url("correct_reading", session, wrong.pk)
    sessions.reading(
        clinic, session, timezone.now(), by=clinic.prescriber, spo2_pct=96, note="Cold finger", corrects_id=wrong.pk
    )

    refused = sign_in(clinic.nurse).post(target, {"spo2_pct": "97", "note": "Probe had slipped"})

    text = refused.content.decode()
    assert refused.status_code == 409
    assert "SpO2 96 %" in text
    assert "Cold finger" in text
    assert clinic.prescriber.name in text
    assert (value_of(text, "spo2_pct"), value_of(text, "note")) == ("97", "Probe had slipped")
    [newest] = VitalReading.objects.filter(corrects=wrong)
    retry = re.search(r'<form method="post" action="(/sessions/[^"]+)"', text).group(1)
    assert retry == url("correct_reading", session, newest.pk)
    assert sign_in(clinic.nurse).post(retry, {"spo2_pct": "97", "note": "Probe had slipped"}).status_code == 302
    assert VitalReading.objects.get(corrects=newest).spo2_pct == 97


def test_two_corrections_over_the_api(clinic):
    session = sessions.session_due(clinic, "dosed")
    wrong = sessions.reading(clinic, session, timezone.now(), spo2_pct=89)
    first = sessions.reading(clinic, session, timezone.now(), spo2_pct=96, note="Cold finger", corrects_id=wrong.pk)
    client = Client(headers={"Authorization": f"Token {accounts.api_token(clinic.nurse)}"})
    body = {"id": str(session.series_id), "spo2_pct": 97, "note": "Slipped", "corrects_id": str(wrong.pk)}

    refused = client.post(f"/api/v1/sessions/{session.pk}/readings", body, content_type="application/json")

    assert refused.status_code == 409
    assert refused.json()["code"] == "STALE"
    assert refused.json()["newest"] == {"reading": str(first.pk)}
    assert VitalReading.objects.filter(session=session).count() == 3


def test_two_check_ins(clinic, sign_in):
    """The list before the dose: the second person reads what the first one found before it is replaced."""
    session = sessions.session_due(clinic, "checked_in")
    client = sign_in(clinic.nurse)
    seen = hidden(client.get(url("check_in", session)))
    first = {**sessions.ARRIVAL, "medicines_changed": True, "medicines_note": "Lithium since May"}
    actions.check_in_patient(session=session, by=clinic.prescriber, at=timezone.now(), **first)
    before = CheckIn.objects.filter(session=session).count()

    refused = client.post(url("check_in", session), {**ARRIVAL, **seen, "note": "Looks tired"})

    text = refused.content.decode()
    assert refused.status_code == 409
    assert value_of(text, "note") == "Looks tired"
    assert CheckIn.objects.filter(session=session).count() == before
    assert client.post(url("check_in", session), {**ARRIVAL, **hidden(refused)}).status_code == 302


def test_first_check_in_of_two(clinic, sign_in):
    session = sessions.session_due(clinic, "scheduled")
    client = sign_in(clinic.nurse)
    seen = hidden(client.get(url("check_in", session)))
    actions.check_in_patient(session=session, by=clinic.prescriber, at=timezone.now(), **sessions.ARRIVAL)

    refused = client.post(url("check_in", session), {**ARRIVAL, **seen})

    assert refused.status_code == 409
    assert "It is now: checked in" in refused.content.decode()
    assert "Checked in" in [event.title for event in refused.context["newest"]]


def test_two_rosters(clinic, sign_in):
    session = sessions.session_due(clinic, "checked_in")
    relief, other = (accounts.staff(clinic.practice) for _ in range(2))
    client = sign_in(clinic.nurse)
    seen = hidden(client.get(url("roster", session)))
    sessions.named_roster(clinic, session, timezone.now(), monitor_id=relief.pk)
    wanted = {"prescriber_id": str(clinic.prescriber.membership_id), "monitor_id": str(other.pk)}

    refused = client.post(url("roster", session), {**wanted, **seen})

    text = refused.content.decode()
    assert refused.status_code == 409
    assert f"Monitoring: {relief.user.full_name}" in text
    assert refused.context["form"]["monitor_id"].value() == str(other.pk)
    monitor = RosterEntry.objects.get(session=session, duty="monitor", left_at=None)
    assert monitor.membership_id == relief.pk
    assert client.post(url("roster", session), {**wanted, **hidden(refused)}).status_code == 302


def test_roster_without_a_mark_is_set_as_before(clinic):
    session = sessions.scheduled_session(clinic)

    assert sessions.named_roster(clinic, session).pk
    with pytest.raises(StaleState) as refused:
        sessions.named_roster(clinic, session, seen="0123456789abcdef")
    standing = session.roster.filter(left_at=None)
    assert refused.value.newest == {"roster": roster_mark(standing)}


@pytest.fixture
def infused(clinic):
    return sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=20), route="IV")


def change(clinic, session, by, what="rate", **more):
    running = session.dosing_record.administrations.get()
    values = {"what": what, "reason": "Pressure 150/95", **more}
    return actions.change_session_infusion(
        session=session, administration_id=running.pk, by=by, at=timezone.now(), **values
    )


def test_two_rates_of_one_infusion(clinic, sign_in, infused):
    target = url("change_infusion", infused, infused.dosing_record.administrations.get().pk)
    client = sign_in(clinic.nurse)
    seen = hidden(client.get(target))
    change(clinic, infused, clinic.prescriber, pump_ml_per_h=sessions.Decimal("80.0"))
    typed = {"what": "rate", "pump_ml_per_h": "100", "reason": "Wants it stronger"}

    refused = client.post(target, {**typed, **seen})

    text = refused.content.decode()
    assert refused.status_code == 409
    assert "80 mL/h" in text
    assert (value_of(text, "pump_ml_per_h"), value_of(text, "reason")) == ("100", "Wants it stronger")
    assert InfusionChange.objects.filter(administration__dosing_record=infused.dosing_record).count() == 1
    assert client.post(target, {**typed, **hidden(refused)}).status_code == 302


def test_pause_and_stop_never_wait_for_somebody_else(clinic, sign_in, infused):
    running = infused.dosing_record.administrations.get()
    client = sign_in(clinic.nurse)
    seen = hidden(client.get(url("change_infusion", infused, running.pk)))
    change(clinic, infused, clinic.prescriber, pump_ml_per_h=sessions.Decimal("80.0"))

    pause = {"what": "pause", "reason": "SpO2 falls", **seen}
    assert client.post(url("change_infusion", infused, running.pk), pause).status_code == 302
    stop = {"how": "stopped", "reason": "SpO2 falls further"}
    assert client.post(url("end_infusion", infused, running.pk), stop).status_code == 302


def test_two_ends_of_one_infusion(clinic, sign_in, infused):
    running = infused.dosing_record.administrations.get()
    sessions.end_infusion(clinic, infused, timezone.now(), how="stopped", reason="Asked to stop")

    refused = sign_in(clinic.prescriber).post(
        url("end_infusion", infused, running.pk), {"how": "stopped", "reason": "Too intense for her"}
    )

    assert refused.status_code == 409
    assert "Asked to stop" in refused.content.decode()
    assert value_of(refused.content.decode(), "reason") == "Too intense for her"


def test_two_discharges(clinic, sign_in):
    session = sessions.observed_session(clinic, timezone.now() - timedelta(minutes=101))
    client = sign_in(clinic.nurse)
    seen = hidden(client.get(url("discharge", session)))
    sessions.discharge(clinic, session, timezone.now(), by=clinic.prescriber, escort_name="Kim Other")
    typed = {name: "2" if name.startswith("aldrete") else "on" for name in sessions.WELL}
    typed |= {name: sessions.WELL[name] for name in ("escort_name", "escort_relation", "escort_phone")}

    refused = client.post(url("discharge", session), {**typed, **seen})

    text = refused.content.decode()
    assert refused.status_code == 409
    assert "It is now: discharged" in text
    assert "Discharged" in [event.title for event in refused.context["newest"]]
    assert value_of(text, "escort_name") == "Alex Escort"
    assert sessions.stored(session).discharge.escort_name == "Kim Other"


def test_stale_answer_tells_no_words_of_the_room_to_who_may_not_read_them(clinic, sign_in):
    session = sessions.session_due(clinic, "scheduled")
    client = sign_in(clinic.admin)
    form = {"scheduled_for": "2030-06-03T10:00", "planned_minutes": "120", "version": session.version}
    actions.check_in_patient(session=session, by=clinic.nurse, at=timezone.now(), **sessions.ARRIVAL)
    sessions.named_roster(clinic, session, timezone.now())
    words = {"what": "words", "text": "Canary of the mine"}
    actions.record_observation(session=session, by=clinic.therapist, at=timezone.now(), **words)

    refused = client.post(url("reschedule", session), form)

    assert refused.status_code == 409
    assert "Canary" not in refused.content.decode()


def test_api_says_the_state_that_is_stored(clinic):
    session = sessions.observed_session(clinic, timezone.now() - timedelta(minutes=101))
    sessions.discharge(clinic, session, timezone.now())
    client = Client(headers={"Authorization": f"Token {accounts.api_token(clinic.nurse)}"})
    body = {**sessions.WELL, "version": session.version}

    refused = client.post(f"/api/v1/sessions/{session.pk}/discharge", body, content_type="application/json")

    assert refused.status_code == 409
    assert refused.json()["newest"] == {"state": "discharged", "version": sessions.stored(session).version}
