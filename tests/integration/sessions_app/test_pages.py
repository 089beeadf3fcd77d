"""What pages of a session do beyond the five questions of `test_act_pages.py`: doses, remainders, polls, the board."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.models import AuditEvent
from dosing.models import StockLot
from sessions_app.models import Session
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db


def url(name, session, *more):
    return reverse(f"sessions:{name}", args=[session.pk, *more])


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
    session = sessions.session_due(clinic, "checked_in")
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
    session = sessions.session_due(clinic, "checked_in")
    values = {"reason": "Feels unwell", "version": session.version - 1}

    response = sign_in(clinic.nurse).post(url("abort", session), values)

    assert response.status_code == 409
    assert "Reload this page" in response.content.decode()


def test_poll_answers_nothing_until_something_changes(clinic, sign_in):
    session = sessions.session_due(clinic, "dosed")
    client = sign_in(clinic.nurse)
    asked = asked_with(client.get(url("session", session)))

    unchanged = client.get(url("live", session), asked)
    sessions.reading(clinic, session, timezone.now())
    changed = client.get(url("live", session), asked)

    assert (unchanged.status_code, unchanged.content) == (204, b"")
    assert unchanged["X-Server-Time"]
    assert changed.status_code == 200
    assert 'hx-swap-oob="true"' in changed.content.decode()


def test_board_poll_answers_nothing_until_something_changes(clinic, sign_in):
    session = sessions.session_due(clinic, "dosed")
    client = sign_in(clinic.nurse)
    asked = asked_with(client.get(reverse("sessions:board")))

    assert client.get(reverse("sessions:board_cards"), asked).status_code == 204
    sessions.reading(clinic, session, timezone.now())
    assert client.get(reverse("sessions:board_cards"), asked).status_code == 200


def test_poll_that_finds_nothing_asks_the_sessions_once(clinic, sign_in):
    session = sessions.session_due(clinic, "dosed")
    client = sign_in(clinic.nurse)
    for page, address in (("sessions:session", "sessions:live"), ("sessions:board", "sessions:board_cards")):
        arguments = [session.pk] if address == "sessions:live" else []
        asked = asked_with(client.get(reverse(page, args=arguments)))
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse(address, args=arguments), asked).status_code == 204
        mine = [query["sql"] for query in counted if 'FROM "sessions_app_session"' in query["sql"]]
        assert len(mine) == 1
        assert len(counted) <= len(asked) + 2


def test_token_too_old_is_renewed_without_the_page(clinic, sign_in):
    session = sessions.session_due(clinic, "dosed")
    client = sign_in(clinic.nurse)
    asked = asked_with(client.get(url("session", session)))
    digest, _, until = asked["token"].partition(".")
    old = {**asked, "token": f"{digest}.{int(timezone.now().timestamp()) - 1}"}

    renewed = client.get(url("live", session), old)

    assert int(until) > timezone.now().timestamp()
    assert renewed.status_code == 200
    assert 'id="session-poll"' in renewed.content.decode()
    assert "hx-swap-oob" not in renewed.content.decode()


@pytest.mark.parametrize(
    "token", ["", "x", ".", "0123456789abcdef", "0123456789abcdef.99999999999", "a.-1", "a.²", "a." + "9" * 5000]
)
def test_token_of_nobody_is_not_believed(clinic, sign_in, token):
    session = sessions.session_due(clinic, "dosed")

    assert sign_in(clinic.nurse).get(url("live", session), {"token": token}).status_code == 200


def asked_with(response) -> dict:
    """What the page will ask with."""
    return {"stamp": response.context["page"].stamp, "token": response.context["token"]}


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
    session = sessions.session_due(clinic, "checked_in")
    relief = accounts.staff(clinic.practice)
    client = sign_in(accounts.actor(relief))
    assert client.get(url("session", session)).status_code == 404

    sessions.named_roster(clinic, session, timezone.now(), monitor_id=relief.pk)

    assert client.get(url("session", session)).status_code == 200
    assert client.post(url("reading", session), {"spo2_pct": "97"}).status_code == 302


def test_office_sees_no_words_of_the_patient(clinic, sign_in):
    session = sessions.session_due(clinic, "dosed")
    words = {"what": "words", "text": "Canary in the mine"}
    sign_in(clinic.therapist).post(url("observation", session), words)

    assert "Canary" in sign_in(clinic.nurse).get(url("session", session)).content.decode()
    for role in ("admin", "compliance"):
        assert "Canary" not in sign_in(getattr(clinic, role)).get(url("session", session)).content.decode()


def test_nothing_measured_is_filled_in(clinic, sign_in):
    session = sessions.session_due(clinic, "dosed")
    client = sign_in(clinic.nurse)

    for page in (
        url("session", session),
        url("reading", session),
        url("discharge", session),
        url("check_in", sessions.session_due(clinic, "scheduled")),
    ):
        form = client.get(page).context["form"]
        filled = {name for name in form.fields if form[name].value() not in (None, "", False)}
        assert filled <= {"id", "version"}


def test_signature_page_says_intact(clinic, sign_in):
    session = sessions.session_due(clinic, "signed")

    assert "What is stored is what was signed" in sign_in(clinic.admin).get(url("signature", session)).content.decode()


def test_home_shows_what_waits(clinic, sign_in):
    sessions.session_due(clinic, "discharged")
    home = sign_in(clinic.prescriber).get(reverse("accounts:home")).content.decode()

    assert "Waits for your signature" in home
    assert "Waits for your signature" not in sign_in(clinic.nurse).get(reverse("accounts:home")).content.decode()


def test_moving_a_session_from_the_page(clinic, other_clinic, sign_in):
    session = sessions.session_due(clinic, "scheduled")
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
