"""The session summary: page, PDF and API list the same events; each role reads its part; each look leaves a row."""

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from common.models import AuditEvent
from sessions_app import actions
from sessions_app.session_events import KINDS
from sessions_app.summary.content import load_summary
from sessions_app.summary.words import WORDS
from tests.builders import accounts, patients, sessions

pytestmark = pytest.mark.django_db
CANARY = "CANARY floating above the sea"
OF_THE_ROOM = (
    CANARY,
    "Nausea",
    "Ondansetron",
    "Anxious, repeated",
    "CTCAE",
    "lights down",
    "Vomited",
    "Drowsy",
    "touch",
)


@pytest.fixture
def busy(clinic, hours_ago):
    """An infusion with a pause, a critical reading, a correction, words, an adverse event, an early stop and waste."""
    session = sessions.dosed_session(clinic, hours_ago(6), "IV", drawn_mg=Decimal(50), planned_mg=Decimal(35))
    start = session.first_dose_at

    def after(minutes: int):
        return start + timedelta(minutes=minutes)

    high = sessions.reading(clinic, session, after(10), systolic_mmhg=205, diastolic_mmhg=110, note="Anxious, repeated")
    sessions.answer(clinic, session, high, after(11), action="Infusion paused, lights down")
    wrong = sessions.reading(clinic, session, after(14), spo2_pct=79)
    sessions.reading(clinic, session, after(15), spo2_pct=97, note="Typed the wrong number", corrects_id=wrong.pk)
    actions.record_observation(session=session, by=clinic.nurse, at=after(16), what="words", text=CANARY)
    _events_of_the_room(clinic, session, after)
    actions.record_adverse_event(
        session=session,
        by=clinic.nurse,
        at=after(18),
        category="gi",
        grade=2,
        relatedness="probable",
        description="Nausea",
        action="Ondansetron",
        outcome="resolved",
    )
    change = {"session": session, "administration_id": session.dosing_record.administrations.get().pk}
    actions.change_session_infusion(**change, by=clinic.nurse, at=after(12), what="pause", reason="Pressure too high")
    actions.change_session_infusion(**change, by=clinic.nurse, at=after(20), what="resume", reason="Pressure is down")
    sessions.end_infusion(clinic, session, after(30), how="stopped", reason="Patient asked")
    return sessions.stored(session)


def _events_of_the_room(clinic, session, after) -> None:
    """A rescue drug, a scale, who came in, a consent taken back as entered wrongly."""
    of = {"session": session, "by": clinic.nurse}
    actions.record_rescue_drug(
        **of,
        at=after(17),
        drug="ondansetron",
        dose=Decimal(4),
        unit="mg",
        route="IV",
        ordered_by_id=clinic.prescriber.membership_id,
        given_by_id=clinic.nurse.membership_id,
        reason="Vomited twice",
    )
    actions.record_scale(**of, at=after(17), instrument="RASS", rating=-1, note="Drowsy, smiles")
    actions.record_room_entry(**of, at=after(17), membership_id=clinic.therapist.membership_id, went="in")
    consent = actions.record_room_consent(**of, at=after(17), about="touch", is_given=True, words="A hand on mine")
    actions.withdraw_entry(
        **of, at=after(18), entry_kind="room_consent", entry_id=consent.pk, reason="Another patient said it"
    )


def api(actor) -> Client:
    return Client(headers={"Authorization": f"Token {accounts.api_token(actor)}"})


def page_of(sign_in, actor, session) -> str:
    response = sign_in(actor).get(reverse("sessions:summary", args=[session.pk]))
    assert response.status_code == 200
    return response.content.decode()


def pdf_of(sign_in, actor, session) -> PdfReader:
    response = sign_in(actor).get(reverse("sessions:summary_pdf", args=[session.pk]))
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return PdfReader(io.BytesIO(response.content))


def text_of(pdf: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))


def listed_by_api(actor, session) -> list[dict]:
    return api(actor).get(f"/api/v1/sessions/{session.pk}/timeline").json()["events"]


@pytest.mark.parametrize("who", ["prescriber", "nurse", "therapist", "admin", "compliance"])
def test_page_pdf_and_api_list_the_same_events(clinic, busy, sign_in, who):
    actor = getattr(clinic, who)
    events = listed_by_api(actor, busy)
    ids = {event["id"] for event in events}

    page, text = page_of(sign_in, actor, busy), text_of(pdf_of(sign_in, actor, busy))

    assert len(ids) > 8
    assert set(re.findall(r'data-event="([0-9a-f-]{36})"', page)) == ids
    printed = set(re.findall(r"\b[0-9a-f]{8}\b", text))
    assert printed == {one[:8] for one in ids}


