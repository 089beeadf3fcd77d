"""The main story: one patient from referral to follow-up, walked by four people in real browsers.

Given an empty practice, when each does their part, then the record holds it and nobody sees what is not theirs.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.journeys import leaks
from tests.journeys.people import PASSWORD, Someone

ADMIN, PRESCRIBER, NURSE, NURSE2, THERAPIST, COMPLIANCE = (
    f"{name}@journey.invalid" for name in ("ada", "paula", "nick", "nora", "thea", "cole")
)
STAFF = (
    ("Paula Prescriber", "MD", "PP", PRESCRIBER, "prescriber"),
    ("Nick Nurse", "RN", "NN", NURSE, "nurse"),
    ("Nora Nurse", "RN", "NO", NURSE2, "nurse"),
    ("Thea Therapist", "LCSW", "TT", THERAPIST, "therapist"),
    ("Cole Compliance", "", "CC", COMPLIANCE, "compliance"),
)
ESCORT = {"escort_name": "Robin Avery", "escort_relation": "sister", "escort_phone": "555 0177"}
ALDRETE = ("activity", "respiration", "circulation", "consciousness", "oxygen")
WELL = (
    "is_oriented",
    "walks_unaided",
    "dissociation_resolved",
    "nausea_controlled",
    "no_suicidal_intent",
    "escort_present",
    "instructions_given",
)
ZONE = ZoneInfo("America/New_York")
BASELINE = {"systolic_mmhg": 124, "diastolic_mmhg": 80, "heart_rate_bpm": 72, "spo2_pct": 98, "respiratory_rate": 14}


@pytest.fixture(scope="module")
def new_person(stack, chromium, shots):
    def make(width: int = 1440) -> Someone:
        make.everybody.append(Someone(chromium, stack.url, width, shots, stack.now))
        return make.everybody[-1]

    make.everybody = []
    return make


def change_first_password(person: Someone, email: str, temporary: str) -> None:
    person.sign_in(email, temporary).sees("password")
    person.fill(current_password=temporary, new_password=PASSWORD, repeated_password=PASSWORD)
    person.page.locator("main form button[type=submit]").first.click()
    person.page.wait_for_load_state()
    person.email, person.password = email, PASSWORD
    person.set_up_factor()


def test_one_treatment_from_referral_to_follow_up(stack, new_person):
    """At the end, nothing of it stands in logs, mail, queue, Redis, temporary files or audit rows (R52, R95, R97)."""
    admin = staff_are_added(stack, new_person)
    prescriber, nurse, therapist = (new_person() for _ in range(3))
    for person, email in ((prescriber, PRESCRIBER), (nurse, NURSE), (therapist, THERAPIST)):
        person.sign_in(email).sees("Good")
    patient_path = patient_is_registered(nurse)
    chart_is_completed(prescriber, patient_path)
    series_path = series_and_order(prescriber, patient_path)
    stock_is_received(nurse)
    session_path = session_is_scheduled(stack, nurse, series_path)
    questionnaires_are_answered(new_person(390), link_for(nurse, session_path, "Before:"))
    scores_are_on_the_chart(therapist, patient_path)
    patient_is_checked_in(nurse, session_path)
    dose_is_given(stack, nurse, prescriber, session_path)
    session_is_watched(stack, nurse, therapist, session_path)
    patient_goes_home(stack, nurse, new_person, session_path)
    record_is_signed(prescriber, nurse, session_path)
    note_is_written(therapist, patient_path)
    follow_up_arrives(stack, new_person, therapist, prescriber, patient_path)
    record_is_reviewed(admin, session_path)
    private_matters_stay_private(admin, patient_path)
    nothing_was_left_lying_about(stack)
    assert [complaint for person in new_person.everybody for complaint in person.complaints] == []


def staff_are_added(stack, new_person) -> Someone:
    """1. The admin opens the practice and adds staff; each signs in with an account of their own."""
    told = stack.manage(
        "create_practice",
        "--name",
        "Quiet Harbor",
        "--time-zone",
        "America/New_York",
        "--admin-name",
        "Ada Admin",
        "--admin-email",
        ADMIN,
        "--admin-initials",
        "AA",
        "--no-input",
    )
    admin = new_person()
    change_first_password(admin, ADMIN, re.search(r"password: (\S+)", told).group(1))
    for name, credentials, initials, email, role in STAFF:
        admin.go("/").follow("Staff").follow("Add")
        admin.fill(full_name=name, email=email, credentials=credentials, initials=initials, roles=role)
        admin.press("Add this person")
        temporary = re.search(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", admin.text()).group(0)
        change_first_password(new_person(), email, temporary)
    roles_are_approved(new_person())
    admin.go("/").follow("Staff").sees("Paula Prescriber", "Thea Therapist")
    return admin


def roles_are_approved(compliance: Someone) -> None:
    """Who may give, sign or order is decided by two people: the admin asked, compliance approves (R15)."""
    compliance.sign_in(COMPLIANCE).sees("Roles to approve")
    for name in ("Paula Prescriber", "Nick Nurse", "Nora Nurse"):
        compliance.go("/staff/roles/")
        card = compliance.page.locator("section.card", has_text=name)
        card.locator("[name=password]").fill(PASSWORD)
        card.get_by_role("button", name="Approve").click()
        compliance.page.wait_for_load_state()
        compliance.sees(f"{name} is")


def patient_is_registered(nurse: Someone) -> str:
    """2. A nurse registers the patient and names the care team."""
    nurse.go("/").follow("Patients").follow("Register")
    nurse.fill(given_name="Morgan", family_name="Avery", preferred_name="Mo", pronouns="they/them")
    nurse.fill(birth_date="1988-04-03", email="mo@patients.invalid", phone="555 0199", time_zone="America/Los_Angeles")
    nurse.fill(emergency_name="Robin Avery", emergency_relation="sibling", emergency_phone="555 0177")
    for label in ("Paula Prescriber", "Thea Therapist", "Nora Nurse"):
        nurse.page.get_by_label(re.compile(label)).check(force=True)
    nurse.press("Register").sees("Mo Avery", "MRN")
    return re.search(r"/patients/[0-9a-f-]{36}/", nurse.page.url).group(0)


def chart_is_completed(prescriber: Someone, path: str) -> None:
    """2. The prescriber adds the diagnosis, answers the screen and records the consents."""
    prescriber.go("/").follow("Patients").follow("Avery, Mo").sees("Stands before a dose").follow("Medical facts")
    prescriber.unfold("Add a diagnosis").fill(code="F43.10", label="Post-traumatic stress disorder", is_primary=True)
    prescriber.page.locator("form[action$='/facts/diagnosis/add/'] button").click()
    prescriber.sees("F43.10").go(f"{path}contraindications/").sees("Contraindication")
    prescriber.page.evaluate(
        "document.querySelectorAll('main input[type=radio][value=no]').forEach(radio => radio.checked = true)"
    )
    prescriber.press("Save the answers")
    for scope in ("treatment", "messages"):
        prescriber.go(f"{path}consents/").fill(
            scope=scope, version="2026-01", method="paper", signed_name="Morgan Avery"
        )
        prescriber.press("Record")
    prescriber.go(path).sees("Nothing in the chart stands before a dose")


def series_and_order(prescriber: Someone, patient_path: str) -> str:
    """3. The prescriber opens a series and signs an order whose arithmetic the page shows and checks."""
    prescriber.go(patient_path).follow("Series").follow("Open a series")
    prescriber.fill(indication="PTSD", route="IM", planned_sessions=6, min_hours_between=72, modality="CBT")
    prescriber.press("Open the series")
    path = re.search(r"/patients/series/[0-9a-f-]{36}/", prescriber.page.url)
    prescriber.shot("series")
    prescriber.follow("Write the dose order")
    today = timezone.now().astimezone(ZONE).date()
    prescriber.fill(weight="80", weighed_on=today.isoformat(), weight_unit="kg", product_id="Ketalar 50 mg/mL")
    prescriber.fill(dose="2.5", dose_unit="mg/kg", expires_on=(today + timedelta(days=60)).isoformat())
    prescriber.sees("200")
    prescriber.fill(password=PASSWORD).press("Sign the order").sees("above the hard limit of 2 mg/kg")
    prescriber.fill(dose="1").sees("80.0 kg × 1 mg/kg = 80.0 mg")
    prescriber.page.wait_for_load_state("networkidle")
    for reason in prescriber.page.locator("textarea[name^=override_]").all():
        reason.fill("Had 1 mg/kg elsewhere last year, well tolerated")
    prescriber.fill(password=PASSWORD).press("Sign the order").sees("Version 1", "80 mg")
    prescriber.shot("order")
    return path.group(0)


def stock_is_received(nurse: Someone) -> None:
    """6. The nurse takes a delivery into the ledger."""
    nurse.go("/").follow("Stock").follow("Receive")
    nurse.fill(product_id="Ketalar 50 mg/mL", lot_number="KX-0417", expires_on="2030-01-31", amount="10")
    nurse.fill(location="Safe A", supplier="Northeast Specialty Pharmacy", invoice="INV-7").press("Take it into stock")
    nurse.sees("KX-0417", "500 mg")


def session_is_scheduled(stack, nurse: Someone, series_path: str) -> str:
    """4. The nurse plans the first session with its questionnaires before and after."""
    soon = (timezone.now() + stack.ahead + timedelta(minutes=2)).astimezone(ZONE)
    nurse.go(series_path).follow("Schedule")
    nurse.fill(scheduled_for=soon.strftime("%Y-%m-%dT%H:%M"), planned_minutes=180)
    for name in ("pre_instruments", "post_instruments"):
        for box in nurse.page.locator(f"main [name={name}]").all():
            box.set_checked(False, force=True)
    nurse.fill(pre_instruments=["PHQ9", "GAD7", "PCL5", "VASMOOD", "SUDS", "ASQ"], post_instruments=["VASMOOD", "SUDS"])
    nurse.press("Schedule")
    return re.search(r"/sessions/[0-9a-f-]{36}/", nurse.page.url).group(0)


OPENED: list[str] = []  # links that patients followed


def link_for(person: Someone, session_path: str, words: str) -> str:
    """A link to a set of the session's questionnaires, as the page shows it once."""
    person.go(session_path).follow(words).press("Make a link")
    return re.search(r"https?://[^\s\"<]+/c/[^\s\"<]+", person.page.content()).group(0)


