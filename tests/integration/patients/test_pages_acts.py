"""Each form over HTTP: what works, what is refused with its message, and that nothing typed is lost."""

import re
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from patients import actions
from patients.contraindications import ITEMS
from patients.models import Allergy, Consent, Diagnosis, Medicine, Patient, TreatmentSeries, TreatmentTrial
from tests.builders import patients as build

PERSON = {
    "id": "6f0c2b4e-6c39-4f4e-8a59-000000000001",
    "given_name": "Grace",
    "family_name": "Hill",
    "birth_date": "1980-05-05",
    "sex_at_birth": "female",
    "time_zone": "America/Chicago",
    "email": "grace@mail.invalid",
    "email_allowed": "on",
    "contact_by": "email",
    "height_cm": "170",
}
SERIES = {
    "id": "6f0c2b4e-6c39-4f4e-8a59-000000000002",
    "indication": "PTSD",
    "route": "IM",
    "planned_sessions": "6",
    "min_hours_between": "72",
    "modality": "CBT",
    "review_after": "2",
}
CONSENT = {"scope": "treatment", "version": "2026-01", "method": "paper", "signed_name": "Ada Moss"}


def url(name: str, *args) -> str:
    return reverse(f"patients:{name}", args=args)


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def refused(response, *sentences: str) -> str:
    """The page of a refused form: 422, says each sentence."""
    page = response.content.decode()
    assert response.status_code == 422
    for sentence in sentences:
        assert sentence in page
    return page


@pytest.fixture
def nurse(clinic, as_):
    return as_(clinic.nurse)


@pytest.fixture
def prescriber(clinic, as_):
    return as_(clinic.prescriber)


# registering


def test_registering_shows_the_mrn_and_opens_the_chart(clinic, nurse):
    response = nurse.post(url("register"), PERSON)
    patient = Patient.objects.get()
    assert response["Location"] == url("overview", patient.pk)
    assert f"MRN {patient.mrn}" in told(response)
    assert (patient.height_cm, patient.time_zone, patient.sex_at_birth) == (170, "America/Chicago", "female")
    assert [member.membership_id for member in patient.team.now()] == [clinic.nurse.membership_id]


def test_the_button_pressed_twice_registers_once(nurse):
    first, second = nurse.post(url("register"), PERSON), nurse.post(url("register"), PERSON)
    assert first["Location"] == second["Location"]
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("given_name", "", "Enter the legal given name."),
        ("birth_date", "", "Enter the birth date."),
        ("birth_date", "2999-01-01", "This birth date is in the future."),
        ("birth_date", "soon", "Enter a day as year-month-day"),
        ("time_zone", "Mars/Base", "Select a valid choice"),
        ("email", "nobody", "Enter an e-mail address such as"),
        ("height_cm", "12", "Enter the height in whole centimetres between 50 and 250."),
    ],
)
def test_a_refused_registration_says_why_and_keeps_what_was_typed(nurse, field, value, sentence):
    page = refused(nurse.post(url("register"), PERSON | {field: value}), sentence, "Nothing was saved.")
    assert 'value="Hill"' in page
    assert not Patient.objects.exists()


def test_a_possible_duplicate_asks_for_a_reason_and_then_registers(clinic, nurse):
    twin = build.patient(clinic.nurse, family_name="Hill", birth_date=date(1980, 5, 5))
    page = refused(nurse.post(url("register"), PERSON), "Could this be the same person?", twin.mrn)
    assert 'value="Grace"' in page
    field = "override_POSSIBLE_DUPLICATE"
    short = refused(nurse.post(url("register"), PERSON | {field: "twin"}), "at least 10 characters")
    assert 'value="twin"' in short
    assert Patient.objects.count() == 1
    nurse.post(url("register"), PERSON | {field: "Twin sister, identity card seen"})
    assert Patient.objects.count() == 2


def test_an_admin_has_to_choose_a_team(clinic, as_):
    client = as_(clinic.admin)
    refused(client.post(url("register"), PERSON), "Choose at least one clinician")
    client.post(url("register"), PERSON | {"team": [str(clinic.nurse.membership_id)]})
    assert Patient.objects.get().team.now().get().membership_id == clinic.nurse.membership_id


# details


def edited(patient, **changes) -> dict:
    values = {name: getattr(patient, name) or "" for name in PERSON if name not in ("id", "email_allowed")}
    values |= {"birth_date": str(patient.birth_date), "version": patient.version, "email_allowed": "on"}
    return values | changes


