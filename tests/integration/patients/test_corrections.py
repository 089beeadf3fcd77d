"""A patient's request for correction: written down once, answered once, never an overwriting."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.navigation import panels_for
from common.errors import InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from patients import actions
from patients.models import CorrectionRequest
from tests.builders import accounts
from tests.builders import patients as build

pytestmark = pytest.mark.django_db
WORDS = {"entry": "Allergy to latex", "wanted": "It was a plaster, not latex"}


@pytest.fixture
def patient(clinic):
    return build.patient_with_team(clinic)


@pytest.fixture
def correction(clinic, patient):
    return actions.request_correction(patient=patient, by=clinic.nurse, at=accounts.AT, **WORDS)


def test_it_is_written_down_once_and_due_in_sixty_days(clinic, patient):
    """KAP-PAT-CORRECTION; the day is the practice's."""
    pk = uuid4()
    rows = {
        actions.request_correction(patient=patient, by=clinic.nurse, at=accounts.AT, id=pk, **WORDS).pk
        for _ in range(2)
    }
    row = CorrectionRequest.objects.get()
    assert rows == {row.pk} == {pk}
    assert row.due_on == (accounts.AT - timedelta(hours=4)).date() + timedelta(days=60)
    assert (row.entry, row.wanted) == (WORDS["entry"], WORDS["wanted"])
    event = AuditEvent.objects.get(action="patients.request_correction")
    assert WORDS["wanted"] not in str(vars(event))


@pytest.mark.parametrize("field", ["entry", "wanted"])
@pytest.mark.parametrize("text", ["", "  no ", "x" * 4001])
def test_words_are_needed_and_bounded(clinic, patient, field, text):
    with pytest.raises(InvalidInput) as refusal:
        actions.request_correction(patient=patient, by=clinic.nurse, at=accounts.AT, **WORDS | {field: text})
    assert list(refusal.value.fields) == [field]
    assert not CorrectionRequest.objects.exists()


def test_a_prescriber_answers_once(clinic, correction):
    at = accounts.AT + timedelta(days=1)
    answer = {"outcome": "denied", "answer": "Tested by prick in 2024."}
    with pytest.raises(NotPermitted):
        actions.answer_correction(correction=correction, by=clinic.nurse, at=at, **answer)
    with pytest.raises(InvalidInput):
        actions.answer_correction(correction=correction, by=clinic.prescriber, at=at, outcome="maybe", answer="Words")
    row = actions.answer_correction(correction=correction, by=clinic.prescriber, at=at, **answer)
    assert (row.outcome, row.answer, row.decided_by_id) == (*answer.values(), clinic.prescriber.membership_id)
    with pytest.raises(StaleState):
        actions.answer_correction(correction=row, by=clinic.prescriber, at=at, **answer | {"outcome": "accepted"})


def test_the_database_knows_no_half_answer(correction):
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionRequest.objects.filter(pk=correction.pk).update(outcome="accepted")


def test_from_the_chart_to_the_answer(clinic, patient, client):
    page = reverse("patients:corrections", args=[patient.pk])
    ask = reverse("patients:request_correction", args=[patient.pk])
    nurse = accounts.sign_in(client, clinic.nurse)
    assert "Nothing asked for" in nurse.get(page).text
    refused = nurse.post(ask, {"id": str(uuid4()), "entry": "Allergy to latex", "wanted": ""})
    assert (refused.status_code, "Allergy to latex" in refused.text) == (422, True)
    nurse.post(ask, {"id": str(uuid4()), **WORDS})
    assert "Waits for a prescriber" in nurse.get(page).text
    row = CorrectionRequest.objects.get()
    answer = reverse("patients:answer_correction", args=[row.pk])
    assert nurse.post(answer, {}).status_code == 403
    assert [panel.key for panel in panels_for(clinic.prescriber, timezone.now())].count("corrections") == 1
    prescriber = accounts.sign_in(client, clinic.prescriber)
    assert prescriber.post(answer, {"outcome": "accepted", "answer": ""}).status_code == 422
    done = prescriber.post(answer, {"outcome": "accepted", "answer": "Changed to plaster."}, follow=True)
    assert "Accepted" in done.text
    assert prescriber.post(answer, {"outcome": "denied", "answer": "No, after all."}).status_code == 409
    assert "corrections" not in [panel.key for panel in panels_for(clinic.prescriber, timezone.now())]