def questionnaires_are_answered(phone: Someone, link: str, item9: int = 0) -> None:
    """The patient answers everything on a phone: birth date first, then one questionnaire after the other."""
    OPENED.append(link)
    phone.go(link).fill_birth_date("1988-04-03")
    for _ in range(16):
        if "/c/done" in phone.page.url:
            break
        if "/c/day-before" in phone.page.url:
            phone.tell_day_before()
        else:
            phone.answer_page(choice=1, item9=item9)
    phone.sees("Thank you", "988").does_not_see("Morgan", "ketamine")


def scores_are_on_the_chart(therapist: Someone, patient_path: str) -> None:
    """4. Scored by the instrument's own rules, with severity; the first answers are the baseline."""
    therapist.go(patient_path).tab("Questionnaires")
    therapist.sees(
        "Patient Health Questionnaire-9", "8 mild", "PTSD Checklist", "19", "Ask Suicide-Screening", "Negative"
    )
    therapist.shot("scores")


def patient_is_checked_in(nurse: Someone, path: str) -> None:
    """5. Roster and arrival checks; the page lists what still stands before the dose, and so does the dose page."""
    nurse.go(path).sees("Before the dose").follow("Change")
    nurse.fill(prescriber_id="Paula Prescriber", monitor_id="Nick Nurse", therapist_id="Thea Therapist")
    nurse.press("Set the roster").sees("Supervising prescriber: Paula Prescriber")
    nurse.follow("Check in").fill(identity_confirmed=True, fasting_confirmed="yes", escort_confirmed="yes")
    nurse.fill(escort_name="Robin Avery", escort_phone="555 0177", medicines_changed="no", weight_kg="80.4")
    nurse.press("Check in")
    nurse.go(f"{path}dose/").sees("Before the dose", "baseline")
    assert nurse.page.get_by_role("button", name="Record the dose").is_disabled()
    nurse.go(path).fill(**BASELINE, moaas="5").press("Save the reading")
    nurse.go(path).sees("124/80").does_not_see("Before the dose 1")
    nurse.shot("ready")


