"""The five questions for every address that acts: works, anonymous, wrong role, other practice, bad input."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from common.models import AuditEvent
from dosing.models import StockLot
from sessions_app.models import Session
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db

YES = {"fasting_confirmed": "yes", "escort_confirmed": "yes", "medicines_changed": "no"}
ARRIVAL = {"identity_confirmed": "on", **YES, "escort_name": "Alex Escort", "weight_kg": "70"}
WELL = {name: "2" if name.startswith("aldrete") else "on" for name in sessions.WELL if name != "escort_name"}
EVENT = {
    "category": "gi",
    "grade": "2",
    "relatedness": "probable",
    "description": "Vomited once",
    "action": "Ondansetron",
    "outcome": "resolved",
}


def url(name, session, *more):
    return reverse(f"sessions:{name}", args=[session.pk, *more])


def running(session):
    return session.dosing_record.administrations.get()


# name → (how the session is made, address, who acts, right values, wrong values, a role that may not)
ACTS = {
    "check_in": (
        "scheduled",
        lambda s: url("check_in", s),
        "nurse",
        ARRIVAL,
        {**ARRIVAL, "weight_kg": "700"},
        "therapist",
    ),
    "roster": (
        "scheduled",
        lambda s: url("roster", s),
        "nurse",
        lambda c, s: {"prescriber_id": c.prescriber.membership_id, "monitor_id": c.nurse.membership_id},
        lambda c, s: {"prescriber_id": c.nurse.membership_id},
        "therapist",
    ),
    "questionnaires": (
        "scheduled",
        lambda s: url("questionnaires", s),
        "therapist",
        {"moment": "pre", "instruments": ["PHQ9"]},
        {"moment": "pre", "instruments": []},
        "admin",
    ),
    "cancel": ("scheduled", lambda s: url("call_off", s, "cancel"), "admin", {"reason": "Has a cold"}, {}, "therapist"),
    "no-show": (
        "scheduled",
        lambda s: url("call_off", s, "no-show"),
        "nurse",
        {"reason": "Not there"},
        {},
        "therapist",
    ),
    "abort": (
        "checked_in",
        lambda s: url("abort", s),
        "nurse",
        {"reason": "Feels unwell"},
        {"reason": ""},
        "therapist",
    ),
    "override": (
        "hypertensive",
        lambda s: url("override", s, "PRESSURE_CAUTION"),
        "prescriber",
        {"reason": "Weighed against the benefit"},
        {"reason": "short"},
        "nurse",
    ),
    "reading": (
        "dosed",
        lambda s: url("reading", s),
        "nurse",
        {"spo2_pct": "97"},
        {"systolic_mmhg": "500"},
        "therapist",
    ),
    "correct_reading": (
        "dosed",
        lambda s: url("correct_reading", s, s.readings.get().pk),
        "nurse",
        {"spo2_pct": "97", "note": "Probe had slipped"},
        {"spo2_pct": "97"},
        "therapist",
    ),
    "observation": (
        "dosed",
        lambda s: url("observation", s),
        "therapist",
        {"what": "words", "text": "Calm"},
        {"what": "", "text": ""},
        "admin",
    ),
    "adverse_event": ("dosed", lambda s: url("adverse_event", s), "nurse", EVENT, {**EVENT, "action": ""}, "therapist"),
    "change_infusion": (
        "infused",
        lambda s: url("change_infusion", s, running(s).pk),
        "nurse",
        {"what": "pause", "reason": "Pressure high"},
        {"what": "rate", "reason": ""},
        "therapist",
    ),
    "end_infusion": (
        "infused",
        lambda s: url("end_infusion", s, running(s).pk),
        "nurse",
        {"how": "stopped", "reason": "Pressure high"},
        {"how": "stopped", "reason": ""},
        "therapist",
    ),
    "discharge": (
        "observed",
        lambda s: url("discharge", s),
        "nurse",
        {**WELL, "escort_name": "Alex Escort"},
        {**WELL, "escort_name": ""},
        "therapist",
    ),
    "sign": (
        "discharged",
        lambda s: url("sign", s),
        "prescriber",
        {"password": accounts.PASSWORD},
        {"password": "wrong"},
        "nurse",
    ),
    "addendum": (
        "signed",
        lambda s: url("addendum", s),
        "nurse",
        {"text": "Escort is Alexa", "reason": "Misheard"},
        {"text": "", "reason": ""},
        "therapist",
    ),
    "recovery": ("dosed", lambda s: url("recovery", s), "nurse", {}, None, "therapist"),
    "ready": ("checked_in", lambda s: url("ready", s), "nurse", {}, None, "therapist"),
}


def made(clinic, kind):
    """A session whose next act is due now."""
    now = timezone.now()
    minutes = {"scheduled": 5, "checked_in": 5, "hypertensive": 5, "dosed": 15, "infused": 15, "observed": 105}.get(
        kind, 240
    )
    at = now - timedelta(minutes=minutes)
    makers = {
        "scheduled": sessions.scheduled_session,
        "checked_in": sessions.checked_in_session,
        "hypertensive": lambda c, at: sessions.checked_in_session(c, at, "ESK", systolic_mmhg=152, diastolic_mmhg=94),
        "dosed": sessions.dosed_session,
        "infused": lambda c, at: sessions.dosed_session(c, at, "IV"),
        "observed": sessions.observed_session,
        "discharged": sessions.discharged_session,
        "signed": sessions.signed_session,
    }
    return makers[kind](clinic, at)


def values_of(values, clinic, session):
    return values(clinic, session) if callable(values) else values


@pytest.mark.parametrize("name", ACTS)
def test_act_works_and_leads_back_to_the_session(clinic, sign_in, name):
    kind, address, role, right, _, _ = ACTS[name]
    session = made(clinic, kind)

    response = sign_in(getattr(clinic, role)).post(address(session), values_of(right, clinic, session))

    assert response.status_code == 302, response.context and response.context["form"].errors
    assert response["Location"].split("#")[0] == url("session", session)
    assert AuditEvent.objects.filter(actor_id=getattr(clinic, role).user_id, action__startswith="sessions.").exists()


@pytest.mark.parametrize("name", [name for name, act in ACTS.items() if act[4] is not None])
def test_bad_input_is_shown_again_with_what_was_typed(clinic, sign_in, name):
    kind, address, role, _, wrong, _ = ACTS[name]
    session = made(clinic, kind)
    before = Session.objects.get(pk=session.pk).version

    response = sign_in(getattr(clinic, role)).post(address(session), values_of(wrong, clinic, session))

    assert response.status_code == 422
    assert "Nothing was saved" in response.content.decode()
    assert Session.objects.get(pk=session.pk).version == before


@pytest.mark.parametrize("name", ACTS)
def test_anonymous_wrong_role_and_other_practice_are_refused(clinic, other_clinic, client, sign_in, name):
    kind, address, role, right, _, stranger = ACTS[name]
    session = made(clinic, kind)
    target, values = address(session), values_of(right, clinic, session)

    assert client.post(target, values)["Location"].startswith("/sign-in/")
    assert sign_in(getattr(clinic, stranger)).post(target, values).status_code == 403
    assert sign_in(getattr(other_clinic, role)).post(target, values).status_code == 404
    assert Session.objects.get(pk=session.pk).version == session.version


def test_scheduling_from_the_series(clinic, other_clinic, client, sign_in):
    series = sessions.series_with_order(clinic, timezone.now())
    target = reverse("sessions:schedule", args=[series.pk])
    values = {"scheduled_for": "2030-06-03T10:00", "planned_minutes": "180", "pre_instruments": ["PHQ9"]}

    assert client.post(target, values)["Location"].startswith("/sign-in/")
    assert sign_in(other_clinic.nurse).post(target, values).status_code == 404
    assert sign_in(clinic.therapist).post(target, values).status_code == 403
    assert sign_in(clinic.nurse).post(target, {**values, "scheduled_for": ""}).status_code == 422
    assert sign_in(clinic.nurse).post(target, values).status_code == 302
    made_session = Session.objects.get(series=series)
    assert made_session.scheduled_for.isoformat() == "2030-06-03T14:00:00+00:00"
    assert made_session.assessment_links.get().moment == "pre"


def test_giving_a_dose_from_the_page(clinic, other_clinic, client, sign_in):
    session = made(clinic, "checked_in")
    lot = dosing.stock_lot(clinic.nurse, timezone.now())
    target = url("give_dose", session)
    values = {
        "lot": str(lot.pk),
        "drawn_amount": "0.7",
        "given_amount": "0.7",
        "given_by": str(clinic.nurse.membership_id),
        "site": "left deltoid",
    }

    assert client.post(target, values)["Location"].startswith("/sign-in/")
    assert sign_in(other_clinic.nurse).post(target, values).status_code == 404
    assert sign_in(clinic.therapist).post(target, values).status_code == 403
    assert sign_in(clinic.nurse).post(target, {**values, "drawn_amount": ""}).status_code == 422
    assert sign_in(clinic.nurse).post(target, values).status_code == 302
    assert StockLot.objects.get(pk=lot.pk).balance_mg == lot.balance_mg - 35
    assert sessions.stored(session).state == "dosing"


def test_dose_page_carries_the_same_list_as_the_session_page(clinic, sign_in):
    session = sessions.checked_in_session(clinic, timezone.now() - timedelta(minutes=5), fasting_confirmed=False)
    client = sign_in(clinic.nurse)

    for page in (url("session", session), url("give_dose", session)):
        assert "Fasting is not confirmed" in client.get(page).content.decode()
    assert 'name="drawn_amount"' not in client.get(url("give_dose", session)).content.decode()


def test_remainder_from_the_page_needs_the_witness(clinic, other_clinic, client, sign_in):
    session = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=15), drawn_mg=dosing.Decimal(50))
    draw = session.dosing_record.draws.get()
    target = url("remainder", session, draw.pk)
    values = {
        "what": "waste",
        "amount": "0.3",
        "method": "Drug buster",
        "reason": "Left in the syringe",
        "witness_email": clinic.members["prescriber"].user.email,
        "witness_password": accounts.PASSWORD,
    }

    assert client.post(target, values)["Location"].startswith("/sign-in/")
    assert sign_in(other_clinic.nurse).post(target, values).status_code == 404
    assert sign_in(clinic.therapist).post(target, values).status_code == 403
    assert sign_in(clinic.nurse).post(target, {**values, "witness_password": "wrong"}).status_code == 422
    assert sign_in(clinic.nurse).post(target, values).status_code == 302
    assert not sessions.stored(session).dosing_record.has_open_remainder


def test_stale_form_is_told_so(clinic, sign_in):
    session = made(clinic, "checked_in")
    values = {"reason": "Feels unwell", "version": session.version - 1}

    response = sign_in(clinic.nurse).post(url("abort", session), values)

    assert response.status_code == 409
    assert "Reload this page" in response.content.decode()


def test_poll_answers_nothing_until_something_changes(clinic, sign_in):
    session = made(clinic, "dosed")
    client = sign_in(clinic.nurse)
    page = client.get(url("session", session))
    stamp = page.context["page"].stamp

    unchanged = client.get(url("live", session), {"stamp": stamp})
    sessions.reading(clinic, session, timezone.now())
    changed = client.get(url("live", session), {"stamp": stamp})

    assert (unchanged.status_code, unchanged.content) == (204, b"")
    assert unchanged["X-Server-Time"]
    assert changed.status_code == 200
    assert 'hx-swap-oob="true"' in changed.content.decode()


def test_board_poll_answers_nothing_until_something_changes(clinic, sign_in):
    session = made(clinic, "dosed")
    client = sign_in(clinic.nurse)
    stamp = client.get(reverse("sessions:board")).context["page"].stamp

    assert client.get(reverse("sessions:board_cards"), {"stamp": stamp}).status_code == 204
    sessions.reading(clinic, session, timezone.now())
    assert client.get(reverse("sessions:board_cards"), {"stamp": stamp}).status_code == 200


def test_board_shows_the_day_the_overdue_and_the_critical(clinic, sign_in):
    now = timezone.now()
    late = sessions.dosed_session(clinic, now - timedelta(minutes=26))
    critical = sessions.dosed_session(clinic, now - timedelta(minutes=15))
    sessions.reading(clinic, critical, now, spo2_pct=85)

    page = sign_in(clinic.nurse).get(reverse("sessions:board")).context["page"]

    cards = {card.session.pk: card for card in page.cards}
    assert cards[late.pk].is_overdue
    assert cards[late.pk].css == "board-card--overdue"
    assert cards[critical.pk].css == "board-card--critical"
    assert AuditEvent.objects.filter(action="sessions.looked_at_board", purpose="incidental").count() == 2


def test_board_leaves_out_patients_one_does_not_care_for(clinic, sign_in):
    sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=15))
    stranger = accounts.actor(accounts.staff(clinic.practice))

    assert not sign_in(stranger).get(reverse("sessions:board")).context["page"].cards
    assert len(sign_in(clinic.admin).get(reverse("sessions:board")).context["page"].cards) == 1


def test_roster_opens_the_session_to_somebody_off_the_team(clinic, sign_in):
    session = made(clinic, "checked_in")
    relief = accounts.staff(clinic.practice)
    client = sign_in(accounts.actor(relief))
    assert client.get(url("session", session)).status_code == 404

    sessions.named_roster(clinic, session, timezone.now(), monitor_id=relief.pk)

    assert client.get(url("session", session)).status_code == 200
    assert client.post(url("reading", session), {"spo2_pct": "97"}).status_code == 302


def test_office_sees_no_words_of_the_patient(clinic, sign_in):
    session = made(clinic, "dosed")
    words = {"what": "words", "text": "Canary in the mine"}
    sign_in(clinic.therapist).post(url("observation", session), words)

    assert "Canary" in sign_in(clinic.nurse).get(url("session", session)).content.decode()
    for role in ("admin", "compliance"):
        assert "Canary" not in sign_in(getattr(clinic, role)).get(url("session", session)).content.decode()


def test_nothing_measured_is_filled_in(clinic, sign_in):
    session = made(clinic, "dosed")
    client = sign_in(clinic.nurse)

    for page in (
        url("session", session),
        url("reading", session),
        url("discharge", session),
        url("check_in", made(clinic, "scheduled")),
    ):
        form = client.get(page).context["form"]
        filled = {name for name in form.fields if form[name].value() not in (None, "", False)}
        assert filled <= {"id", "version"}


def test_signature_page_says_intact(clinic, sign_in):
    session = made(clinic, "signed")

    assert "What is stored is what was signed" in sign_in(clinic.admin).get(url("signature", session)).content.decode()


def test_home_shows_what_waits(clinic, sign_in):
    made(clinic, "discharged")
    home = sign_in(clinic.prescriber).get(reverse("accounts:home")).content.decode()

    assert "Waits for your signature" in home
    assert "Waits for your signature" not in sign_in(clinic.nurse).get(reverse("accounts:home")).content.decode()


def test_moving_a_session_from_the_page(clinic, other_clinic, sign_in):
    session = made(clinic, "scheduled")
    values = {"scheduled_for": "2030-06-03T10:00", "planned_minutes": "120", "version": session.version}

    assert sign_in(other_clinic.nurse).post(url("reschedule", session), values).status_code == 404
    assert sign_in(clinic.therapist).post(url("reschedule", session), values).status_code == 403
    assert sign_in(clinic.nurse).post(url("reschedule", session), {**values, "planned_minutes": "1"}).status_code == 422
    assert sign_in(clinic.nurse).post(url("reschedule", session), values).status_code == 302
    assert sign_in(clinic.nurse).post(url("reschedule", session), values).status_code == 409


def test_rooms_are_kept_by_an_admin(clinic, other_clinic, client, sign_in):
    page = reverse("sessions:rooms")
    assert client.get(page)["Location"].startswith("/sign-in/")
    assert sign_in(clinic.nurse).get(page).status_code == 403
    admin = sign_in(clinic.admin)
    assert admin.post(page, {"name": ""}).status_code == 422
    assert admin.post(page, {"name": "Garden room"}).status_code == 302
    room = clinic.practice.rooms.get(name="Garden room")
    switch = reverse("sessions:room_in_use", args=[room.pk])
    assert admin.post(switch).status_code == 302
    room.refresh_from_db()
    assert not room.is_active
    assert sign_in(other_clinic.admin).post(switch).status_code == 404
