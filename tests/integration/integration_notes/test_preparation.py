"""Preparation visits before a dose, and the missing note that stands before the next one."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import InvalidInput
from integration_notes import actions
from integration_notes.readiness import dose_blockers
from integration_notes.worklist import sessions_to_prepare, sessions_without_note
from sessions_app import before_dose
from sessions_app.actions import mark_no_show
from sessions_app.models import Session
from sessions_app.session_facts import full, load_facts
from tests.builders import notes as build
from tests.builders import sessions
from tests.builders.followups import dosed_session


@pytest.fixture
def planned(clinic, at):
    return sessions.scheduled_session(clinic, at + timedelta(days=2))


def test_a_visit_before_the_dose_is_noted_and_read(clinic, planned, sign_in, at):
    client = sign_in(clinic.therapist)
    page = client.get(reverse("notes:of_patient", args=[planned.patient_id])).text
    assert "Note a preparation visit" in page
    new = reverse("notes:new", args=[planned.pk])
    form = client.get(new).context["form"]
    assert [value for value, _ in form.fields["modality"].choices] == ["PREPARATION"]
    edit = client.post(new, {"id": form["id"].value(), "modality": "PREPARATION"})["Location"]
    assert "Agreements" in client.get(edit).text
    note = build.signed(clinic, planned, modality="PREPARATION")
    shown = client.get(reverse("notes:note", args=[note.pk])).text
    assert "Preparation visit" in shown
    assert "planned for" in shown
    assert list(sessions_to_prepare(clinic.therapist, planned.patient)) == []


def test_it_never_stands_for_the_note_about_the_dose(clinic, planned, at):
    """Nor the other way round."""
    note = build.signed(clinic, planned, modality="PREPARATION")
    type(planned).objects.filter(pk=planned.pk).update(first_dose_at=at, state="recovery")
    planned.refresh_from_db()
    assert list(sessions_without_note(clinic.therapist, note.patient)) == [planned]
    with pytest.raises(InvalidInput) as refusal:
        build.draft(clinic, planned, modality="PREPARATION")
    assert "modality" in refusal.value.fields


@pytest.mark.parametrize("modality", ["CBT", "OPEN", "DANCE"])
def test_other_kinds_wait_for_the_dose(clinic, planned, modality):
    with pytest.raises(InvalidInput) as refusal:
        build.draft(clinic, planned, modality=modality)
    assert list(refusal.value.fields) == ["modality"]


def test_nothing_is_prepared_for_a_visit_that_does_not_take_place(clinic, planned, at):
    mark_no_show(session=planned, by=clinic.nurse, at=planned.scheduled_for, reason="Did not come")
    planned.refresh_from_db()
    with pytest.raises(InvalidInput):
        build.draft(clinic, planned, modality="PREPARATION")


@pytest.mark.parametrize(
    ("hours", "found"), [(71, []), (72, ["NOTE_MISSING"]), (24 * 30 - 1, ["NOTE_MISSING"]), (24 * 30 + 1, [])]
)
def test_a_note_overdue_stands_before_the_next_dose(clinic, planned, hours, found):
    """KAP-INT-WINDOW: from 72 hours after the dose; a prescriber may go on."""
    earlier = dosed_session(clinic, planned.scheduled_for - timedelta(hours=hours), planned.patient)
    blockers = dose_blockers(planned, planned.scheduled_for)
    assert [blocker.code for blocker in blockers] == found
    assert all(str(earlier.number) in blocker.sentence and blocker.override for blocker in blockers)
    if found:
        build.signed(clinic, earlier, at=planned.scheduled_for)
        assert dose_blockers(planned, planned.scheduled_for) == []


def test_the_session_page_and_the_gate_say_it(clinic):
    now = timezone.now()
    planned = sessions.checked_in_session(clinic, now - timedelta(minutes=5))
    dosed_session(clinic, now - timedelta(days=4), planned.patient)
    facts = load_facts(full(Session.objects).get(pk=planned.pk))
    assert "NOTE_MISSING" in [blocker.code for blocker in before_dose.dose_blockers(facts, now)]


def test_homework_says_who_did_it(clinic, at, sign_in):
    task = build.homework(clinic)
    client = sign_in(clinic.therapist)
    address = reverse("notes:finish_homework", args=[task.pk])
    assert "Choose who did it." in client.post(address, {"done_how": "somebody"}, follow=True).text
    shown = client.post(address, {"done_how": "therapist", "outcome": "Calmer"}, follow=True).text
    assert "together with the therapist" in shown
    with pytest.raises(InvalidInput):
        actions.finish_homework(homework=build.homework(clinic), by=clinic.therapist, at=at, done_how="nobody")