def dose_is_given(stack, nurse: Someone, prescriber: Someone, path: str) -> None:
    """6. The dose with lot, amounts, site, giver and verifier; the lot falls by exactly what was drawn."""
    stack.travel(minutes=3)
    nurse.go(f"{path}dose/")
    nurse.fill(lot="KX-0417", drawn_amount="2", given_amount="1.6", given_by="Nick Nurse", site="left deltoid")
    nurse.unfold("second person").fill(verified_email=PRESCRIBER, verified_password=PASSWORD).press("Record the dose")
    nurse.sees("Dose 1", "80 mg", "open").go("/dosing/stock/").follow("KX-0417").sees("400 mg", "Drawn")
    nurse.shot("lot")


def session_is_watched(stack, nurse: Someone, therapist: Someone, path: str) -> None:
    """7. Timed readings, the therapist's observation, an adverse event; wrong input changes nothing."""
    nurse.go(f"{path}reading/").fill(systolic_mmhg="500", diastolic_mmhg="90").press("Save the reading")
    nurse.sees("between 40 and 300")
    assert nurse.page.locator("[name=systolic_mmhg]").input_value() == "500"
    for minutes, pressure in ((10, 138), (10, 146), (10, 150), (15, 144)):
        stack.travel(minutes=minutes)
        nurse.stay_signed_in().go(f"{path}reading/")
        nurse.fill(**{**BASELINE, "systolic_mmhg": pressure}, moaas="4", dissociation="2").press("Save the reading")
    therapist.stay_signed_in().go(f"{path}observation/").fill(
        what="words", text="“It is quiet. I had forgotten quiet.”"
    )
    therapist.press("Save the observation")
    nurse.go(f"{path}adverse-event/")
    nurse.fill(
        category="gi", grade="1", relatedness="probable", description="Nausea", action="Head raised, ondansetron"
    )
    nurse.fill(outcome="resolved").press("Save the event").go(path).sees("Nausea", "T+0:45", "forgotten quiet")
    nurse.shot("monitoring")