def test_every_kind_of_event_has_words():
    assert set(WORDS) == set(KINDS)


def test_a_second_browser_and_a_reload_show_the_same(clinic, busy, sign_in):
    rows = [re.findall(r'data-event="([0-9a-f-]{36})"', page_of(sign_in, who, busy)) for who in (clinic.nurse,) * 2]
    other = re.findall(r'data-event="([0-9a-f-]{36})"', page_of(sign_in, clinic.prescriber, busy))
    assert rows[0] == rows[1] == other


def test_the_pdf_tells_the_values_of_each_event(clinic, busy, sign_in):
    text = text_of(pdf_of(sign_in, clinic.nurse, busy))
    lot = busy.dosing_record.lot_numbers.strip()
    for words in (
        busy.patient.name,
        busy.patient.mrn,
        f"{busy.patient.birth_date}",
        "session 1 of 6",
        "70 kg × 0.5 mg/kg",
        f"lot {lot}, drawn 50 mg",
        f"by {clinic.nurse.name}, verified by nobody else",
        "205/110",
        "Critical: Blood pressure 205/110 mmHg",
        "Done: Infusion paused, lights down",
        f"told: {clinic.prescriber.name}",
        "Corrected later",
        "correction · Typed the wrong number",
        CANARY,
        "Rescue drug: Ondansetron 4 mg, intravenous",
        "Vomited twice",
        "RASS: -1",
        "Came in",
        "Comforting touch: agreed (corrected later)",
        "Comforting touch: agreed (taken back)",
        "why corrected: Another patient said it",
        "CTCAE grade 2",
        "Not signed. This is a draft.",
        "DRAFT: this session is not signed",
        f"printed by {clinic.nurse.name}",
        "page 1 of 2",
    ):
        assert words in text, words


def test_the_partial_dose_follows_the_rate_history(clinic, busy, sign_in):
    """Ran 12 min, paused 8, ran 10 more: 22 of 40 min of 35 mg are 19.25 mg, as recorded (D32)."""
    text = text_of(pdf_of(sign_in, clinic.nurse, busy))
    assert "35 mg over 40 min; ran 22 min at 150 mL/h (pauses and rates counted) = 19.25 mg; recorded 19.25 mg" in text
    assert "DIFFERS" not in text
    assert "Drawn 50 mg = given 19.25 mg + wasted 0 mg + returned 0 mg + NOT ACCOUNTED FOR 30.75 mg" in text


def test_a_critical_value_without_an_answer_is_loud(clinic, hours_ago, sign_in):
    session = sessions.dosed_session(clinic, hours_ago(3))
    sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=10), spo2_pct=85)
    for told in (page_of(sign_in, clinic.nurse, session), text_of(pdf_of(sign_in, clinic.nurse, session))):
        assert "Critical: SpO2 85 %" in told
        assert "not answered" in told.lower()


@pytest.mark.parametrize(
    "value",
    [
        {"spo2_pct": 85},
        {"systolic_mmhg": 200},
        {"heart_rate_bpm": 150},
        {"respiratory_rate": 6},
        {"systolic_mmhg": 170, "diastolic_mmhg": 125},
    ],
    ids=str,
)
def test_what_is_critical_is_so_here_too(clinic, hours_ago, value):
    session = sessions.dosed_session(clinic, hours_ago(3))
    sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=10), **value)
    summary = load_summary(clinic.nurse, session.pk, timezone.now())
    assert summary.readings[-1].word == "Critical"
    assert summary.alarms[-1].is_unanswered


def test_a_measured_amount_that_differs_is_marked(clinic, hours_ago, sign_in):
    session = sessions.dosed_session(clinic, hours_ago(3), "IV")
    at = session.first_dose_at + timedelta(minutes=22)
    sessions.end_infusion(clinic, session, at, how="stopped", reason="Patient asked", given_mg=Decimal("20.5"))
    assert "recorded 20.5 mg DIFFERS from the rate history" in text_of(pdf_of(sign_in, clinic.nurse, session))
    assert "Differs from the rate history" in page_of(sign_in, clinic.nurse, session)