def test_editing_saves(nurse, patient):
    response = nurse.post(url("edit", patient.pk), edited(patient, family_name="Marsh"))
    assert response["Location"] == url("overview", patient.pk)
    assert Patient.objects.get().family_name == "Marsh"


def test_check_ins_by_text_message_are_chosen_where_the_contact_is(nurse, patient):
    chosen = edited(patient, contact_by="text")
    refused(nurse.post(url("edit", patient.pk), chosen), "Enter the mobile number that text messages go to.")
    refused(nurse.post(url("edit", patient.pk), chosen | {"mobile": "555 01"}), "with its country code")
    nurse.post(url("edit", patient.pk), chosen | {"mobile": "+1 (555) 010-0100"})
    row = Patient.objects.get()
    assert (row.contact_by, row.mobile) == ("text", "+15550100100")
    page = nurse.get(url("overview", patient.pk)).content.decode()
    assert "+15550100100" in page
    assert "Text message" in page


def test_editing_from_an_old_page_is_409_and_keeps_what_was_typed(clinic, nurse, patient):
    old = edited(patient, family_name="Marsh")
    actions.update_patient(patient=patient, by=clinic.nurse, at=build.AT, version=1, phone="555 010 0111")
    response = nurse.post(url("edit", patient.pk), old)
    assert response.status_code == 409
    assert b'value="Marsh"' in response.content
    assert b"Somebody changed these details first" in response.content
    assert Patient.objects.get().family_name == "Moss"


def test_editing_refuses_bad_values(nurse, patient):
    refused(nurse.post(url("edit", patient.pk), edited(patient, family_name="")), "Enter the legal family name.")


def test_an_admin_neither_sees_nor_changes_the_height(clinic, as_, patient):
    actions.update_patient(patient=patient, by=clinic.nurse, at=build.AT, version=1, height_cm=171)
    client = as_(clinic.admin)
    page = client.get(url("edit", patient.pk)).text
    assert not re.search(r"(?<![\w-])171(?![\w-])", page), "no height; ids and tokens may hold these digits"
    patient.refresh_from_db()
    client.post(url("edit", patient.pk), edited(patient, height_cm="180", phone="555 010 0133"))
    patient.refresh_from_db()
    assert (patient.height_cm, patient.phone) == (171, "555 010 0133")


def test_care_ends_and_goes_on(nurse, patient):
    assert "discharged from care" in told(nurse.post(url("end_care", patient.pk)))
    assert b"Discharged from care" in nurse.get(url("overview", patient.pk)).content
    nurse.post(url("resume_care", patient.pk))
    assert Patient.objects.get().is_in_care


def test_care_does_not_end_while_a_series_is_open(clinic, nurse, patient):
    build.series(patient, clinic.prescriber)
    refused(nurse.post(url("end_care", patient.pk)), "Close the open treatment series first.")


# facts


def test_each_kind_of_fact_is_added(nurse, patient):
    nurse.post(url("add_fact", patient.pk, "allergy"), {"substance": "Latex", "severity": "mild"})
    nurse.post(url("add_fact", patient.pk, "medicine"), {"name": "Lorazepam", "started_on": "2026-01-05"})
    nurse.post(url("add_fact", patient.pk, "diagnosis"), {"code": "F33.2", "is_primary": "on"})
    tried = {"treatment": "Prolonged exposure", "what": "psychotherapy", "was_adequate": "yes", "outcome": "partial"}
    nurse.post(url("add_fact", patient.pk, "trial"), {**tried, "source": "patient", "note": "Twelve sessions"})
    page = nurse.get(url("facts", patient.pk)).content.decode()
    for words in (
        "Latex",
        "Benzodiazepine",
        "Major depressive disorder, recurrent, severe",
        "Main reason",
        "Twelve sessions",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("kind", "values", "sentence", "model"),
    [
        ("allergy", {"substance": "Latex"}, "Choose how severe the reaction was.", Allergy),
        ("medicine", {"name": "Theophylline", "interaction": "none"}, "This name belongs to the class", Medicine),
        ("medicine", {"dose_text": "Latex"}, "Enter the name of the medicine.", Medicine),
        ("trial", {"treatment": "EMDR"}, "Say whether dose and duration were adequate.", TreatmentTrial),
        ("diagnosis", {"code": "I10"}, "This code is not on our list. Enter its name.", Diagnosis),
        ("diagnosis", {"code": "rubbish!"}, "Enter an ICD-10-CM code such as", Diagnosis),
    ],
)
def test_a_refused_fact_says_why_and_keeps_what_was_typed(nurse, patient, kind, values, sentence, model):
    page = refused(nurse.post(url("add_fact", patient.pk, kind), values), sentence)
    assert f'value="{next(iter(values.values()))}"' in page
    assert not model.objects.exists()