def patient_goes_home(stack, nurse: Someone, new_person, path: str) -> None:
    """8. Discharge waits for every criterion; the rest of the drug is wasted before a second person."""
    nurse.go(f"{path}").press("No more doses")
    nurse.go(f"{path}discharge/").fill(**{f"aldrete_{name}": 2 for name in ALDRETE})
    for name in WELL:
        nurse.fill(**{name: True})
    nurse.fill(**ESCORT).press("Discharge").sees("Observed for 90 minutes")
    for minutes in (15, 15, 15, 2):
        stack.travel(minutes=minutes)
        nurse.stay_signed_in().go(f"{path}reading/").fill(**BASELINE, moaas="5", dissociation="0").press(
            "Save the reading"
        )
    waste(nurse, path, witness=NURSE, refused="Somebody else has to confirm it")
    waste(nurse, path, witness=NURSE2)
    nurse.go(path).sees("wasted 20 mg")
    questionnaires_are_answered(new_person(390), link_for(nurse, path, "After:"))
    nurse.go(f"{path}discharge/").fill(**{f"aldrete_{name}": 2 for name in ALDRETE})
    for name in WELL:
        nurse.fill(**{name: True})
    nurse.fill(**ESCORT).press("Discharge").go(path).sees("Discharged")
    nurse.shot("discharged")


def waste(nurse: Someone, path: str, witness: str, refused: str = "") -> None:
    nurse.go(path).follow("Waste or return")
    nurse.fill(what="waste", amount="0.4", method="Drug disposal pouch", reason="Left in the syringe")
    nurse.fill(witness_email=witness, witness_password=PASSWORD).page.locator(
        "main form button.btn-primary"
    ).first.click()
    nurse.page.wait_for_load_state()
    if refused:
        nurse.sees(refused)


def record_is_signed(prescriber: Someone, nurse: Someone, path: str) -> None:
    """8. The prescriber signs; the record freezes; what comes later is an addendum."""
    prescriber.stay_signed_in().sees("Waits for your signature").go(path).follow("Sign")
    prescriber.fill(password=PASSWORD).page.locator("main form button.btn-primary").first.click()
    prescriber.go(path).sees("Signed")
    nurse.go(f"{path}reading/").fill(**BASELINE, moaas="5").press("Save the reading").sees("signed")
    prescriber.go(f"{path}addendum/").fill(text="Nausea was gone after 20 minutes.", reason="Left out of the record")
    prescriber.page.locator("main form button.btn-primary").first.click()
    prescriber.go(path).sees("Nausea was gone after 20 minutes.")


def note_is_written(therapist: Someone, patient_path: str) -> None:
    """9. The integration note in the fields of its modality, signed, with homework."""
    therapist.stay_signed_in().sees("Integration due").go(patient_path).tab("Integration").follow("Write a note")
    therapist.press("Begin the note")
    therapist.fill(field_situation="Monday meeting", field_automatic_thought="I am useless (85 %)")
    therapist.fill(field_meaning="Rest is not giving up")
    therapist.press("Save and sign").sees("Alternative thought")
    therapist.go(patient_path).tab("Integration").follow("Session 1, Cognitive")
    therapist.fill(field_alternative="I was caught off guard and still answered (40 %)").press("Save and sign")
    therapist.fill(password=PASSWORD).press("Sign the note").sees("Signed", "Automatic thought").shot("note")
    therapist.unfold("Set homework").fill(task="Ask one question in the next meeting").press("Set")
    therapist.sees("Ask one question in the next meeting")


