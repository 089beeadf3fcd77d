"""Finding notes by their words: within what the reader may see, audited for each patient shown, at constant cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.models import AuditEvent
from tests.builders import accounts
from tests.builders import notes as build

SEARCH = reverse("notes:search")


def shown(client, words: str = "") -> list:
    return [note.pk for note in client.get(SEARCH, {"q": words}).context["rows"]]


@pytest.fixture
def lighthouse(clinic):
    return build.signed(clinic, meaning="The Lighthouse was her grandmother.")


def test_words_are_found_in_fields_and_themes_in_any_case(clinic, lighthouse, sign_in):
    other = build.signed(clinic, at=build.AT + timedelta(hours=1), meaning="A quiet kitchen.")
    client = sign_in(clinic.therapist)
    assert shown(client) == [other.pk, lighthouse.pk]
    assert shown(client, "lighthouse GRANDMOTHER") == [lighthouse.pk]
    assert shown(client, "trust kitchen") == [other.pk]  # a theme and a field
    assert shown(client, "lighthouse kitchen") == []
    assert "Nothing found" in client.get(SEARCH, {"q": "nowhere"}).text


@pytest.mark.parametrize(("who", "number"), [("prescriber", 1), ("nurse", 1), ("therapist", 1)])
def test_the_team_finds_signed_notes(clinic, lighthouse, sign_in, who, number):
    assert len(shown(sign_in(getattr(clinic, who)), "lighthouse")) == number


def test_nobody_else_finds_anything(clinic, lighthouse, sign_in):
    off_team = accounts.actor(accounts.staff(clinic.practice, ["therapist"]))
    elsewhere = accounts.clinic_with_staff(name="Hill").therapist
    for stranger in (off_team, elsewhere):
        assert shown(sign_in(stranger), "lighthouse") == []
    assert sign_in(clinic.admin).get(SEARCH).status_code == 403


def test_drafts_are_found_by_their_author_alone_and_private_notes_by_nobody(clinic, lighthouse, sign_in):
    """R10."""
    draft = build.written(clinic, meaning="Unsigned harbour.")
    build.private(clinic, lighthouse.patient, text="Private harbour.")
    assert shown(sign_in(clinic.therapist), "harbour") == [draft.pk]
    assert shown(sign_in(clinic.prescriber), "harbour") == []


def test_each_patient_shown_is_audited_and_the_words_are_not(clinic, lighthouse, sign_in):
    build.signed(clinic, meaning="A quiet kitchen.")
    shown(sign_in(clinic.therapist), "lighthouse")
    (row,) = AuditEvent.objects.filter(action="integration_notes.listed_notes")
    assert row.patient_id == lighthouse.patient_id
    assert "lighthouse" not in str(vars(row)).casefold()


def test_cost_does_not_grow(clinic, lighthouse, sign_in):
    client = sign_in(clinic.therapist)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            client.get(SEARCH, {"q": "her"})
        counts.append(len(seen))
        for _ in range(3):
            build.signed(clinic, meaning="Her garden.")
    assert counts[0] == counts[1] <= 8
