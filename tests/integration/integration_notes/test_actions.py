"""Notes: whose they are, what may be saved, what must be filled in before signing, and what freezes afterwards."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from common.sealed_fields import sealed
from common.signing import content_sha256
from integration_notes import actions
from integration_notes.actions.drafting import LONGEST_TEXT
from integration_notes.models import IntegrationNote, NoteAddendum
from integration_notes.note_content import signed_content
from integration_notes.templates_data import PREPARATION, TEMPLATES
from patients.actions import add_to_team
from tests.builders import accounts
from tests.builders import notes as build

MODALITIES = ["CBT", "MINDFULNESS", "PSYCHODYNAMIC", "OPEN"]


def another_therapist(clinic, patient, at):
    colleague = accounts.actor(accounts.staff(clinic.practice, ["therapist"]))
    add_to_team(patient=patient, by=clinic.prescriber, at=at, membership_id=colleague.membership_id)
    return colleague


def fill(note, by, at, **values):
    return actions.save_draft(note=note, by=by, at=at, version=note.version, values=values, themes=[])


@pytest.mark.parametrize("modality", MODALITIES)
def test_start_makes_an_empty_draft_in_the_fields_of_the_modality(clinic, at, modality):
    about = build.session(clinic)
    note = actions.start_note(session=about, by=clinic.therapist, at=at, modality=modality)

    assert (note.session, note.patient_id, note.author_id) == (about, about.patient_id, clinic.therapist.membership_id)
    assert (note.modality, note.fields, note.signed_at, note.version) == (modality, {}, None, 1)
    event = AuditEvent.objects.get(action="integration_notes.start_note")
    assert (event.role, event.patient_id, event.detail) == ("therapist", about.patient_id, {"session": str(about.pk)})


def test_start_twice_with_one_id_is_one_note(clinic, at):
    about, pk = build.session(clinic), uuid4()
    first = build.draft(clinic, about, id=pk)
    assert build.draft(clinic, about, id=pk) == first
    assert IntegrationNote.objects.count() == 1


def test_start_with_somebody_elses_id_is_refused(clinic, at):
    note = build.draft(clinic)
    colleague = another_therapist(clinic, note.patient, at)
    with pytest.raises(InvalidInput) as refusal:
        actions.start_note(session=note.session, by=colleague, at=at, modality="CBT", id=note.pk)
    assert "id" in refusal.value.fields


def test_start_needs_a_dose_and_a_known_modality(clinic, at):
    about = build.session(clinic)
    with pytest.raises(InvalidInput):
        actions.start_note(session=about, by=clinic.therapist, at=at, modality="TAROT")
    about.first_dose_at = None
    with pytest.raises(InvalidInput):
        actions.start_note(session=about, by=clinic.therapist, at=at, modality="CBT")


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("prescriber", NotPermitted),
        ("nurse", NotPermitted),
        ("admin", NotPermitted),
        ("compliance", NotPermitted),
        ("off_team", NotPermitted),
        ("elsewhere", OutOfScope),
    ],
)
def test_writing_is_for_therapists_of_the_team(clinic, at, who, error):
    people = {
        "off_team": lambda: accounts.actor(accounts.staff(clinic.practice, ["therapist"])),
        "elsewhere": lambda: accounts.clinic_with_staff(name="Other").therapist,
    }
    note = build.written(clinic)
    person = people[who]() if who in people else getattr(clinic, who)
    with pytest.raises(error):
        actions.start_note(session=note.session, by=person, at=at, modality="CBT")
    with pytest.raises(error):
        fill(note, person, at, meaning="Mine")
    with pytest.raises(error):
        actions.sign_note(note=note, by=person, at=at, version=2, password=accounts.PASSWORD)
    with pytest.raises(error):
        actions.set_homework(note=note, by=person, at=at, task="Practise")
    with pytest.raises(error):
        actions.finish_homework(homework=build.homework(clinic, note), by=person, at=at)


def test_colleague_on_the_team_may_not_touch_somebody_elses_note(clinic, at):
    note = build.written(clinic)
    colleague = another_therapist(clinic, note.patient, at)
    for act in (
        lambda: fill(note, colleague, at, meaning="Mine"),
        lambda: actions.sign_note(note=note, by=colleague, at=at, version=2, password=accounts.PASSWORD),
        lambda: actions.add_addendum(note=note, by=colleague, at=at, text="A later thought"),
        lambda: actions.set_homework(note=note, by=colleague, at=at, task="Practise"),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_save_keeps_known_fields_trimmed_and_themes_once(clinic, at):
    note = build.draft(clinic)
    values = {"meaning": "  Letting go. ", "situation": "   ", "transference": "not of this template"}
    actions.save_draft(
        note=note, by=clinic.therapist, at=at, version=1, values=values, themes=["Trust", " trust ", "", "letting  go"]
    )
    assert (note.fields, note.themes, note.version) == ({"meaning": "Letting go."}, ["letting go", "trust"], 2)
    assert "Letting go" not in str(AuditEvent.objects.get(action="integration_notes.save_draft").detail)


def test_save_of_an_older_version_writes_nothing(clinic, at):
    note = build.draft(clinic)
    fill(note, clinic.therapist, at, meaning="From the first window")
    with pytest.raises(StaleState):
        actions.save_draft(
            note=note, by=clinic.therapist, at=at, version=1, values={"meaning": "From the second"}, themes=[]
        )
    note.refresh_from_db()
    assert (note.fields, note.version) == ({"meaning": "From the first window"}, 2)


@pytest.mark.parametrize(("length", "fits"), [(LONGEST_TEXT, True), (LONGEST_TEXT + 1, False)])
def test_save_has_room_for_a_long_text_but_not_for_any(clinic, at, length, fits):
    note = build.draft(clinic)
    if fits:
        fill(note, clinic.therapist, at, meaning="x" * length)
        return
    with pytest.raises(InvalidInput) as refusal:
        fill(note, clinic.therapist, at, meaning="x" * length)
    assert "meaning" in refusal.value.fields


@pytest.mark.parametrize("themes", [["t" * 41], [f"theme {number}" for number in range(21)]])
def test_save_refuses_too_many_or_too_long_themes(clinic, at, themes):
    with pytest.raises(InvalidInput) as refusal:
        actions.save_draft(note=build.draft(clinic), by=clinic.therapist, at=at, version=1, values={}, themes=themes)
    assert "themes" in refusal.value.fields


@pytest.mark.parametrize("modality", MODALITIES)
def test_sign_asks_for_every_required_field(clinic, at, modality):
    required = build.required_values(modality)
    for left_out in required:
        note = build.draft(clinic, modality=modality)
        values = {key: text for key, text in required.items() if key != left_out}
        fill(note, clinic.therapist, at, **values, intention="More than enough")
        with pytest.raises(InvalidInput) as refusal:
            actions.sign_note(note=note, by=clinic.therapist, at=at, version=2, password=accounts.PASSWORD)
        assert set(refusal.value.fields) == {left_out}
        note.refresh_from_db()
        assert note.signed_at is None
    assert build.signed(clinic, modality=modality).signed_at is not None


def test_sign_stamps_who_when_and_the_digest_of_the_content(clinic, at):
    note = build.signed(clinic)
    assert (note.signed_by_id, note.signed_at) == (clinic.therapist.membership_id, at)
    assert note.content_sha256 == content_sha256(signed_content(note, at))
    assert AuditEvent.objects.get(action="integration_notes.sign_note").detail == {"sha256": note.content_sha256}


def test_sign_with_a_wrong_password_signs_nothing(clinic, at):
    note = build.written(clinic)
    with pytest.raises(InvalidInput) as refusal:
        actions.sign_note(note=note, by=clinic.therapist, at=at, version=2, password="a guess")
    assert "password" in refusal.value.fields
    note.refresh_from_db()
    assert note.signed_at is None


def test_sign_of_a_text_that_changed_since_it_was_read_is_refused(clinic, at):
    read = build.written(clinic)
    newer = IntegrationNote.objects.get(pk=read.pk)
    fill(newer, clinic.therapist, at, **build.required_values("CBT"), imagery="Added in another window")
    for note, version in ((read, 2), (newer, 2), (read, 3)):
        with pytest.raises(StaleState):
            actions.sign_note(note=note, by=clinic.therapist, at=at, version=version, password=accounts.PASSWORD)


def test_sign_happens_once(clinic, at):
    note = build.signed(clinic)
    with pytest.raises(StaleState):
        actions.sign_note(note=note, by=clinic.therapist, at=at, version=note.version, password=accounts.PASSWORD)


def test_signed_note_takes_no_draft(clinic, at):
    note = build.signed(clinic)
    with pytest.raises(StaleState):
        actions.save_draft(
            note=note, by=clinic.therapist, at=at, version=note.version, values={"meaning": "New"}, themes=[]
        )


def test_signed_note_refuses_change_by_the_model(clinic):
    note = IntegrationNote.objects.get(pk=build.signed(clinic).pk)
    with pytest.raises(RecordFrozen):
        note.save()
    with pytest.raises(RecordFrozen):
        note.delete()


RAW = {
    "update": "UPDATE integration_notes_integrationnote SET themes = '[]'",
    "unsign": "UPDATE integration_notes_integrationnote SET signed_at = NULL, signed_by_id = NULL",
    "delete": "DELETE FROM integration_notes_integrationnote",
    "addendum": "UPDATE integration_notes_noteaddendum SET text = 'other'",
    "delete addendum": "DELETE FROM integration_notes_noteaddendum",
}


@pytest.mark.parametrize("statement", RAW.values(), ids=RAW.keys())
def test_signed_note_and_its_addenda_refuse_raw_sql(clinic, at, statement):
    note = build.signed(clinic)
    actions.add_addendum(note=note, by=clinic.therapist, at=at, text="A later thought")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert IntegrationNote.objects.get(pk=note.pk).themes == ["trust"]


def test_signed_note_refuses_a_bulk_update(clinic):
    note = build.signed(clinic)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        IntegrationNote.objects.filter(pk=note.pk).update(**sealed(note, fields={}))


def test_addendum_leaves_the_note_as_it_was_signed(clinic, at):
    note = build.signed(clinic)
    actions.add_addendum(note=note, by=clinic.therapist, at=at + timedelta(days=1), text="  A later thought ")
    addendum = NoteAddendum.objects.get()
    assert (addendum.text, addendum.recorded_as) == ("A later thought", "therapist")
    assert IntegrationNote.objects.get(pk=note.pk).version == note.version
    assert AuditEvent.objects.get(action="integration_notes.add_addendum").patient_id == note.patient_id


def test_addendum_needs_a_signed_note_and_words(clinic, at):
    with pytest.raises(StaleState):
        actions.add_addendum(note=build.draft(clinic), by=clinic.therapist, at=at, text="A later thought")
    with pytest.raises(InvalidInput):
        actions.add_addendum(note=build.signed(clinic), by=clinic.therapist, at=at, text="  no ")


def test_homework_can_be_set_before_and_after_signing(clinic, at):
    for note in (build.draft(clinic), build.signed(clinic)):
        task = actions.set_homework(note=note, by=clinic.therapist, at=at, task=" Walk ", due_on=date(2026, 6, 3))
        assert (task.task, task.patient_id, task.set_by_id) == ("Walk", note.patient_id, clinic.therapist.membership_id)


@pytest.mark.parametrize(
    ("values", "field"), [({"task": " x "}, "task"), ({"task": "Walk", "due_on": date(2026, 6, 2)}, "due_on")]
)
def test_homework_needs_words_and_a_day_to_come(clinic, at, values, field):
    with pytest.raises(InvalidInput) as refusal:
        actions.set_homework(note=build.draft(clinic), by=clinic.therapist, at=at, **values)
    assert set(refusal.value.fields) == {field}


def test_homework_is_done_once_by_any_therapist_of_the_team(clinic, at):
    task = build.homework(clinic)
    colleague = another_therapist(clinic, task.patient, at)
    actions.finish_homework(homework=task, by=colleague, at=at, outcome=" Went well ")
    assert (task.done_at, task.done_by_id, task.outcome) == (at, colleague.membership_id, "Went well")
    with pytest.raises(StaleState):
        actions.finish_homework(homework=task, by=clinic.therapist, at=at)


def test_drafts_are_seen_by_their_author_only(clinic, at):
    draft, signed = build.draft(clinic), build.signed(clinic)
    colleague = another_therapist(clinic, draft.patient, at)
    assert set(IntegrationNote.objects.visible_to(clinic.therapist)) == {draft, signed}
    assert set(IntegrationNote.objects.visible_to(clinic.nurse)) == {signed}
    assert set(IntegrationNote.objects.visible_to(colleague)) == set()
    for nobody in (clinic.admin, clinic.compliance, accounts.clinic_with_staff().therapist, None):
        assert not IntegrationNote.objects.visible_to(nobody).exists()


def test_every_template_begins_with_the_shared_fields_and_asks_for_the_meaning():
    for kind, template in TEMPLATES.items():
        if kind == PREPARATION:
            continue  # before a dose there is nothing to look back at
        keys = [field.key for field in template.fields]
        assert keys[:6] == ["intention", "patient_words", "imagery", "challenge", "breakthrough", "meaning"]
        assert len(keys) == len(set(keys))
        assert {field.key for field in template.fields if field.is_required} > {"meaning"}