def due_time(stack, label: str) -> datetime:
    """A few minutes after the check-in is due, which is never at night for the patient."""
    ((due,),) = stack.sql(f"SELECT due_at FROM followups_checkin WHERE label = '{label}'")
    moment = due if isinstance(due, datetime) else datetime.fromisoformat(due)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) + timedelta(minutes=5)


def follow_up_arrives(stack, new_person, therapist: Someone, prescriber: Someone, patient_path: str) -> None:
    """10. A day later the worker mails the check-in; the answer with a risk stands on top of every clinician's page."""
    therapist.go(patient_path).tab("Follow-up").sees("24 hours", "180 days", "Planned")
    therapist.shot("follow_up")
    stack.travel_to(due_time(stack, "24 hours"))
    first = stack.wait_for_mail("mo@patients.invalid")
    questionnaires_are_answered(new_person(390), first)
    stack.travel_to(due_time(stack, "7 days"))
    second = stack.wait_for_mail("mo@patients.invalid", newer_than=first)
    questionnaires_are_answered(new_person(390), second, item9=1)
    new_person(390).go(second).sees("988")
    for person in (therapist, prescriber):
        person.stay_signed_in().go("/").sees("Mo Avery", "Risk")
    prescriber.shot("home_with_risk")


def record_is_reviewed(admin: Someone, path: str) -> None:
    """11. The admin finds the dose by its filters, reads one record in full, reviews it, and takes the log along."""
    admin.stay_signed_in().follow("Dosing records").sees("Avery").unfold("staff member or lot")
    admin.fill(lot="KX-0417", route="IM").press("Show").sees("Avery")
    admin.go("/sessions/dosing-records/?lot=NONE").does_not_see("Avery")
    record = path.replace("/sessions/", "/sessions/dosing-records/")
    admin.go(record).sees("KX-0417", "Paula Prescriber", "wasted 20 mg", "124/80")
    admin.fill(note="Order, dose and waste agree.", password=PASSWORD).press("Mark as reviewed")
    admin.go(record).sees("Reviewed")
    admin.shot("reviewed")
    with admin.page.expect_download() as download:
        admin.go("/sessions/dosing-records/").page.get_by_role("link", name="CSV").click()
    log = Path(download.value.path()).read_text()
    assert "KX-0417" in log
    assert "Nora Nurse" in log, "the witness belongs into the inspector's log"


def private_matters_stay_private(admin: Someone, patient_path: str) -> None:
    """The admin sees dosing, and no score, answer or note; nobody's page complained on the way."""
    admin.go(patient_path).does_not_see("F43.10", "mild", "caught off guard", "Nausea was gone")
    assert admin.page.goto(admin.url + f"{patient_path}facts/").status == 403


# What the people of this story typed, by what it is.
IDENTITY = {"name": "Avery", "preferred name": "they/them", "birth date": "1988-04-03", "phone": "555 01"}
IDENTITY |= {"address": "mo@patients.invalid"}
SENTENCES = {
    "reason of the order": "Had 1 mg/kg elsewhere",
    "addendum": "Nausea was gone",
    "note": "I am useless",
    "meaning": "Rest is not giving up",
    "homework": "Ask one question in the next meeting",
}
SECRETS = {"password": PASSWORD, "lot": "KX-0417", "diagnosis": "F43.10"}


def nothing_was_left_lying_about(stack) -> None:
    """13. Logs, mail, queue, Redis and temporary files hold nothing of it, the database file no sentence, the audit
    log neither (R52, R93, R95, R96, R97)."""
    tokens = {f"token {n}": link.rpartition("/c/")[2].strip("/") for n, link in enumerate(OPENED)}
    assert tokens
    assert leaks.found(stack, IDENTITY | SENTENCES | SECRETS | tokens) == []
    assert leaks.in_audit(stack, IDENTITY | SENTENCES | SECRETS | tokens) == []
    assert leaks.in_clear(stack, SENTENCES | {"password": PASSWORD} | tokens) == []
