"""J1, J6, J7, J8: an order the chart allows, an early stop and its waste, the stock reconciled, a record reviewed."""

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.builders.accounts import PASSWORD
from tests.journeys.people import Someone, visitors

ZONE = ZoneInfo("America/New_York")
ALDRETE = ("activity", "respiration", "circulation", "consciousness", "oxygen")


@pytest.fixture
def person(register, chromium, shots):
    with visitors(register, chromium, shots) as sign_in:
        yield sign_in


def day(days: int = 0) -> str:
    """By the calendar of the practice, which is on another day than UTC every evening."""
    return (datetime.now(ZONE).date() + timedelta(days=days)).isoformat()


def test_j1_an_order_waits_for_the_chart_and_is_amended_not_edited(register, person):
    prescriber, path = person("prescriber"), f"/patients/{register.made['new_patient']}/"
    prescriber.go(f"{path}contraindications/")
    _answer_no(prescriber, but=("uncontrolled_hypertension",)).press("Save the answers")
    prescriber.go(path).sees("uncontrolled hypertension")
    prescriber.follow("Series").follow("Open a series")
    prescriber.fill(indication="PTSD", route="IM", planned_sessions=6, min_hours_between=72, review_after=2)
    prescriber.fill(modality="CBT").press("Open the series")
    series = re.search(r"/patients/series/[0-9a-f-]{36}/", prescriber.page.url).group(0)
    prescriber.sees("0 of 6")
    _fill_order(prescriber.follow("Write the dose order"))
    prescriber.sees("80.0 kg × 0.5 mg/kg = 40.0 mg", "80.0 kg × 0.75 mg/kg = 60.0 mg", "so 55 mg")
    prescriber.press("Sign the order").sees("Answer in the contraindication screen", "ncontrolled hypertension")
    assert prescriber.page.locator("[name=weight]").input_value() == "80"
    _answer_no(prescriber.go(f"{path}contraindications/")).press("Save the answers")
    _record_trials_and_diagnosis(prescriber, path)
    _fill_order(prescriber.go(series).follow("Write the dose order"))
    assert prescriber.page.locator("[name=review_after]").input_value() == "2", "the series' own point of review"
    prescriber.press("Sign the order").sees("Version 1", "40 mg", "Doses 1-2", "Doses 3-6", "55 mg", "If tolerated")
    order = prescriber.page.url
    assert prescriber.page.locator("main input:not([type=hidden])").count() == 0, "a signed order has no fields"
    prescriber.shot("plan")
    prescriber.go(series).sees("0 of 6", "Review due after dose 2", "Doses 3-6", "60 mg").follow("Amend")
    _fill_order(prescriber, dose="0.4").press("Sign the order").sees("Version 2", "32 mg")
    prescriber.go(order).sees("Version 1", "40 mg", "Doses 3-6", "55 mg")


def _answer_no(prescriber: Someone, but: tuple[str, ...] = ()) -> Someone:
    prescriber.page.evaluate(
        """but => document.querySelectorAll('main input[type=radio][value=no]').forEach(
            radio => { radio.checked = !but.includes(radio.name) })""",
        list(but),
    )
    return prescriber


def _record_trials_and_diagnosis(prescriber: Someone, path: str) -> None:
    for treatment, what in (("Sertraline", "antidepressant"), ("Prolonged exposure", "psychotherapy")):
        prescriber.go(f"{path}facts/").unfold("Add an earlier treatment").fill(treatment=treatment, what=what)
        prescriber.fill(was_adequate="yes", outcome="none", source="patient")
        prescriber.page.locator("form[action$='/facts/trial/add/'] button").click()
        prescriber.sees(f"Earlier treatment added: {treatment}.")
    prescriber.unfold("Add a diagnosis").fill(code="F43.10", label="PTSD", is_primary=True)
    prescriber.page.locator("form[action$='/facts/diagnosis/add/'] button").click()
    prescriber.shot("facts")
    prescriber.go(path).sees("two adequate trials failed", "F43.10")


def _fill_order(prescriber: Someone, dose: str = "0.5") -> Someone:
    """IM in mg/kg with a most in mg; from dose 3 more, held to 55 mg."""
    prescriber.fill(weight="80", weighed_on=day(), weight_unit="kg", product_id="Ketalar 50 mg/mL")
    prescriber.fill(dose=dose, dose_unit="mg/kg", max_mg="60", expires_on=day(60), password=PASSWORD)
    prescriber.unfold("Titration steps")
    prescriber.fill(step_1_from="3", step_1_dose="0.75", step_1_most="55", step_1_condition="If tolerated")
    prescriber.page.wait_for_load_state("networkidle")
    return prescriber


