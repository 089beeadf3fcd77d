"""Every page of integration: works, asks who you are, refuses the wrong role, hides others' notes, keeps bad input."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.navigation import panels_for
from common.models import AuditEvent
from integration_notes import actions
from integration_notes.models import Homework, IntegrationNote
from integration_notes.worklist import due_integrations, is_overdue
from tests.builders import accounts
from tests.builders import followups as dosed
from tests.builders import notes as build


def url(name: str, row) -> str:
    return reverse(f"notes:{name}", args=[row.pk])


@pytest.fixture
def draft(clinic):
    return build.written(clinic)


@pytest.fixture
def signed(clinic):
    return build.signed(clinic)


def posted(note, **values) -> dict:
    fields = {f"field_{key}": text for key, text in {**build.required_values(note.modality), **values}.items()}
    return {"version": note.version, "themes": "trust, grief", **fields}


READ = ["of_patient", "note"]
WRITE = ["new", "edit", "sign"]
POSTS = ["new", "edit", "autosave", "sign", "add_addendum", "set_homework", "finish_homework"]


def address(name: str, note) -> str:
    if name == "of_patient":
        return url(name, note.patient)
    if name == "new":
        return url(name, note.session)
    return url(name, note)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("role", ["prescriber", "nurse", "therapist"])
def test_signed_notes_are_read_by_the_team(clinic, signed, sign_in, name, role):
    page = sign_in(getattr(clinic, role)).get(address(name, signed))
    assert page.status_code == 200
    assert "Session" in page.content.decode()


@pytest.mark.parametrize("name", READ + WRITE)
@pytest.mark.parametrize("role", ["admin", "compliance"])
def test_the_office_reads_no_notes(clinic, signed, sign_in, name, role):
    assert sign_in(getattr(clinic, role)).get(address(name, signed)).status_code == 403


@pytest.mark.parametrize("name", [*WRITE, "autosave", "add_addendum", "set_homework"])
@pytest.mark.parametrize("role", ["prescriber", "nurse"])
def test_writing_is_refused_to_other_clinicians(clinic, draft, sign_in, name, role):
    assert sign_in(getattr(clinic, role)).post(address(name, draft), {}).status_code == 403


@pytest.mark.parametrize("name", READ + WRITE)
def test_anonymous_visitors_are_asked_to_sign_in(draft, client, name):
    answer = client.get(address(name, draft))
    assert (answer.status_code, answer.url.startswith("/sign-in/")) == (302, True)


@pytest.mark.parametrize("name", [*READ, *WRITE, "autosave", "add_addendum", "set_homework"])
@pytest.mark.parametrize("who", ["off_team", "elsewhere"])
def test_notes_out_of_reach_do_not_exist(clinic, draft, sign_in, name, who):
    stranger = (
        accounts.staff(clinic.practice, ["therapist"])
        if who == "off_team"
        else accounts.clinic_with_staff(name="Other").therapist
    )
    method = "post" if name in ("autosave", "add_addendum", "set_homework") else "get"
    assert getattr(sign_in(stranger), method)(address(name, draft)).status_code == 404


@pytest.mark.parametrize("role", ["prescriber", "nurse"])
def test_somebody_elses_draft_does_not_exist(clinic, draft, sign_in, role):
    client = sign_in(getattr(clinic, role))
    assert client.get(url("note", draft)).status_code == 404
    assert "Your draft" not in client.get(url("of_patient", draft.patient)).content.decode()


def test_new_proposes_the_modality_of_the_series(clinic, sign_in):
    about = build.session(clinic)
    answer = sign_in(clinic.therapist).get(url("new", about))
    assert answer.context["form"]["modality"].value() == "CBT"
    assert "as in the treatment series" in answer.content.decode()


def test_new_begins_one_note_however_often_it_is_sent(clinic, sign_in):
    about = build.session(clinic)
    client = sign_in(clinic.therapist)
    values = {"id": client.get(url("new", about)).context["form"]["id"].value(), "modality": "PSYCHODYNAMIC"}
    first, second = client.post(url("new", about), values), client.post(url("new", about), values)
    note = IntegrationNote.objects.get()
    assert first.url == second.url == url("edit", note)
    assert note.modality == "PSYCHODYNAMIC"
    assert "You have begun a note" in client.get(url("new", about)).content.decode()


def test_new_without_a_modality_says_what_to_do(clinic, sign_in):
    answer = sign_in(clinic.therapist).post(url("new", build.session(clinic)), {"modality": ""})
    assert answer.status_code == 422
    assert "Choose one of the modalities" in answer.content.decode()


@pytest.mark.parametrize(
    ("modality", "own"), [("CBT", "Automatic thought"), ("MINDFULNESS", "Practice plan"), ("PSYCHODYNAMIC", "Defence")]
)
def test_editor_shows_the_fields_of_the_modality_with_help(clinic, sign_in, modality, own):
    note = build.draft(clinic, modality=modality)
    page = sign_in(clinic.therapist).get(url("edit", note)).content.decode()
    assert own in page
    assert "own words" in page
    assert "js/note_draft.js" in page


def test_save_draft_works_as_a_plain_form(clinic, draft, sign_in):
    answer = sign_in(clinic.therapist).post(url("edit", draft), posted(draft, imagery="A river"), follow=True)
    draft.refresh_from_db()
    assert (draft.fields["imagery"], draft.themes, draft.version) == ("A river", ["grief", "trust"], 3)
    assert "The draft is saved" in answer.content.decode()
    assert "A river" in answer.content.decode()


def test_save_and_sign_leads_to_reading_it_first(clinic, draft, sign_in):
    answer = sign_in(clinic.therapist).post(url("edit", draft), {**posted(draft), "sign": "1"})
    assert answer.url == url("sign", draft)


def test_save_over_a_newer_draft_keeps_the_typed_text_and_shows_the_newer(clinic, draft, sign_in, at):
    stale = posted(draft, imagery="Typed here")
    actions.save_draft(
        note=draft, by=clinic.therapist, at=at, version=2, values={"imagery": "Saved elsewhere"}, themes=[]
    )
    client = sign_in(clinic.therapist)

    answer = client.post(url("edit", draft), stale)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Typed here" in page
    assert "Saved elsewhere" in page
    assert 'name="version" value="3"' in page  # saving again is now a decision, not an accident
    assert client.post(url("edit", draft), {**stale, "version": 3}).status_code == 302


def test_autosave_answers_with_the_next_version(clinic, draft, sign_in):
    answer = sign_in(clinic.therapist).post(url("autosave", draft), posted(draft, imagery="A river"))
    assert answer.status_code == 200
    assert 'data-version="3"' in answer.content.decode()
    assert "14:00 EDT" in answer.content.decode()


def test_autosave_of_an_older_version_is_a_conflict(clinic, draft, sign_in, at):
    stale = posted(draft, imagery="Typed here")
    actions.save_draft(note=draft, by=clinic.therapist, at=at, version=2, values={"imagery": "Elsewhere"}, themes=[])
    answer = sign_in(clinic.therapist).post(url("autosave", draft), stale)
    assert answer.status_code == 409
    assert "data-conflict" in answer.content.decode()
    assert "Elsewhere" in answer.content.decode()


def test_autosave_of_too_long_a_text_keeps_the_version_and_says_so(clinic, draft, sign_in):
    answer = sign_in(clinic.therapist).post(url("autosave", draft), posted(draft, imagery="x" * 20_001))
    assert answer.status_code == 422
    assert 'data-version="2"' in answer.content.decode()
    assert "Shorten “Imagery" in answer.content.decode()


def test_autosave_after_signing_says_it_was_signed(clinic, signed, sign_in):
    answer = sign_in(clinic.therapist).post(url("autosave", signed), posted(signed))
    assert answer.status_code == 409
    assert "signed meanwhile" in answer.content.decode()


def test_autosave_after_the_sign_in_ended_is_told_as_such(draft, client):
    answer = client.post(url("autosave", draft), {}, headers={"HX-Request": "true"})
    assert answer.status_code == 401


def test_sign_page_lists_what_is_missing_with_the_place_to_fill_it_in(clinic, sign_in):
    note = build.draft(clinic)
    page = sign_in(clinic.therapist).get(url("sign", note)).content.decode()
    assert "Fill in “Situation”." in page
    assert f"{url('edit', note)}#id_field_situation" in page
    assert "disabled" in page


def test_sign_with_the_own_password(clinic, draft, sign_in):
    values = {"version": draft.version, "password": accounts.PASSWORD}
    answer = sign_in(clinic.therapist).post(url("sign", draft), values, follow=True)
    draft.refresh_from_db()
    assert draft.signed_at is not None
    assert "Signed" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"password": "wrong"}, 422, "This password is not right"),
        ({"password": ""}, 422, "Enter your password"),
        ({"version": 1}, 409, "Read it again before signing"),
    ],
)
def test_sign_is_refused_and_says_why(clinic, draft, sign_in, changes, status, words):
    values = {"version": draft.version, "password": accounts.PASSWORD, **changes}
    answer = sign_in(clinic.therapist).post(url("sign", draft), values)
    assert answer.status_code == status
    assert words in answer.content.decode()
    draft.refresh_from_db()
    assert draft.signed_at is None


def test_sign_of_an_unfinished_note_is_refused(clinic, sign_in):
    note = build.draft(clinic)
    answer = sign_in(clinic.therapist).post(url("sign", note), {"version": 1, "password": accounts.PASSWORD})
    assert answer.status_code == 422
    assert "Fill in “Situation” before signing." in answer.content.decode()


@pytest.mark.parametrize("name", ["edit", "sign"])
def test_signed_note_leads_to_its_page(clinic, signed, sign_in, name):
    assert sign_in(clinic.therapist).get(url(name, signed)).url == url("note", signed)


def test_note_page_shows_dose_signature_and_open_fields(clinic, signed, sign_in):
    page = sign_in(clinic.nurse).get(url("note", signed)).content.decode()
    assert "first dose" in page
    assert "Left open" in page
    assert signed.content_sha256[:16] in page
    assert AuditEvent.objects.filter(action="integration_notes.looked_at_note", object_id=signed.pk).count() == 1


def test_addendum_by_its_author(clinic, signed, sign_in):
    client = sign_in(clinic.therapist)
    assert client.post(url("add_addendum", signed), {"text": "no"}).status_code == 422
    page = client.post(url("add_addendum", signed), {"text": "A later thought"}, follow=True).content.decode()
    assert "A later thought" in page
    assert "Add an addendum" not in sign_in(clinic.nurse).get(url("note", signed)).content.decode()


def test_homework_is_set_and_done(clinic, signed, sign_in):
    client = sign_in(clinic.therapist)
    assert client.post(url("set_homework", signed), {"task": "Walk", "due_on": "2026-06-01"}).status_code == 422
    page = client.post(url("set_homework", signed), {"task": "Walk", "due_on": "2026-06-03"}, follow=True)
    assert "Due today" in page.content.decode()
    task = Homework.objects.get()
    done = client.post(url("finish_homework", task), {"outcome": "Went well", "done_how": "patient"}, follow=True)
    assert "Went well" in done.content.decode()
    again = client.post(url("finish_homework", task), {"done_how": "therapist"}, follow=True)
    assert "already marked as done" in again.content.decode()


@pytest.mark.parametrize(("who", "status"), [("nurse", 403), ("admin", 403), ("elsewhere", 404)])
def test_homework_is_not_done_by_others(clinic, sign_in, who, status):
    task = build.homework(clinic)
    person = accounts.clinic_with_staff().therapist if who == "elsewhere" else getattr(clinic, who)
    assert sign_in(person).post(url("finish_homework", task)).status_code == status


@pytest.mark.parametrize("name", ["autosave", "add_addendum", "set_homework", "finish_homework"])
def test_acts_need_a_post(clinic, draft, sign_in, name):
    assert sign_in(clinic.therapist).get(url(name, draft)).status_code == 405


@pytest.mark.parametrize(
    ("hours", "is_listed", "overdue"),
    [(23.9, False, False), (24, True, False), (72, True, False), (72.1, True, True), (24 * 30, False, True)],
)
def test_integration_is_due_after_a_day_and_overdue_after_three(clinic, hours, is_listed, overdue):
    about = build.session(clinic)
    at = about.first_dose_at + timedelta(hours=hours)
    assert (about in due_integrations(clinic.therapist, at)) is is_listed
    assert is_overdue(about.first_dose_at, at) is overdue


def test_integration_is_not_due_any_more_once_anybody_signed(clinic, at):
    about = build.session(clinic)
    draft = build.written(clinic, about)
    (row,) = due_integrations(clinic.therapist, at)
    assert row.my_draft == draft.pk
    actions.sign_note(note=draft, by=clinic.therapist, at=at, version=2, password=accounts.PASSWORD)
    assert not due_integrations(clinic.therapist, at)


def test_integration_is_due_for_the_therapists_own_patients_only(clinic, at):
    build.session(clinic)
    assert not due_integrations(accounts.actor(accounts.staff(clinic.practice, ["therapist"])), at)
    assert not due_integrations(clinic.nurse, at)


def test_home_has_what_waits_for_the_therapist(clinic, sign_in, clock, at):
    about = build.session(clinic)
    note = build.draft(clinic, about)
    build.homework(clinic, note, due_on=at.date())
    clock(at + timedelta(days=2, minutes=1))
    panels = {panel.key: panel.count for panel in panels_for(clinic.therapist, at + timedelta(days=2, minutes=1))}
    assert (panels["integration-due"], panels["note-drafts"], panels["homework"]) == (1, 1, 1)
    page = sign_in(clinic.therapist).get("/").content.decode()
    assert "Overdue, day 3" in page or "Due, day" in page
    assert "integration-due" not in {panel.key for panel in panels_for(clinic.nurse, at)}


def test_chart_has_the_tab_for_clinicians_only(clinic, signed, sign_in):
    overview = reverse("patients:overview", args=[signed.patient_id])
    assert url("of_patient", signed.patient) in sign_in(clinic.nurse).get(overview).content.decode()
    assert url("of_patient", signed.patient) not in sign_in(clinic.admin).get(overview).content.decode()


@pytest.mark.parametrize("place", ["of_patient", "home", "note"])
def test_number_of_queries_does_not_grow(clinic, signed, sign_in, place):
    addresses = {"of_patient": url("of_patient", signed.patient), "home": "/", "note": url("note", signed)}
    client = sign_in(clinic.therapist)
    client.get(addresses[place])

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(addresses[place]).status_code == 200
        return len(queries)

    def add_more(number, day):
        for hour in range(number):
            about = dosed.dosed_session(clinic, dosed.AT - timedelta(days=day, hours=hour), patient=signed.patient)
            build.homework(clinic, build.draft(clinic, about), due_on=build.AT.date())
            build.signed(clinic, about)
            build.session(clinic)
            actions.add_addendum(note=signed, by=clinic.therapist, at=build.AT, text="A later thought")
            build.homework(clinic, signed)

    add_more(2, day=3)
    few = counted()
    add_more(4, day=6)
    assert counted() == few