def test_a_signed_session_prints_its_signature_and_totals(clinic, hours_ago, sign_in):
    session = sessions.signed_session(clinic, hours_ago(8))
    pdf = pdf_of(sign_in, clinic.prescriber, session)
    text, record = text_of(pdf), session.dosing_record
    assert 1 <= len(pdf.pages) <= 2
    assert f"SHA-256 of what was signed: {session.content_sha256}" in text
    assert f"Signed by {session.signed_by.user}" in text
    assert record.drawn_mg == record.given_mg + record.wasted_mg + record.returned_mg
    assert f"Drawn {record.drawn_mg.normalize():f} mg = given {record.given_mg.normalize():f} mg + wasted 0 mg" in text
    assert "Modified Aldrete 10 of 10" in text
    assert "Escort Alex Escort" in text
    assert "DRAFT" not in text
    assert "NOT ACCOUNTED" not in text


@pytest.mark.parametrize("who", ["admin", "compliance"])
def test_the_office_reads_the_drug_not_the_room(clinic, busy, sign_in, who):
    """R12."""
    actor = getattr(clinic, who)
    for told in (page_of(sign_in, actor, busy), text_of(pdf_of(sign_in, actor, busy))):
        assert "19.25" in told
        assert "205/110" in told
        for words in (
            CANARY,
            "Nausea",
            "Ondansetron",
            "Anxious, repeated",
            "CTCAE",
            "lights down",
            "Vomited",
            "Drowsy",
            "touch",
        ):
            assert words not in told
        assert "what was seen and said in the room" in told
        assert "Typed the wrong number" in told


def test_a_therapist_off_the_roster_reads_no_drug(clinic, busy, sign_in):
    busy.roster.filter(duty="therapist").update(left_at=busy.first_dose_at)
    text = text_of(pdf_of(sign_in, clinic.therapist, busy))
    assert CANARY in text
    assert "19.25" not in text
    assert "Not shown to your role: the drug." in text


@pytest.mark.parametrize("name", ["sessions:summary", "sessions:summary_pdf"])
def test_strangers_find_nothing(clinic, other_clinic, busy, sign_in, name):
    off_team = accounts.actor(accounts.staff(clinic.practice, ["prescriber", "nurse", "therapist"]))
    for actor in (off_team, other_clinic.admin):
        assert sign_in(actor).get(reverse(name, args=[busy.pk])).status_code == 404
    assert Client().get(reverse(name, args=[busy.pk])).status_code == 302


def test_looking_and_printing_leave_rows(clinic, busy, sign_in):
    """R51."""
    page_of(sign_in, clinic.nurse, busy)
    pdf_of(sign_in, clinic.nurse, busy)
    acts = ["sessions.looked_at_summary", "sessions.printed_summary"]
    rows = AuditEvent.objects.filter(action__in=acts, patient_id=busy.patient_id, object_id=busy.pk)
    assert set(rows.values_list("action", flat=True)) == set(acts)


def test_an_emergency_access_looks_and_does_not_print(clinic, busy, sign_in):
    """R13: looking only."""
    stranger = accounts.actor(accounts.staff(clinic.practice, ["prescriber"]))
    patients.emergency(stranger, busy.patient, timezone.now())
    client = sign_in(stranger)
    page = client.get(reverse("sessions:summary", args=[busy.pk]))
    assert page.status_code == 200
    assert "PDF to print" not in page.content.decode()
    assert client.get(reverse("sessions:summary_pdf", args=[busy.pk])).status_code == 404


def test_session_page_and_dosing_record_lead_to_it(clinic, hours_ago, sign_in):
    session = sessions.signed_session(clinic, hours_ago(8))
    address = reverse("sessions:summary", args=[session.pk])
    assert address in sign_in(clinic.nurse).get(reverse("sessions:session", args=[session.pk])).content.decode()
    assert address in sign_in(clinic.admin).get(reverse("sessions:dosing_record", args=[session.pk])).content.decode()


def test_queries_do_not_grow_with_the_events(clinic, hours_ago, sign_in, record_property):
    few, many = (sessions.dosed_session(clinic, hours_ago(3)) for _ in range(2))
    for number in range(25):
        at = many.first_dose_at + timedelta(minutes=number + 1)
        sessions.reading(clinic, many, at)
        actions.record_observation(session=many, by=clinic.therapist, at=at, what="words", text="Calm")
    counts = []
    for session in (few, many):
        with CaptureQueriesContext(connection) as queries:
            load_summary(clinic.nurse, session.pk, session.first_dose_at + timedelta(hours=1))
        counts.append(len(queries))
    record_property("queries of a summary", counts[1])
    assert counts[0] == counts[1]
    assert counts[1] <= 9