def test_j6_an_infusion_is_stopped_early_and_the_rest_wasted_before_a_second_person(register, person):
    nurse, path = person("nurse"), f"/sessions/{register.made['running']}/"
    nurse.go(f"{path}reading/").fill(systolic_mmhg="188", diastolic_mmhg="112", heart_rate_bpm="96", spo2_pct="96")
    nurse.press("Save the reading").go(path).sees("188/112", "critical")
    nurse.follow("Pause or rate").fill(what="pause", reason="Pressure 188/112").press("Record the change")
    nurse.go(f"{path}adverse-event/").fill(category="cardiovascular", grade="3")
    nurse.fill(relatedness="probable", description="Pressure 188/112", action="Paused, clonidine", outcome="ongoing")
    nurse.press("Save the event")
    nurse.go(f"{path}rescue-drug/").fill(drug="Clonidine", dose="0.1", unit="mg", route="By mouth", reason="188/112")
    nurse.fill(ordered_by_id="Prescriber", given_by_id="Nurse").press("Save the rescue drug")
    nurse.go(path).sees("Clonidine 0.1 mg")
    nurse.go(path).follow("Stop or end").fill(how="stopped", reason="Pressure stays high").press("Record the end")
    nurse.go(path).sees("stopped early", "open").follow("Waste or return")
    left = nurse.page.locator(".is-open b").inner_text().split()[0]
    amount = str(round(float(left) / 50, 5)).rstrip("0")
    _waste(nurse, amount, register.made["emails"]["nurse"]).sees("Somebody else has to confirm it")
    _waste(nurse, amount, register.made["emails"]["second"])
    record = path.replace("/sessions/", "/sessions/dosing-records/")
    nurse.go(record).sees("Closed", "stopped early")
    text = nurse.text()
    drawn, given, wasted = (
        float(re.search(rf"{word}\s+([\d.]+)\s*mg", text, re.IGNORECASE)[1]) for word in ("drawn", "given", "wasted")
    )
    assert drawn == pytest.approx(given + wasted), text[:400]


def _waste(nurse: Someone, amount: str, witness: str) -> Someone:
    nurse.fill(what="waste", amount=amount, method="Drug pouch", reason="Stopped early")
    nurse.fill(witness_email=witness, witness_password=PASSWORD)
    return nurse.press("Record with witness")


def test_j7_a_vial_is_short_and_compliance_reconciles_it(register, person):
    nurse, second, officer = person("nurse"), person("second"), person("compliance")
    nurse.go("/").follow("Stock").tab("Counts").sees("Safe A", "never")
    nurse.page.get_by_role("region", name="Safe A").get_by_role("link", name="Count at the start").click()
    nurse.sees("Enter what you see", "lot KX-77", "Vial 1, opened").does_not_see("450 mg", "9 mL")
    _count_by_the_ledger(register, nurse, short="KX-77")
    nurse.press("Keep this count").sees("differs", "−20 mg")
    nurse.shot("count")
    nurse.go("/dosing/stock/counts/")
    nurse.page.get_by_role("region", name="Safe A").get_by_role("link", name="Count at the end").click()
    for field in nurse.page.locator("main input[name^=counted_], main input[name^=unopened_]").all():
        field.fill("1")
    nurse.press("Keep this count").sees("without naming it")
    officer.go("/").sees("Open discrepancies").follow("Count differs").sees("KX-77", "Vial 1", "−20 mg", "Drawn")
    page = officer.page.url
    officer.shot("discrepancy")
    officer.tab("Vial 1").sees("Open discrepancy", "Received", "one of 2", "Drawn", "50 mg drawn, 35 mg given")
    officer.sees("wasted 15 mg", f"witness {register.made['names']['second']}", "450 mg").shot("vial")
    officer.tab("this dosing record").sees("Ledger of the lot", "vial 1").go(page)
    officer.fill(closing_reason="Entered wrongly", outcome="corrected", password=PASSWORD)
    officer.press("Close the discrepancy").sees("The ledger was not corrected")
    second.go(page).fill(what="adjust", reason="A draw of 0.4 mL was not entered", password=PASSWORD)
    second.press("Add the row").sees("In the ledger because of it", "−20 mg", "vial 1 from 450 mg to 430 mg")
    officer.go(page).fill(outcome="corrected", closing_reason="The draw is in the paper log", password=PASSWORD)
    officer.press("Close the discrepancy").sees("closed", "paper log")
    officer.go("/dosing/stock/").follow("KX-77").sees("Received", "Corrected after a discrepancy", "930 mg")
    officer.tab("Vial 1").sees("Corrected after a discrepancy", "430 mg", "A draw of 0.4 mL was not entered")
    assert officer.page.get_by_role("button", name=re.compile("edit|delete", re.I)).count() == 0
    officer.go("/sessions/dosing-records/?marks=not_reviewed").sees("records")
    _inspection_pack(register, officer)


