"""Critical values: the same grade everywhere, an answer with who was told, and no signature without one."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from sessions_app import actions
from sessions_app.board_page import load_board
from sessions_app.leaving_facts import signature_blockers
from sessions_app.models import AlarmAnswer
from sessions_app.session_facts import load_facts
from sessions_app.session_page import load_session_page
from sessions_app.session_vitals import alarm_rows
from sessions_app.signed_content import is_intact
from tests.builders import accounts, sessions
from tests.integration.sessions_app.test_api_readings_and_doses import api, post, readings

pytestmark = pytest.mark.django_db

CRITICAL = [
    {"spo2_pct": 85},
    {"systolic_mmhg": 200, "diastolic_mmhg": 88},
    {"heart_rate_bpm": 150},
    {"respiratory_rate": 6},
    {"systolic_mmhg": 150, "diastolic_mmhg": 125},
]


@pytest.fixture
def session(clinic):
    return sessions.dosed_session(clinic, at=timezone.now() - timedelta(minutes=40))


@pytest.fixture
def low(clinic, session):
    """SpO2 85, twenty minutes after the dose."""
    return sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=20), spo2_pct=85)


def page_of(session, actor):
    return load_session_page(sessions.stored(session), actor, timezone.now())


# the same grade everywhere


@pytest.mark.parametrize("values", CRITICAL, ids=lambda values: "_".join(f"{n}_{v}" for n, v in values.items()))
def test_critical_is_critical_wherever_it_is_shown(clinic, session, sign_in, values):
    client = sign_in(clinic.nurse)
    typed = client.post(reverse("sessions:grade_reading", args=[session.pk]), values)
    assert "Critical" in typed.content.decode()

    answer = client.post(reverse("sessions:reading", args=[session.pk]), values, follow=True).content.decode()
    assert "The reading is saved. Critical:" in answer
    assert 'data-alarm="' in answer

    page = page_of(session, clinic.nurse)
    assert page.readings[0].severity == "critical"
    assert page.open_alarms
    assert page.chart.readings[-1].severity == "critical"
    assert any(event.word == "Critical" for event in page.timeline)
    assert "critical" in {tile.severity.value for tile in page.tiles}
    [card] = load_board(clinic.nurse, timezone.now()).cards
    assert (card.severity, card.css, len(card.open_alarms)) == ("critical", "board-card--critical", 1)

    events = api(clinic.nurse).get(f"/api/v1/sessions/{session.pk}/timeline").json()["events"]
    last = [event for event in events if event["kind"] == "reading"][-1]
    assert last["severity"] == "critical"
    assert last["findings"][0]["severity"] == "critical"
    stored = post(api(clinic.nurse), readings(session), **values).json()
    assert stored["severity"] == "critical"


def test_page_record_and_api_tell_the_same_findings(clinic, session, low):
    page = page_of(session, clinic.nurse)
    events = api(clinic.nurse).get(f"/api/v1/sessions/{session.pk}/timeline").json()["events"]
    told = {
        event["id"]: [one["sentence"] for one in event["findings"]] for event in events if event["kind"] == "reading"
    }

    assert told == {str(row.reading.pk): [one.sentence for one in row.findings] for row in page.readings}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"spo2_pct": "92"}, "Warning"),
        ({"spo2_pct": "97"}, "Normal"),
        ({"systolic_mmhg": "190"}, ""),
        ({"systolic_mmhg": "9999", "diastolic_mmhg": "80"}, ""),
        ({"spo2_pct": "eighty"}, ""),
        ({}, ""),
    ],
)
def test_judgement_while_typing(clinic, session, sign_in, typed, words):
    answer = sign_in(clinic.nurse).post(reverse("sessions:grade_reading", args=[session.pk]), typed)

    assert answer.status_code == 200
    assert (words in answer.content.decode()) if words else not answer.content.decode().strip()


def test_typed_pressure_is_held_against_the_readings_before_it(clinic, session, sign_in):
    sessions.reading(clinic, session, timezone.now() - timedelta(minutes=9), systolic_mmhg=182, diastolic_mmhg=90)

    answer = sign_in(clinic.nurse).post(
        reverse("sessions:grade_reading", args=[session.pk]), {"systolic_mmhg": "181", "diastolic_mmhg": "90"}
    )

    assert "twice, 5 minutes or more apart" in answer.content.decode()


def test_typed_reading_takes_few_queries(clinic, session, sign_in):
    client = sign_in(clinic.nurse)
    page = reverse("sessions:grade_reading", args=[session.pk])
    client.post(page, {"spo2_pct": 97})
    for step in range(8):
        sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=step + 1))

    with CaptureQueriesContext(connection) as queries:
        client.post(page, {"spo2_pct": 97})

    assert len(queries) <= 8


# the answer


def test_answer_is_kept_with_its_alarm_and_audited(clinic, session, low):
    [answer] = sessions.answer(clinic, session, low, timezone.now())

    assert (answer.reading_id, answer.told_id, answer.recorded_as) == (low.pk, clinic.prescriber.membership_id, "nurse")
    assert AlarmAnswer.objects.get(pk=answer.pk).sentence.startswith("SpO2 85 %")
    assert AuditEvent.objects.filter(action="sessions.answer_alarm", object_id=answer.pk).count() == 1
    page = page_of(session, clinic.nurse)
    assert (len(page.open_alarms), len(page.settled_alarms)) == (0, 1)
    assert any(event.title == "Critical value answered" for event in page.timeline)


def test_answered_alarm_stays_on_the_page_with_who_what_and_when(clinic, session, low, sign_in):
    sessions.answer(clinic, session, low, timezone.now())

    shown = sign_in(clinic.nurse).get(reverse("sessions:session", args=[session.pk])).content.decode()

    assert "Oxygen by mask, 4 L/min" in shown
    assert clinic.prescriber.name in shown
    assert "told: " in shown
    assert 'data-alarm="' not in shown


def test_office_reads_who_was_told_but_not_what_was_done(clinic, session, low, sign_in):
    sessions.answer(clinic, session, low, timezone.now())

    shown = sign_in(clinic.admin).get(reverse("sessions:session", args=[session.pk])).content.decode()

    assert "told: " in shown
    assert "Oxygen by mask" not in shown


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"action": " "}, "action"),
        ({"told_id": None}, "told"),
        ({"told_id": None, "told_words": " "}, "told"),
        ({"told_id": uuid.UUID(int=7)}, "told"),
        ({"readings": []}, "readings"),
    ],
)
def test_answer_that_says_too_little_is_refused_beside_its_field(clinic, session, low, words, field):
    with pytest.raises(InvalidInput) as refusal:
        sessions.answer(clinic, session, low, timezone.now(), **words)

    assert set(refusal.value.fields) == {field}
    assert not AlarmAnswer.objects.exists()


def test_colleague_of_another_practice_cannot_be_told(clinic, other_clinic, session, low):
    with pytest.raises(InvalidInput):
        sessions.answer(clinic, session, low, timezone.now(), told_id=other_clinic.nurse.membership_id)


def test_second_answer_is_refused_and_names_the_first(clinic, session, low):
    sessions.answer(clinic, session, low, timezone.now())

    with pytest.raises(StaleState, match="already answered this: Oxygen by mask"):
        sessions.answer(clinic, session, low, timezone.now(), by=clinic.prescriber, action="Airway opened")

    assert AlarmAnswer.objects.count() == 1


def test_what_is_not_critical_takes_no_answer(clinic, session):
    calm = sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=5), spo2_pct=93)

    with pytest.raises(StaleState, match="not critical"):
        sessions.answer(clinic, session, calm, timezone.now())


def test_answer_is_not_older_than_its_reading(clinic, session, low):
    with pytest.raises(InvalidInput) as refusal:
        sessions.answer(
            *(clinic, session, low, timezone.now()),
            occurred_at=low.occurred_at - timedelta(minutes=2),
            late_reason="Written on paper",
        )

    assert set(refusal.value.fields) == {"occurred_at"}


def test_one_answer_for_several_readings_is_one_row_each(clinic, session, low):
    again = sessions.reading(clinic, session, low.occurred_at + timedelta(minutes=2), spo2_pct=86)
    key = uuid.uuid4()

    rows = sessions.answer(clinic, session, low, timezone.now(), readings=[low.pk, again.pk], id=key)
    same = sessions.answer(clinic, session, low, timezone.now(), readings=[low.pk, again.pk], id=key)

    assert [row.reading_id for row in rows] == [low.pk, again.pk]
    assert [row.pk for row in same] == [row.pk for row in rows]
    assert rows[0].pk == key
    assert AlarmAnswer.objects.count() == 2


def test_an_id_used_for_another_answer_is_refused(clinic, session, low):
    again = sessions.reading(clinic, session, low.occurred_at + timedelta(minutes=2), spo2_pct=86)
    key = uuid.uuid4()
    sessions.answer(clinic, session, low, timezone.now(), id=key)

    with pytest.raises(InvalidInput) as refusal:
        sessions.answer(clinic, session, again, timezone.now(), readings=[low.pk, again.pk], id=key)

    assert set(refusal.value.fields) == {"id"}


def test_only_who_records_vitals_on_this_session_answers(clinic, session, low):
    for who in (clinic.therapist, clinic.admin, clinic.compliance):
        with pytest.raises(NotPermitted):
            sessions.answer(clinic, session, low, timezone.now(), by=who)


def test_an_answer_never_changes_in_python_or_in_the_database(clinic, session, low):
    [answer] = sessions.answer(clinic, session, low, timezone.now())
    answer.action = "Nothing"

    with pytest.raises(RecordFrozen):
        answer.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        AlarmAnswer.objects.filter(pk=answer.pk).update(told=None)


def test_correction_of_a_typing_error_closes_its_alarm(clinic, session, low):
    sessions.reading(*(clinic, session, timezone.now()), corrects_id=low.pk, spo2_pct=95, note="Typed 85 instead of 95")

    assert page_of(session, clinic.nurse).alarms == ()


# form and API


def test_form_answers_and_goes_back_to_the_session(clinic, session, low, sign_in):
    client, page = sign_in(clinic.nurse), reverse("sessions:alarms", args=[session.pk])
    answer = client.post(
        page, {"readings": [str(low.pk)], "action": "Oxygen", "told": "emergency", "told_words": "ambulance 12"}
    )

    assert answer.status_code == 302
    assert AlarmAnswer.objects.get().told_words == "Emergency services: ambulance 12"
    assert "Nothing waits for an answer" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("readings", "Choose each reading that this answers."),
        ("action", "Write what was done, also when it was only watching."),
        ("told", "Say who was told."),
    ],
)
def test_form_says_beside_the_field_what_is_missing(clinic, session, low, sign_in, left_out, sentence):
    whole = {"readings": [str(low.pk)], "action": "Oxygen", "told": str(clinic.prescriber.membership_id)}
    answer = sign_in(clinic.nurse).post(
        reverse("sessions:alarms", args=[session.pk]), {name: v for name, v in whole.items() if name != left_out}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors[left_out] == [sentence]
    assert sentence in answer.content.decode()


def test_somebody_else_has_to_be_named(clinic, session, low, sign_in):
    answer = sign_in(clinic.nurse).post(
        reverse("sessions:alarms", args=[session.pk]), {"readings": [str(low.pk)], "action": "Oxygen", "told": "other"}
    )

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"told_words"}


def test_form_of_an_alarm_that_somebody_answered_is_409_and_keeps_what_was_typed(clinic, session, low, sign_in):
    client, page = sign_in(clinic.nurse), reverse("sessions:alarms", args=[session.pk])
    other = sessions.reading(clinic, session, low.occurred_at + timedelta(minutes=3), spo2_pct=84)
    sessions.answer(clinic, session, low, timezone.now(), by=clinic.prescriber)
    typed = {"readings": [str(other.pk)], "action": "Second mask", "told": "other", "told_words": "Nobody was near"}
    assert client.post(page, typed).status_code == 302

    answer = client.post(page, typed)

    assert answer.status_code == 422
    assert "Second mask" in answer.content.decode()


def test_cockpit_has_the_form_only_while_something_is_open(clinic, session, sign_in):
    client, page = sign_in(clinic.nurse), reverse("sessions:session", args=[session.pk])
    assert "Save the answer" not in client.get(page).content.decode()
    row = sessions.reading(clinic, session, timezone.now(), spo2_pct=85)
    assert "Save the answer" in client.get(page).content.decode()
    assert "Save the answer" not in accounts_page(client, clinic.therapist, page)
    sessions.answer(clinic, session, row, timezone.now())
    assert "Save the answer" not in accounts_page(client, clinic.nurse, page)


def accounts_page(client, actor, page) -> str:
    return accounts.sign_in(client, actor).get(page).content.decode()


def test_answer_over_the_api_once_and_again(clinic, session, low):
    body = {
        "id": str(uuid.uuid4()),
        "readings": [str(low.pk)],
        "action": "Oxygen",
        "told_id": str(clinic.prescriber.membership_id),
    }
    client, address = api(clinic.nurse), f"/api/v1/sessions/{session.pk}/alarm-answers"
    first, again = (client.post(address, json.dumps(body), content_type="application/json") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()[0]["sentence"].startswith("SpO2 85 %")
    events = client.get(f"/api/v1/sessions/{session.pk}/timeline").json()["events"]
    [told] = [event for event in events if event["kind"] == "alarm_answer"]
    assert (told["reading"], told["told"], told["action"]) == (str(low.pk), clinic.prescriber.name, "Oxygen")


def test_answer_over_the_api_is_refused_in_the_same_words(clinic, session, low):
    body = {"id": str(uuid.uuid4()), "readings": [str(low.pk)], "action": "Oxygen"}
    answer = api(clinic.nurse).post(
        f"/api/v1/sessions/{session.pk}/alarm-answers", json.dumps(body), content_type="application/json"
    )

    assert answer.status_code == 422
    assert "Say who was told." in answer.content.decode()


# poll, board, signature


def test_an_answer_shows_on_other_screens(clinic, session, low, sign_in):
    client = sign_in(clinic.prescriber)
    live = reverse("sessions:live", args=[session.pk])
    stamp = page_of(session, clinic.prescriber).stamp
    sessions.answer(clinic, session, low, timezone.now())

    answer = client.get(live, {"stamp": stamp})

    assert "told: " in answer.content.decode()


def test_board_is_loud_until_it_is_answered(clinic, session, low, sign_in):
    client = sign_in(clinic.nurse)
    loud = client.get(reverse("sessions:board")).content.decode()
    sessions.answer(clinic, session, low, timezone.now())
    calm = client.get(reverse("sessions:board")).content.decode()

    assert "Critical, not answered" in loud
    assert f'data-alarm="{low.pk}"' in loud
    assert "Critical, not answered" not in calm
    assert "Last reading: Critical" in calm


def test_unanswered_critical_keeps_the_session_from_being_signed(clinic):
    session = sessions.discharged_session(clinic)
    facts = load_facts(sessions.stored(session))
    late = sessions.reading(
        *(clinic, session, session.ended_at + timedelta(minutes=5)),
        spo2_pct=88,
        occurred_at=session.first_dose_at + timedelta(minutes=33),
        late_reason="Found on the monitor's printout",
    )
    assert not [one for one in signature_blockers(facts, session.ended_at) if one.code.startswith("ALARM")]

    with pytest.raises(Blocked) as refusal:
        sign(clinic, session)
    assert [one.code for one in refusal.value.blockers] == ["ALARM_UNANSWERED_1"]
    assert "at T+0:33: SpO2 88 %" in refusal.value.blockers[0].sentence

    sessions.answer(clinic, session, late, session.ended_at + timedelta(minutes=10))
    sign(clinic, session)
    assert is_intact(sessions.stored(session))


def sign(clinic, session):
    return actions.sign_session(
        session=sessions.stored(session),
        by=clinic.prescriber,
        at=session.ended_at + timedelta(minutes=20),
        password=accounts.PASSWORD,
    )


def test_session_signed_before_answers_were_asked_for_is_not_loud(clinic, sign_in):
    session = sessions.discharged_session(clinic)
    facts = load_facts(sessions.stored(session))
    sign(clinic, session)
    low = replace_value(facts.readings[2], spo2_pct=85)
    facts = replace(facts, session=sessions.stored(session), all_readings=(*facts.all_readings[:2], low))

    [row] = alarm_rows(facts)
    page = replace(page_of(session, clinic.nurse), facts=facts, alarms=(row,))

    assert (page.open_alarms, page.settled_alarms) == ([], [row])


def replace_value(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    return row


def test_answers_are_part_of_what_is_signed(clinic):
    session = sessions.discharged_session(clinic)
    row = sessions.reading(
        *(clinic, session, session.ended_at + timedelta(minutes=5)),
        spo2_pct=88,
        occurred_at=session.first_dose_at + timedelta(minutes=33),
        late_reason="Found on the monitor's printout",
    )
    sessions.answer(clinic, session, row, session.ended_at + timedelta(minutes=10))
    sign(clinic, session)

    with pytest.raises(Blocked):
        sessions.answer(clinic, session, row, session.ended_at + timedelta(minutes=30), id=uuid.uuid4())


def test_board_shows_first_what_presses(clinic):
    """An alarm that nobody answered, then who is here, who comes, and last who has left; each by time."""
    left = sessions.discharged_session(clinic, sessions.AT - timedelta(hours=4))
    coming = sessions.scheduled_session(clinic, sessions.AT - timedelta(hours=3))
    here = sessions.dosed_session(clinic, sessions.AT - timedelta(hours=2))
    alarmed = sessions.dosed_session(clinic, sessions.AT - timedelta(hours=1))
    sessions.reading(clinic, alarmed, alarmed.first_dose_at + timedelta(minutes=20), spo2_pct=85)

    cards = load_board(clinic.nurse, sessions.AT).cards

    assert [card.session.pk for card in cards] == [one.pk for one in (alarmed, here, coming, left)]