def test_an_unknown_kind_or_entry_is_not_found(nurse, patient):
    assert nurse.post(url("add_fact", patient.pk, "mood"), {}).status_code == 404
    assert nurse.get(url("end_fact", patient.pk, "allergy", patient.pk)).status_code == 404


def test_a_fact_of_another_patient_is_not_found_under_this_one(clinic, nurse, patient):
    second = build.patient_with_team(clinic)
    fact = actions.add_allergy(patient=second, by=clinic.nurse, at=build.AT, substance="Latex", severity="mild")
    assert nurse.post(url("end_fact", patient.pk, "allergy", fact.pk), {"ended_on": "2026-06-01"}).status_code == 404


def test_a_fact_is_ended(clinic, nurse, patient):
    fact = actions.add_allergy(patient=patient, by=clinic.nurse, at=build.AT, substance="Latex", severity="mild")
    page = url("end_fact", patient.pk, "allergy", fact.pk)
    refused(nurse.post(page, {"ended_on": "2999-01-01"}), "This day is in the future.")
    assert nurse.post(page, {"ended_on": "2026-06-01"})["Location"] == url("facts", patient.pk)
    assert b"Ended (1)" in nurse.get(url("facts", patient.pk)).content
    assert nurse.get(page).status_code == 404


# screen


def test_the_screen_starts_with_nothing_chosen_and_counts_answers(nurse, patient):
    page = nurse.get(url("contraindications", patient.pk)).content.decode()
    assert " checked" not in page
    assert f"0 of {len(ITEMS)}" in page
    nurse.post(
        url("answer_contraindications", patient.pk), {"avm": "no", "sleep_apnoea": "yes", "pregnancy": "unknown"}
    )
    page = nurse.get(url("contraindications", patient.pk)).content.decode()
    assert " checked" not in page
    assert f"2 of {len(ITEMS)}" in page


def test_notes_and_earlier_answers_are_shown(nurse, patient):
    post = url("answer_contraindications", patient.pk)
    nurse.post(post, {"avm": "unknown", "avm_note": "asks her doctor"})
    nurse.post(post, {"avm": "no", "avm_note": "letter seen"})
    page = nurse.get(url("contraindications", patient.pk)).content.decode()
    assert "letter seen" in page
    assert "Earlier answers (1)" in page
    assert "asks her doctor" in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Answer at least one item."),
        ({"avm": "perhaps"}, "Choose yes, no or unknown."),
        ({"avm_note": "forgot to choose"}, "Choose yes, no or unknown for this note."),
        ({"avm": "no", "occurred_at": "2999-01-01T10:00"}, "This time is in the future."),
        ({"avm": "no", "occurred_at": "2026-01-01T10:00"}, "more than 15 minutes late"),
    ],
)
def test_a_refused_screen_says_why_and_writes_nothing(nurse, patient, values, sentence):
    page = refused(nurse.post(url("answer_contraindications", patient.pk), values | {"aneurysm_note": ""}), sentence)
    assert ("forgot to choose" in page) is ("avm_note" in values)
    assert not patient.contraindications.exists()


def test_a_therapist_reads_the_screen_without_a_form(clinic, as_, patient):
    page = as_(clinic.therapist).get(url("contraindications", patient.pk)).content.decode()
    assert 'type="radio"' not in page
    assert "Save the answers" not in page


# consents


def test_a_consent_is_recorded_and_withdrawn(nurse, patient):
    nurse.post(url("record_consent", patient.pk), CONSENT)
    consent = Consent.objects.get()
    page = url("withdraw_consent", patient.pk, consent.pk)
    assert nurse.get(page).status_code == 200
    assert nurse.post(page, {"reason": "Wants to wait"})["Location"] == url("consents", patient.pk)
    assert b"Wants to wait" in nurse.get(url("consents", patient.pk)).content
    again = nurse.post(page, {"reason": "Again"})
    assert again.status_code == 409


def test_a_refused_consent_says_why_and_keeps_what_was_typed(nurse, patient):
    page = refused(nurse.post(url("record_consent", patient.pk), CONSENT | {"scope": ""}), "Choose what the patient")
    assert 'value="2026-01"' in page
    assert not Consent.objects.exists()


