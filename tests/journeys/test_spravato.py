"""J4: a nurse runs a Spravato session from the check-in to the REMS form, under a clock that the journey moves."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.builders.accounts import PASSWORD
from tests.journeys.people import Someone, visitors
from tests.journeys.spravato_clinic import BEFORE, LOTS, OLD_LOT

ALDRETE = {f"aldrete_{item}": 2 for item in ("activity", "respiration", "circulation", "consciousness", "oxygen")}
WELL = ("is_oriented", "walks_unaided", "dissociation_resolved", "nausea_controlled", "no_suicidal_intent")
CHECK = {
    "is_enrolled": "yes",
    "is_first_treatment": "no",
    "takes_benzodiazepines": "no",
    "takes_sedatives": "yes",
    "takes_opioids": "no",
    "takes_stimulants": "no",
    "takes_maois": "no",
}
NORMAL = {"heart_rate_bpm": 76, "respiratory_rate": 14}


@pytest.fixture
def person(spravato, chromium, shots):
    with visitors(spravato, chromium, shots) as sign_in:
        yield sign_in


def test_j4_a_spravato_session_from_check_in_to_the_rems_form(spravato, person):
    nurse, prescriber, path = person("nurse"), person("prescriber"), f"/sessions/{spravato.made['session']}/"
    patient_is_checked_in(nurse, path)
    rems_is_asked(nurse, path)
    pressure_waits_for_the_prescriber(nurse, prescriber, path)
    began = devices_are_given(spravato, nurse, path)
    reading_is_forgotten(spravato, nurse, path, began)
    patient_is_watched(spravato, nurse, path, began)
    discharge_waits_for_two_hours(spravato, nurse, path, began)
    prescriber.stay_signed_in().go(f"{path}sign/").fill(password=PASSWORD).press("Sign and freeze")
    totals_match(nurse, path)
    form_is_filled_from_this_session_only(nurse, path)
    form_is_recorded(nurse, path)
    what_is_overdue_is_loud(spravato, nurse)


def after(spravato, began: float, minutes: float) -> None:
    """Move the clock to so many minutes after the first device."""
    spravato.travel(seconds=began + minutes * 60 - spravato.now())


def patient_is_checked_in(nurse: Someone, path: str) -> None:
    """1. The board names the chair; the roster has the prescriber on site; fasting and the ride are asked."""
    nurse.go("/").follow("Board").sees("Chair 2", "Esther Quill").follow("Esther Quill").follow("Change")
    nurse.fill(prescriber_id="Prescriber", monitor_id="Nurse", therapist_id="Therapist").press("Set the roster")
    nurse.go(path).follow("Check in").fill(identity_confirmed=True, fasting_confirmed="yes", escort_confirmed="yes")
    nurse.fill(escort_name="Robin Avery", escort_phone="555 0177", medicines_changed="no", weight_kg="70")
    nurse.press("Check in")


def rems_is_asked(nurse: Someone, path: str) -> None:
    """2. Enrolled and counselled are asked today; an answer of no holds the dose."""
    nurse.go(path).sees("Fill in the REMS check").follow("REMS check")
    assert nurse.page.locator("main input[type=radio]:checked").count() == 0, "nothing comes from the visit before"
    nurse.fill(**CHECK, is_counselled="no").press("Save the check")
    nurse.go(path).sees("Counsel the patient on the risks first").follow("REMS check")
    nurse.fill(**CHECK, is_counselled="yes").press("Save the check")
    nurse.go(path).does_not_see("REMS check: enrolled").does_not_see("Counsel the patient")


def pressure_waits_for_the_prescriber(nurse: Someone, prescriber: Someone, path: str) -> None:
    """3 and 4. 152/94 is amber and holds the dose until the prescriber decides with a reason."""
    prescriber.go("/sessions/board/").press("I am on site").sees("On site")
    reading_is_saved(nurse, systolic_mmhg=152, diastolic_mmhg=94, spo2_pct=98, moaas="5")
    nurse.go(path).sees("152/94", "Caution", "a prescriber weighs benefit and risk before esketamine")
    nurse.go(f"{path}dose/")
    assert nurse.page.get_by_role("button", name="Record the dose").is_disabled()
    nurse.shot("j4_amber")
    while True:
        prescriber.go(path)
        decide = prescriber.page.get_by_role("link", name="Decide")
        if decide.count() == 0:
            break
        decide.first.click()
        prescriber.fill(reason="Known hypertension, calm today; benefit outweighs the risk")
        prescriber.page.locator("main form button[type=submit]").first.click()
        prescriber.page.wait_for_load_state()
    prescriber.sees("Nothing stands between the patient and the dose")


def reading_is_saved(nurse: Someone, **values) -> None:
    """Through the form of the session's page; it is sent by a script, so that what follows waits for the answer."""
    nurse.fill(**NORMAL, **values).press("Save the reading").sees("The reading is saved")
    nurse.page.wait_for_load_state("networkidle")


def devices_are_given(spravato, nurse: Someone, path: str) -> float:
    """5. Three devices, each with its own lot, five minutes between; the time of the first is zero."""
    began = 0.0
    for number, (lot, expires_on) in enumerate(LOTS, start=1):
        nurse.go(f"{path}dose/")
        assert str(expires_on) in nurse.page.locator("[name=lot]").inner_text()
        nurse.fill(lot=lot, drawn_amount="1", given_amount="1", given_by="Nurse").press("Record the dose")
        began = began or spravato.now()
        nurse.go(path).sees(f"Dose {number}")
        spravato.travel(minutes=5)
    nurse.sees(*(lot for lot, _ in LOTS))
    return began


