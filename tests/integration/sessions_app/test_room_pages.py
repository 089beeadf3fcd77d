"""The cockpit says who is in the room and what was agreed; two-tap entry, corrections and settings as forms."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app import actions
from sessions_app.models import Observation, RescueDrug, RoomEntry, SessionSettings
from tests.builders import accounts, room, sessions

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
EMPTY = "Nobody of the staff is in the room while the drug works."
NEVER = "Nobody has written down who is in the room while the drug works."


@pytest.fixture
def session(clinic):
    return sessions.dosed_session(clinic, at=timezone.now() - 20 * MINUTE)


@pytest.fixture
def nurse(clinic, sign_in):
    return sign_in(clinic.nurse)


def address(name, session, *more):
    return reverse(f"sessions:{name}", args=[session.pk, *more])


def cockpit(client, session) -> str:
    return client.get(address("session", session)).text


def test_nobody_in_the_room_is_a_warning_while_the_drug_works(clinic, nurse, session):
    at = session.first_dose_at + MINUTE
    assert NEVER in cockpit(nurse, session)

    room.went(clinic, session, at)
    page = cockpit(nurse, session)
    assert NEVER not in page
    assert EMPTY not in page

    room.went(clinic, session, at + MINUTE, went="out")
    assert EMPTY in cockpit(nurse, session)

    actions.start_recovery(session=sessions.stored(session), by=clinic.nurse, at=at + 2 * MINUTE)
    assert EMPTY not in cockpit(nurse, session)


def test_the_other_screen_sees_who_came_in(clinic, sign_in, nurse, session):
    other = sign_in(clinic.prescriber)
    cockpit(other, session)
    nurse.post(address("room_entry", session), {"membership_id": clinic.nurse.membership_id, "went": "in"})

    live = other.get(address("live", session))
    assert live.status_code == 200
    assert f"{clinic.nurse.name} came in" in live.text


def test_quick_phrase_saves_with_the_time_of_the_first_tap_and_once(nurse, session):
    pk, tapped = uuid.uuid4(), timezone.now() - timedelta(seconds=20)
    sent = {"id": pk, "what": "behaviour", "text": "Calm, eyes closed", "occurred_at": tapped.isoformat()}
    assert "Calm, eyes closed" in cockpit(nurse, session)

    for _ in range(2):
        assert nurse.post(address("observation", session), sent).status_code == 302

    row = Observation.objects.get(pk=pk)
    assert row.occurred_at == tapped


def test_undo_takes_back_the_own_last_entry(clinic, nurse, session):
    nurse.post(address("observation", session), {"what": "music", "text": "Music changed"})
    row = session.observations.get()
    back = address("withdraw_entry", session, "observation", row.pk)
    assert back in cockpit(nurse, session)

    nurse.post(back, {"reason": "Undone right after it was entered", "id": uuid.uuid4()})

    page = cockpit(nurse, session)
    assert back not in page
    assert "Taken back: Music" in page
    assert session.observations.count() == 2


def test_somebody_elses_last_entry_is_not_offered_to_undo(clinic, sign_in, nurse, session):
    nurse.post(address("observation", session), {"what": "music", "text": "Music changed"})
    back = address("withdraw_entry", session, "observation", session.observations.get().pk)

    assert back not in cockpit(sign_in(clinic.therapist), session)


def test_own_phrases_take_the_place_of_the_defaults(clinic, sign_in, nurse, session):
    client = sign_in(clinic.prescriber)
    settings = reverse("sessions:settings")
    assert client.get(settings).status_code == 200

    refused = client.post(settings, {"phrases": "Humming"})
    assert (refused.status_code, "a colon" in refused.text) == (422, True)
    assert client.post(settings, {"phrases": "music: Humming\n\nother: Window opened"}).status_code == 302

    page = cockpit(nurse, session)
    assert "Humming" in page
    assert "Window opened" in page
    assert "Calm, eyes closed" not in page
    assert SessionSettings.objects.get().practice_id == clinic.practice.pk


def test_phrases_of_another_practice_are_not_shown(clinic, other_clinic, nurse, session):
    actions.save_session_settings(
        by=other_clinic.prescriber, at=timezone.now(), phrases=[], cadss6_licence="Theirs, 2 May 2026"
    )

    assert "CADSS-6" not in cockpit(nurse, session)


def test_cadss_6_is_offered_with_the_licence(clinic, nurse, session):
    room.licensed(clinic, timezone.now())

    assert address("scale", session, "CADSS6") in cockpit(nurse, session)
    assert nurse.post(address("scale", session, "CADSS6"), {"rating": "6"}).status_code == 302
    assert "CADSS-6 6 of 24" in cockpit(nurse, session)


@pytest.mark.parametrize(
    ("instrument", "sent", "shown"),
    [
        ("RASS", {"rating": "-3"}, "RASS -3 (moderate sedation)"),
        ("ALDRETE", dict.fromkeys(room.ALDRETE, "2"), "Modified Aldrete 10 of 10"),
    ],
)
def test_scales_are_entered_by_form(nurse, session, instrument, sent, shown):
    page = address("scale", session, instrument)
    assert nurse.get(page).status_code == 200
    assert nurse.post(page, {}).status_code == 422
    assert nurse.post(page, sent).status_code == 302
    assert shown in cockpit(nurse, session)


def test_an_unknown_scale_does_not_exist(nurse, session):
    assert nurse.get(address("scale", session, "MOOD")).status_code == 404


def test_rescue_drug_is_entered_by_form_and_marked_on_the_chart(clinic, nurse, session):
    page = address("rescue_drug", session)
    sent = {
        "drug": "ondansetron",
        "dose": "4",
        "unit": "mg",
        "route": "IV",
        "reason": "Nausea",
        "ordered_by_id": clinic.prescriber.membership_id,
        "given_by_id": clinic.nurse.membership_id,
    }
    assert nurse.post(page, {**sent, "dose": "4.0001"}).status_code == 422
    assert nurse.post(page, {**sent, "ordered_by_id": clinic.nurse.membership_id}).status_code == 422
    assert nurse.post(page, sent).status_code == 302

    shown = cockpit(nurse, session)
    assert "Rescue drug: Ondansetron 4 mg, intravenous" in shown
    assert f"ordered by {clinic.prescriber.name}, given by {clinic.nurse.name}" in shown
    assert RescueDrug.objects.get().recorded_by_id == clinic.nurse.membership_id


def test_touch_without_consent_warns_in_words_and_asks_why(clinic, nurse, session):
    page = address("observation", session)
    sent = {"what": "touch", "text": "Held the hand"}

    refused = nurse.post(page, sent)
    assert (refused.status_code, "No consent to touch is recorded." in refused.text) == (422, True)
    assert "Held the hand" in refused.text
    assert "override_TOUCH_WITHOUT_CONSENT" in refused.text

    assert nurse.post(page, {**sent, "override_TOUCH_WITHOUT_CONSENT": "Slipped from the couch"}).status_code == 302
    assert nurse.post(address("room_consent", session), {"about": "touch", "is_given": "yes"}).status_code == 302
    assert nurse.post(page, sent).status_code == 302


def test_correction_shows_the_old_one_struck_through(clinic, nurse, session):
    for kind, wrong in room.one_of_each(clinic, session, session.first_dose_at + MINUTE).items():
        page = address("correct_entry", session, kind, wrong.pk)
        assert page in cockpit(nurse, session)
        assert nurse.get(page).status_code == 200
        assert nurse.post(page, {}).status_code == 422

    wrong = session.room_entries.get()
    page = address("correct_entry", session, "room_entry", wrong.pk)
    sent = {"membership_id": clinic.therapist.membership_id, "went": "in", "correction_reason": "It was the therapist"}
    assert nurse.post(page, sent).status_code == 302

    shown = cockpit(nurse, session)
    assert f"<s>Corrected later: {clinic.nurse.name} came in</s>" in shown
    assert f"{clinic.therapist.name} came in" in shown
    assert "Correction: It was the therapist" in shown
    assert page not in shown
    assert nurse.post(page, sent).status_code == 409
    assert RoomEntry.objects.filter(session=session).count() == 2


@pytest.mark.parametrize(
    "name", ["room_entry", "rescue_drug", "room_consent", "not_taken", "observation", "adverse_event"]
)
def test_forms_are_for_the_roster_of_this_practice(clinic, other_clinic, sign_in, client, session, name):
    page = address(name, session)
    assert client.get(page).status_code == 302
    assert sign_in(other_clinic.nurse).get(page).status_code == 404
    assert sign_in(clinic.admin).get(page).status_code == 403
    colleague = accounts.actor(accounts.staff(clinic.practice, ["nurse"]))
    assert sign_in(colleague).get(page).status_code in (403, 404)


def test_entries_of_another_session_or_kind_are_not_found(clinic, nurse, session):
    """R3."""
    other = sessions.dosed_session(clinic, at=timezone.now() - 15 * MINUTE)
    entry = room.went(clinic, other, timezone.now())
    for kind in ("room_entry", "scale", "unknown"):
        for name in ("correct_entry", "withdraw_entry"):
            assert nurse.post(address(name, session, kind, entry.pk)).status_code == 404


def test_office_sees_who_was_there_and_none_of_the_words(clinic, sign_in, session):
    """R12."""
    at = session.first_dose_at + MINUTE
    room.one_of_each(clinic, session, at)
    room.rescue(clinic, session, at + 7 * MINUTE, drug="other", name="CANARY drug", reason="CANARY reason")
    room.agreed(clinic, session, at + 8 * MINUTE, words="CANARY words")

    page = cockpit(sign_in(clinic.admin), session)
    assert f"{clinic.nurse.name} came in" in page
    assert "CANARY" not in page
    assert "Calm, eyes closed" not in page


def test_a_signed_session_offers_no_correction(clinic, nurse):
    session = sessions.discharged_session(clinic)
    room.went(clinic, session, session.ended_at)
    assert "Correct<span" in cockpit(nurse, session)
    actions.sign_session(
        session=session, by=clinic.prescriber, at=session.ended_at + 60 * MINUTE, password=accounts.PASSWORD
    )

    assert "Correct<span" not in cockpit(nurse, session)