def test_who_runs_the_practice_sees_the_state_and_not_the_words(clinic, as_, nurse, patient):
    nurse.post(url("record_consent", patient.pk), CONSENT | {"signed_name": "Ada the Signer"})
    nurse.post(url("withdraw_consent", patient.pk, Consent.objects.get().pk), {"reason": "Private reason"})
    shown = {
        role: as_(getattr(clinic, role)).get(url("consents", patient.pk)).content for role in ("admin", "compliance")
    }
    assert b"Withdrawn" in shown["admin"]
    for words in (b"Private reason", b"Ada the Signer"):
        assert words not in shown["admin"]
        assert words in shown["compliance"]


# care team


def test_the_team_changes(clinic, as_, patient):
    client, member = as_(clinic.admin), clinic.therapist.membership_id
    assert client.post(url("remove_from_team", patient.pk, member))["Location"] == url("team", patient.pk)
    client.post(url("add_to_team", patient.pk), {"membership_id": str(member)})
    assert patient.team.now().filter(membership_id=member).exists()


def test_refused_changes_of_a_team_say_why(clinic, as_, nurse):
    alone = build.patient(clinic.nurse)
    member = clinic.nurse.membership_id
    refused(nurse.post(url("remove_from_team", alone.pk, member)), "Add another clinician first.")
    refused(nurse.post(url("add_to_team", alone.pk), {"membership_id": ""}), "Choose who joins.")
    outsider = str(clinic.admin.membership_id)
    refused(
        nurse.post(url("add_to_team", alone.pk), {"membership_id": outsider}), "Choose a clinician of this practice."
    )
    refused(nurse.post(url("add_to_team", alone.pk), {"membership_id": str(member)}), "is already on the care team")
    assert alone.team.count() == 1


def test_who_leaves_a_team_lands_on_the_list(clinic, nurse, patient):
    response = nurse.post(url("remove_from_team", patient.pk, clinic.nurse.membership_id))
    assert response["Location"] == url("list")


# series


def test_a_series_is_opened_changed_and_closed(prescriber, patient):
    opened = prescriber.post(url("open_series", patient.pk), SERIES)
    series = TreatmentSeries.objects.get()
    assert opened["Location"] == url("series", series.pk)
    assert b"0 of 6" in prescriber.get(url("overview", patient.pk)).content
    plan = {"planned_sessions": "8", "min_hours_between": "48", "modality": "OPEN", "version": "1"}
    assert prescriber.post(url("change_series", series.pk), plan)["Location"] == url("series", series.pk)
    stale = prescriber.post(url("change_series", series.pk), plan)
    assert stale.status_code == 409
    prescriber.post(url("close_series", series.pk), {"closing_reason": "Remission reached"})
    page = prescriber.get(url("series", series.pk)).content.decode()
    assert "Closed" in page
    assert "Remission reached" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("route", "", "Choose the route."),
        ("planned_sessions", "61", "Enter the number of sessions, between 1 and 60."),
        ("min_hours_between", "23", "Enter the hours between sessions, between 24 and 2160 (90 days)."),
        ("review_after", "7", "Enter a dose number within the planned sessions"),
    ],
)
def test_a_refused_series_says_why_and_keeps_what_was_typed(prescriber, patient, field, value, sentence):
    page = refused(prescriber.post(url("open_series", patient.pk), SERIES | {field: value}), sentence)
    assert '<option value="PTSD" selected>' in page
    assert not TreatmentSeries.objects.exists()


def test_a_second_open_series_is_refused(clinic, prescriber, patient):
    build.series(patient, clinic.prescriber)
    refused(prescriber.post(url("open_series", patient.pk), SERIES), "Close it before opening another.")


def test_closing_needs_a_reason(clinic, prescriber, patient):
    series = build.series(patient, clinic.prescriber)
    refused(prescriber.post(url("close_series", series.pk), {"closing_reason": ""}), "Say why the series ends.")
    refused(prescriber.post(url("close_series", series.pk), {"closing_reason": "no"}), "in 5 to 300 characters")
    series.refresh_from_db()
    assert series.is_open


# what is typed is shown as text


def test_markup_in_a_name_stays_text(nurse):
    nurse.post(url("register"), PERSON | {"given_name": "<script>alert(1)</script>", "pronouns": "<b>x</b>"})
    page = nurse.get(url("list")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
