"""J9: a therapist writes up the third dose, sets homework, and keeps a private note that nobody else ever meets."""

import re

import pytest

from tests.builders.accounts import PASSWORD
from tests.journeys.people import Someone, visitors

PRIVATE = "Zwiebelturm: what the silence did to me"
CBT = {
    "field_situation": "Alone in the kitchen on Sunday evening",
    "field_automatic_thought": "Nobody will call, 80 %",
    "field_alternative": "I can call my sister first, 40 %",
    "field_behavioural_experiment": "Call on Wednesday; prediction: she is annoyed",
    "field_meaning": "The quiet was not empty",
}


@pytest.fixture
def person(clinic, chromium):
    with visitors(clinic, chromium) as sign_in:
        yield sign_in


def test_a_therapist_integrates_and_keeps_something_private(clinic, person):
    therapist = person("therapist")
    _chart_note(therapist)
    _other_templates_have_their_own_fields(therapist, clinic)
    address = _private_note(therapist, clinic.made["patient"])
    _nurse_reads_the_shared_note_only(person("nurse"), clinic, address)
    _admin_and_export_know_nothing(person("admin"), clinic, address)
    _emergency_tells_the_author(person("outsider"), therapist, clinic, address)


def _chart_note(therapist: Someone) -> None:
    therapist.go("/").sees("Integration due", "Session 3", "day 2")
    therapist.page.locator("main a[href^='/notes/sessions/']").first.click()
    therapist.fill(modality="CBT").press("Begin")
    therapist.sees("Note about session 3", "Automatic thought", "Behavioural experiment")
    therapist.fill(**CBT, themes="trust, letting go").press("Save and sign")
    therapist.sees(CBT["field_alternative"]).fill(password=PASSWORD).press("Sign the note")
    therapist.sees("Signed", "session 3").unfold("Set homework")
    therapist.fill(task="Call on Wednesday", due_on="2027-01-13").press("Set")
    therapist.sees("Call on Wednesday", "13 Jan 2027")


def _other_templates_have_their_own_fields(therapist: Someone, clinic) -> None:
    therapist.go(f"/notes/patients/{clinic.made['patient']}/").sees("Mindfulness-based", "Cognitive-behavioural")
    therapist.follow("Mindfulness-based").sees("Practice plan", "Attention")
    session = clinic.sql("SELECT id FROM sessions_app_session WHERE number = 1")[0][0]
    therapist.go(f"/notes/sessions/{_dashed(session)}/new/").fill(modality="PSYCHODYNAMIC").press("Begin")
    therapist.sees("Defence", "Transference and countertransference", "Link to history")


def _dashed(raw) -> str:
    text = str(raw).replace("-", "")
    return re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", text)


def _private_note(therapist: Someone, patient: str) -> str:
    therapist.go(f"/notes/patients/{patient}/").follow("Your private notes").press("Begin a private note")
    address = therapist.page.url.removesuffix("edit/")
    therapist.fill(title="Distance", text=PRIVATE, tags="supervision")
    therapist.page.locator("#draft-state", has_text="Saved").wait_for()
    therapist.press("Save and sign").fill(password=PASSWORD).press("Sign the note")
    therapist.sees("Signed", PRIVATE)
    therapist.go("/notes/private/").fill(q="zwiebelturm").press("Search").sees("Distance")
    return address


def _nurse_reads_the_shared_note_only(nurse: Someone, clinic, address: str) -> None:
    chart = f"/notes/patients/{clinic.made['patient']}/"
    nurse.go(chart).sees("Session 3", "trust").does_not_see("private", "Distance", PRIVATE)
    nurse.follow("Session 3").sees(CBT["field_alternative"]).does_not_see(PRIVATE)
    nurse.go(f"/patients/{clinic.made['patient']}/").does_not_see(PRIVATE, "Distance")
    assert nurse.page.request.get(address).status == 403
    listed = nurse.page.request.get(f"{clinic.url}/patients/?search=zwiebelturm")
    assert PRIVATE not in listed.text()


def _admin_and_export_know_nothing(admin: Someone, clinic, address: str) -> None:
    admin.go("/").does_not_see("Distance", PRIVATE)
    assert admin.page.request.get(address).status == 403
    for path in ("/sessions/dosing-records/log.csv", "/api/v1/patients", "/audit/"):
        answer = admin.page.request.get(clinic.url + path)
        assert PRIVATE not in answer.text(), path
    rows = clinic.sql("SELECT action, detail FROM common_auditevent WHERE action LIKE '%private%'")
    assert rows
    assert not [row for row in rows if clinic.made["patient"] in str(row)]


def _emergency_tells_the_author(outsider: Someone, therapist: Someone, clinic, address: str) -> None:
    made = clinic.made
    outsider.go("/patients/emergency/").sees("reason")
    outsider.fill(
        who=made["mrn"],
        birth_date=made["born"],
        reason="Found confused at the desk; which medicines?",
        password=PASSWORD,
    )
    outsider.fill(category="emergency").press("Open the chart").sees(made["name"])
    assert outsider.page.request.get(address).status == 403
    therapist.go("/").sees("Emergency access to your patients", made["name"])