def _count_by_the_ledger(register, nurse: Someone, short: str) -> None:
    """Types what the ledger says, of the opened vial of the lot `short` 0.4 mL less."""
    for field in nurse.page.locator("main input[name^=unopened_]").all():
        lot = field.get_attribute("name").split("_")[1].replace("-", "")
        whole = f"lot_id = '{lot}' AND opened_at IS NULL AND balance_mg > 0"
        [[number]] = register.sql(f"SELECT count(*) FROM dosing_stockcontainer WHERE {whole}")
        field.fill(str(number))
    for field in nurse.page.locator("main input[name^=counted_]").all():
        vial = field.get_attribute("name").removeprefix("counted_").replace("-", "")
        [[balance]] = register.sql(f"SELECT balance_mg FROM dosing_stockcontainer WHERE id = '{vial}'")
        amount = balance / 1000 / 50
        lot = field.evaluate("e => e.closest('fieldset').querySelector('legend').textContent")
        field.fill(f"{amount - 0.4 if short in lot else amount:g}")


def _inspection_pack(register, officer: Someone) -> None:
    officer.go("/sessions/dosing-records/").follow("Inspection packs")
    officer.fill(date_from=day(-730), date_to=day(), reason="Asked by the state board", password=PASSWORD)
    officer.press("Make the pack").sees("Take the zip")
    officer.shot("pack")
    with officer.page.expect_download() as download:
        officer.page.get_by_role("button", name="Take the zip").click()
    archive = zipfile.ZipFile(Path(download.value.path()))
    pages = list(csv.DictReader(io.StringIO(archive.read("pages.csv").decode())))
    assert pages
    assert all(len(row["sha256"]) == 64 for row in pages)
    other = list(csv.DictReader(io.StringIO(archive.read("other.csv").decode())))
    assert ("Corrected after a discrepancy", "-20.000") in {(row["What"], row["Change mg"]) for row in other}
    assert archive.read("receipts-001.pdf").startswith(b"%PDF-")


def test_j8_an_admin_reviews_with_a_question_and_the_own_password(register, person):
    admin, nurse = person("admin"), person("nurse")
    record = f"/sessions/dosing-records/{register.made['signed']}/"
    admin.go("/").sees("Dosing records to review").follow("Dosing records").sees("Review due")
    admin.go("/sessions/dosing-records/?exceptions_first=on").sees("Exceptions first")
    admin.go(record).sees("Drug account", "Closed").unfold("Ask somebody about it")
    admin.fill(asked_of_id=register.made["names"]["nurse"], text="Why was the left arm used and not the right?")
    admin.press("Give it back").sees("not answered yet", "has not answered yet")
    assert admin.page.get_by_role("button", name="Mark as reviewed").is_disabled()
    nurse.go("/").sees("Why was the left arm used").follow("Answer by an addendum")
    nurse.sees("Why was the left arm used").fill(text="The right arm had a bruise.", reason="Asked by the reviewer")
    nurse.press("Save the addendum")
    admin.go(record).sees("The right arm had a bruise.")
    admin.fill(note="Order, dose and ledger agree.", password="not mine").press("Mark as reviewed")
    admin.sees("Nothing was saved")
    assert admin.page.locator("[name=note]").input_value() == "Order, dose and ledger agree."
    admin.fill(password=PASSWORD).press("Mark as reviewed").go(record).sees("Reviewed", register.made["names"]["admin"])
    admin.shot("record_reviewed")
    acts = "('sessions.ask_author', 'sessions.review_session')"
    rows = register.sql(f"SELECT 1 FROM common_auditevent WHERE action IN {acts} AND outcome = 'done'")
    assert len(rows) == 2
