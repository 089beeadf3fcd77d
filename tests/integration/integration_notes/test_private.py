"""Private notes are their author's alone, whoever asks and however (R9, R10, R11, R40)."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from common.sealed_fields import sealed
from integration_notes import actions
from integration_notes.models import PrivateNote, PrivateRelease
from integration_notes.private_content import fingerprint
from patients.actions import add_to_team
from tests.builders import accounts, notes, patients
from tests.builders.copies import deepcopy

CANARY = "Zwiebelturm-canary"
PASSWORD = accounts.PASSWORD
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def dosed(shared, staffed):
    return shared(lambda: notes.session(staffed))


@pytest.fixture
def session(clinic, dosed):
    return deepcopy(dosed)


def page(actor):
    return accounts.sign_in(Client(), actor)


def url(name, note=None):
    return reverse(f"notes:{name}", args=[note.pk] if note else [])


def test_the_author_writes_signs_and_adds(clinic, session):
    note = notes.signed_private(clinic, session.patient, text=CANARY)
    assert note.content_sha256 == fingerprint(note, note.signed_at)
    actions.add_private_addendum(note=note, by=clinic.therapist, at=notes.AT, text="Later thought")
    shown = page(clinic.therapist).get(url("private_note", note)).text
    assert CANARY in shown
    assert "Later thought" in shown
    listed = page(clinic.therapist).get(url("private") + "?q=zwiebelTURM").text
    assert note.title in listed
    assert "Nothing found" in page(clinic.therapist).get(url("private") + "?q=elsewhere").text


def test_pages_keep_what_was_typed_and_name_what_is_wrong(clinic, session):
    client, note = page(clinic.therapist), notes.private(clinic, session.patient)
    begun = client.post(reverse("notes:private_about", args=[session.patient_id]), {"id": "no id", "session": "x"})
    assert begun.status_code == 422
    typed = {"version": note.version, "title": "t" * 121, "text": CANARY, "tags": ""}
    answer = client.post(url("private_edit", note), typed)
    assert answer.status_code == 422
    assert CANARY in answer.text
    stale = client.post(url("private_autosave", note), typed | {"version": 1, "title": "t"})
    assert stale.status_code == 409
    assert client.post(url("private_sign", note), {"version": note.version, "password": "wrong"}).status_code == 422
    assert PrivateNote.objects.get(pk=note.pk).text != CANARY


def test_for_everybody_else_it_does_not_exist(clinic, session):
    """R9, R10: also for a therapist of the same team; the refusal is audited and tells nothing."""
    note = notes.signed_private(clinic, session.patient, text=CANARY)
    colleague = accounts.staff(clinic.practice, [Role.THERAPIST], at=notes.AT)
    on_team = {"patient": session.patient, "membership_id": colleague.pk}
    add_to_team(**on_team, by=clinic.prescriber, at=notes.AT)
    client = page(accounts.actor(colleague))
    for name in ("private_note", "private_edit", "private_sign"):
        answer = client.get(url(name, note))
        assert answer.status_code == 404, name
        assert CANARY not in answer.text
    assert AuditEvent.objects.filter(outcome="denied", actor_id=colleague.user_id).count() == 3
    assert CANARY not in client.get(url("private")).text
    with pytest.raises(OutOfScope):
        actions.add_private_addendum(note=note, by=accounts.actor(colleague), at=notes.AT, text="I was here")
    for actor in (clinic.nurse, clinic.prescriber, clinic.admin, clinic.compliance):
        assert page(actor).get(url("private_note", note)).status_code == 403


def test_a_session_note_in_the_chart_comes_first(clinic, session):
    """R11: what belongs to the chart may not be filed in a private note only."""
    note = notes.private(clinic, session.patient, session=session)
    signing = {"note": note, "by": clinic.therapist, "at": notes.AT, "version": note.version, "password": PASSWORD}
    with pytest.raises(Blocked) as refusal:
        actions.sign_private_note(**signing)
    assert [blocker.code for blocker in refusal.value.blockers] == ["CHART_NOTE_MISSING"]
    client = page(clinic.therapist)
    posted = client.post(url("private_sign", note), {"version": note.version, "password": PASSWORD})
    assert posted.status_code == 422
    assert "integration note first" in posted.text
    notes.signed(clinic, session)
    assert actions.sign_private_note(**signing).signed_at


def test_a_session_of_somebody_else_is_refused(clinic, session):
    other = notes.session(clinic)
    with pytest.raises(InvalidInput):
        actions.start_private_note(patient=session.patient, session=other, by=clinic.therapist, at=notes.AT)
    with pytest.raises(NotPermitted):
        actions.start_private_note(patient=session.patient, by=clinic.nurse, at=notes.AT)


def test_an_id_is_one_note(clinic, session):
    first = actions.start_private_note(patient=session.patient, by=clinic.therapist, at=notes.AT)
    again = {"by": clinic.therapist, "at": notes.AT, "id": first.pk}
    assert actions.start_private_note(patient=session.patient, **again).pk == first.pk
    with pytest.raises(InvalidInput):
        actions.start_private_note(patient=notes.session(clinic).patient, **again)


def test_signed_text_is_frozen_in_the_database(clinic, session):
    note = notes.signed_private(clinic, session.patient)
    before = PrivateNote.objects.values().get(pk=note.pk)
    key = note.pk.hex if connection.vendor == "sqlite" else str(note.pk)
    table = PrivateNote._meta.db_table
    with pytest.raises(RecordFrozen):
        PrivateNote.objects.get(pk=note.pk).save()
    values = {"version": note.version, "title": "", "text": "", "tags": []}
    with pytest.raises(StaleState):
        actions.save_private_note(note=note, by=clinic.therapist, at=notes.AT, **values)
    for statement in (f"UPDATE {table} SET text = ''", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{statement} WHERE id = %s", [key])
    with pytest.raises(DatabaseError), transaction.atomic():
        PrivateNote.objects.filter(pk=note.pk).update(**sealed(note, text="forged"))
    assert PrivateNote.objects.values().get(pk=note.pk) == before


def test_the_author_hands_over_for_reading(clinic, session):
    note = notes.private(clinic, session.patient, text=CANARY)
    successor = accounts.staff(clinic.practice, [Role.THERAPIST], at=notes.AT)
    asked = {"reader": successor, "by": clinic.therapist, "at": notes.AT, "reason": "I leave at the end of June."}
    with pytest.raises(InvalidInput):
        actions.hand_over_private_notes(**asked, password="wrong")
    actions.hand_over_private_notes(**asked, password=PASSWORD)
    client = page(accounts.actor(successor))
    assert CANARY in client.get(url("private_note", note)).text
    assert client.get(url("private_edit", note)).status_code == 404
    told = page(clinic.therapist).get(url("private")).text
    assert str(successor.user) in told


def test_a_court_order_takes_two_people_who_are_not_concerned(clinic, session):
    """R10: neither of them reads a word; the author sees who asked and who approved."""
    note = notes.private(clinic, session.patient, text=CANARY)
    reader = accounts.staff(clinic.practice, [Role.THERAPIST], at=notes.AT)
    release = notes.release_asked(clinic, reader)
    client = page(accounts.actor(reader))
    assert client.get(url("private_note", note)).status_code == 404
    with pytest.raises(NotPermitted):
        actions.approve_private_release(release=release, by=clinic.compliance, at=notes.AT, password=PASSWORD)
    assert page(clinic.admin).post(url("approve_release", release), {"password": "wrong"}).status_code == 422
    assert page(clinic.admin).post(url("approve_release", release), {"password": PASSWORD}).status_code == 302
    assert CANARY in client.get(url("private_note", note)).text
    with pytest.raises(StaleState):
        actions.approve_private_release(release=release, by=clinic.admin, at=notes.AT, password=PASSWORD)
    for actor in (clinic.admin, clinic.compliance):
        assert page(actor).get(url("private_note", note)).status_code == 403
    assert "approved by" in page(clinic.therapist).get(url("private")).text


def test_one_person_can_not_release_in_the_database_either(clinic):
    reader = accounts.staff(clinic.practice, [Role.THERAPIST], at=notes.AT)
    release = notes.release_asked(clinic, reader)
    for who in (release.requested_by_id, reader.pk):
        with pytest.raises(IntegrityError), transaction.atomic():
            PrivateRelease.objects.filter(pk=release.pk).update(approved_at=notes.AT, approved_by_id=who)


def test_a_release_form_says_what_is_missing(clinic):
    answer = page(clinic.compliance).post(reverse("notes:releases"), {"reason": "short"})
    assert answer.status_code == 422
    assert "Choose whose notes" in answer.text
    assert page(clinic.therapist).post(reverse("notes:hand_over"), {}).status_code == 422


def test_audit_rows_tell_neither_whom_nor_which(clinic, session):
    """R10: compliance learns author, time and hash; nothing of it names the patient or the note."""
    note = notes.signed_private(clinic, session.patient, text=CANARY)
    page(clinic.therapist).get(url("private_note", note))
    rows = AuditEvent.objects.filter(action__contains="private")
    assert rows.count() >= 4
    assert set(rows.values_list("patient_id", "object_id")) == {(None, None)}
    told = "".join(str(row) for row in rows.values())
    assert str(note.pk) not in told
    assert str(session.patient_id) not in told
    assert rows.get(action="integration_notes.sign_private_note").detail == {"sha256": note.content_sha256}


def test_an_emergency_opens_the_chart_and_no_private_note(clinic, session):
    note = notes.signed_private(clinic, session.patient, text=CANARY)
    outsider = accounts.actor(accounts.staff(clinic.practice, [Role.THERAPIST], at=notes.AT))
    patients.emergency(outsider, session.patient)
    assert page(outsider).get(url("private_note", note)).status_code == 404


def test_listing_asks_as_much_for_many_as_for_one(clinic, session, django_assert_num_queries):
    notes.private(clinic, session.patient)
    client = page(clinic.therapist)
    counts = []
    for more in (0, 6):
        for _ in range(more):
            notes.private(clinic, session.patient)
        with connection.execute_wrapper(lambda run, *rest: counts[-1].append(1) or run(*rest)):
            counts.append([])
            assert client.get(url("private")).status_code == 200
    assert len(counts[0]) == len(counts[1]) <= 10


def test_a_fixture_holds_no_word_of_it(clinic, session, capsys):
    notes.private(clinic, session.patient, text=CANARY, title=CANARY, tags=[CANARY])
    call_command("dumpdata", "integration_notes")
    dumped = capsys.readouterr().out
    assert "integration_notes.privatenote" in dumped
    assert CANARY not in dumped
    assert str(session.patient_id) not in dumped.split('"integration_notes.privatenote"')[1].split('"model"')[0]