def reading_is_forgotten(spravato, nurse: Someone, path: str, began: float) -> None:
    """6. The reading of T+40 is not overdue at T+44 and is, here and on the board, at T+45."""
    board_card = nurse.page.locator(".board-card", has_text="Esther Quill")
    for minutes, is_overdue in ((44, False), (45.5, True)):
        after(spravato, began, minutes)
        nurse.stay_signed_in().go(path)
        expect(nurse.page.locator("#session-head .due.is-overdue")).to_have_count(int(is_overdue))
        nurse.go("/sessions/board/")
        expect(board_card.locator(".due.is-overdue")).to_have_count(int(is_overdue))
    nurse.shot("j4_overdue")


def patient_is_watched(spravato, nurse: Someone, path: str, began: float) -> None:
    """7. Pressure, oxygen, sedation and dissociation; the clinic's own rating, where CADSS-6 needs a licence."""
    for minutes, values in (
        (46, {"systolic_mmhg": 158, "diastolic_mmhg": 96, "spo2_pct": 95, "moaas": "4", "dissociation": "2"}),
        (60, {"systolic_mmhg": 150, "diastolic_mmhg": 92, "spo2_pct": 96, "moaas": "4", "dissociation": "1"}),
        (90, {"systolic_mmhg": 146, "diastolic_mmhg": 90, "spo2_pct": 97, "moaas": "5", "dissociation": "0"}),
    ):
        after(spravato, began, minutes)
        nurse.stay_signed_in().go(path)
        reading_is_saved(nurse, **values)
    nurse.go(path)
    expect(nurse.page.locator("#session-head .due.is-overdue")).to_have_count(0)


def discharge_waits_for_two_hours(spravato, nurse: Someone, path: str, began: float) -> None:
    """8 and 9. Two hours count from the last device: refused at T+95, granted once they are over."""
    after(spravato, began, 95)
    leave(nurse.stay_signed_in(), path).sees("Minimum observation of 120 minutes is not over")
    after(spravato, began, 131)
    nurse.stay_signed_in().go(path)
    reading_is_saved(nurse, systolic_mmhg=141, diastolic_mmhg=88, spo2_pct=98, moaas="5", dissociation="0")
    leave(nurse, path).go(path).sees("Discharged", "Robin Avery")


def leave(nurse: Someone, path: str) -> Someone:
    nurse.go(f"{path}discharge/").fill(**ALDRETE, **dict.fromkeys(WELL, True))
    nurse.fill(escort_present=True, instructions_given=True)
    nurse.fill(escort_name="Robin Avery", escort_relation="sister", escort_phone="555 0177")
    return nurse.press("Discharge")


def totals_match(nurse: Someone, path: str) -> None:
    """The PDF's account is that of the dosing record; it lists the events that the page lists."""
    nurse.stay_signed_in().go(path).follow("Summary").sees("Robin Avery", "E-101", "E-102", "E-103")
    events = nurse.page.locator("[data-event]").evaluate_all("rows => rows.map(row => row.dataset.event)")
    nurse.shot("j4_summary")
    answer = nurse.page.context.request.get(f"{nurse.url}{path}summary.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    pdf = PdfReader(io.BytesIO(answer.body()))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    assert len(pdf.pages) <= 2
    assert "Drawn 84 mg = given 84 mg + wasted 0 mg + returned 0 mg" in text
    assert "NOT ACCOUNTED" not in text
    assert set(re.findall(r"\b[0-9a-f]{8}\b", text)) >= {event[:8] for event in events}
    record = path.replace("/sessions/", "/sessions/dosing-records/")
    nurse.go(record).sees("Closed")
    account = nurse.page.locator(".ledger-equation").first.inner_text()
    told = dict(re.findall(r"(drawn|given|wasted|returned)\s+([\d.]+)\s*mg", account, re.IGNORECASE))
    assert {name.lower(): value for name, value in told.items()} == {
        "drawn": "84",
        "given": "84",
        "wasted": "0",
        "returned": "0",
    }


def form_is_filled_from_this_session_only(nurse: Someone, path: str) -> None:
    nurse.go(path).tab("REMS form").sees("7 days left", "Nothing is sent from here")
    nurse.sees("84 mg", "E-101, E-102, E-103", "152/94", "158/96", "141/88", "lowest MOAA/S 4", "moderate", "131")
    nurse.does_not_see(f"{BEFORE['systolic_mmhg']}/{BEFORE['diastolic_mmhg']}", OLD_LOT, "122/78")
    nurse.shot("j4_rems")


def form_is_recorded(nurse: Someone, path: str) -> None:
    nurse.follow("Complete it and record it as submitted")
    assert nurse.page.locator("main [name=bp_before], main [name=lot_numbers], main [name=dose]").count() == 0
    nurse.fill(sex="Female", ready_min="100", vitals_ok_before="yes", vitals_ok_after="yes")
    nurse.fill(respiratory_depression="no", serious_event="no", confirmation_number="R-2026-17", password="not mine")
    nurse.press("Record as submitted").sees("Nothing was saved")
    assert nurse.page.locator("[name=confirmation_number]").input_value() == "R-2026-17"
    nurse.fill(password=PASSWORD).press("Record as submitted").sees("R-2026-17", "Submitted, version 1")
    nurse.go("/sessions/rems/?show=submitted").sees("Esther Quill")


def what_is_overdue_is_loud(spravato, nurse: Someone) -> None:
    """The form of the first session is still owed: on its last day it is due, after it overdue on home and list."""
    nurse.go("/").sees("REMS forms to submit", "left")
    spravato.travel(days=6)
    nurse.again().go("/").sees("1 overdue").go("/sessions/rems/?show=overdue").sees("Overdue by")
    nurse.shot("j4_overdue_form")
