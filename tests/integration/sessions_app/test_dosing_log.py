"""The dosing log as CSV: what an inspector reads, safe for spreadsheets, the same filters as the list."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.models import AuditEvent
from patients.models import Patient
from sessions_app.dosing_log import HEADINGS
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db
LOG = reverse("sessions:export_dosing_records")


@pytest.fixture(scope="module")
def staffed(shared):
    return shared(lambda: accounts.clinic_with_staff(dea_number="FH1234567"))


def read(client, **query) -> list[dict]:
    response = client.get(LOG, query)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response.streaming_content).decode()
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert tuple(rows[0]) == HEADINGS
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def as_(actor) -> Client:
    return accounts.sign_in(Client(), actor)


def test_log_has_a_line_for_each_draw_in_the_inspectors_words(clinic):
    session = sessions.signed_session(clinic)
    [line] = read(as_(clinic.compliance))
    patient = session.patient
    expected = {
        "Practice": "Harbor Practice",
        "Practice DEA number": "FH1234567",
        "Date": "2026-06-01",
        "Time": "10:10",
        "Time zone": "EDT",
        "Patient": patient.legal_name,
        "MRN": patient.mrn,
        "Prescriber": str(clinic.members["prescriber"].user),
        "Strength": "50 mg/mL",
        "Schedule": "CIII",
        "Lot": session.dosing_record.lot_numbers.strip(),
        "Lot expires": "2027-12-31",
        "Route": "Intramuscular (IM)",
        "Given by": clinic.nurse.name,
        "Initials": clinic.members["nurse"].initials,
    }
    assert {name: line[name] for name in expected} == expected
    amounts = ("Ordered mg", "Drawn mL", "Drawn mg", "Given mg", "Wasted mg", "Lot balance before mg")
    assert [Decimal(line[name]) for name in amounts] == [35, Decimal("0.7"), 35, 35, 0, 1000]
    assert Decimal(line["Lot balance after mg"]) == 965


def test_waste_is_told_with_reason_method_and_witness(clinic):
    session = sessions.dosed_session(clinic, drawn_mg=Decimal(50), planned_mg=Decimal(35))
    draw = session.dosing_record.draws.get()
    from sessions_app.actions import dispose_session_remainder

    second = accounts.staff(clinic.practice, ["nurse"])
    dispose_session_remainder(
        session=session,
        draw_id=draw.pk,
        by=clinic.nurse,
        at=session.first_dose_at + timedelta(minutes=5),
        what="waste",
        amount_mg=Decimal(15),
        method="Drug buster",
        reason="Left in the vial",
        witness_email=second.user.email,
        witness_password=accounts.PASSWORD,
    )
    [line] = read(as_(clinic.admin))
    assert (Decimal(line["Wasted mg"]), line["Waste reason"], line["Waste method"], line["Witness"]) == (
        15,
        "Left in the vial",
        "Drug buster",
        second.user.full_name,
    )


def test_formulas_in_names_stay_text(clinic):
    """R86 through the whole file."""
    session = sessions.dosed_session(clinic)
    Patient.objects.filter(pk=session.patient_id).update(family_name='=HYPERLINK("http://x")', address="@SUM(A1)")
    [line] = read(as_(clinic.admin))
    assert line["Patient"].startswith("'=HYPERLINK")
    assert line["Patient address"] == "'@SUM(A1)"


def test_filters_of_the_list_choose_the_lines(clinic):
    dosing.given_dose(clinic)
    dosing.given_dose(clinic, at=dosing.AT + timedelta(days=3), route="SL")
    assert len(read(as_(clinic.admin))) == 2
    [line] = read(as_(clinic.admin), route="SL")
    assert line["Route"] == "Sublingual"
    assert as_(clinic.admin).get(LOG, {"route": "XX"}).status_code == 422


def test_export_is_audited_with_its_number_of_lines(clinic):
    dosing.given_dose(clinic)
    read(as_(clinic.admin), route="IM")
    row = AuditEvent.objects.get(action="sessions.exported_dosing_records")
    assert row.detail == {"rows": 1, "filters": ["route"]}


@pytest.mark.parametrize("who", ["prescriber", "nurse", "therapist"])
def test_clinicians_do_not_export(clinic, who):
    assert as_(getattr(clinic, who)).get(LOG).status_code == 403


def test_anonymous_and_other_practice_get_nothing(clinic):
    dosing.given_dose(clinic)
    assert Client().get(LOG).status_code == 302
    assert read(as_(accounts.clinic_with_staff(name="Hill").admin)) == []


def test_export_takes_the_same_queries_for_every_number_of_lines(clinic):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(client)
        return len(queries)

    client = as_(clinic.admin)
    dosing.given_dose(clinic)
    few = count()
    for day in range(1, 8):
        dosing.given_dose(clinic, at=dosing.AT + timedelta(days=day))
    assert count() == few
