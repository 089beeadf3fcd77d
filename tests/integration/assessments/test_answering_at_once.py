"""Answers that arrive in the same moment: each questionnaire is stored once, and the set is complete with the last."""

from functools import partial

import pytest

from accounts.actor import patient_actor
from assessments import actions
from assessments.drafts import draft_of
from assessments.models import Assessment, AssessmentSet, RiskItem
from common.errors import StaleState
from tests.builders import accounts, patients
from tests.builders import assessments as build
from tests.integration.together import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_submits_at_once_store_one_row(at):
    clinic = accounts.clinic_with_staff()
    patient = patients.patient_with_team(clinic)
    given = build.given_set(patient, clinic.nurse, at, instruments=("PHQ9",))
    link, _ = build.link(given, clinic.nurse, at)
    by = patient_actor(patient, clinic.practice.pk)

    def send():
        draft = draft_of(AssessmentSet.objects.select_related("patient").get(pk=given.pk), "PHQ9", at)
        answers = build.lowest_answers("PHQ9", q9=3)
        return actions.submit_assessment(assessment=draft, link=link, by=by, at=at, answers=answers)

    outcomes = all_at_once([send] * 20)
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, Assessment)] == [StaleState] * 19
    assert Assessment.objects.count() == RiskItem.objects.count() == 1
    assert AssessmentSet.objects.get().completed_at == at


def test_the_last_two_questionnaires_sent_at_once_complete_the_set(at):
    clinic = accounts.clinic_with_staff()
    patient = patients.patient_with_team(clinic)
    given = build.given_set(patient, clinic.nurse, at, instruments=("PHQ9", "GAD7", "ASQ", "SUDS"))
    all_at_once([partial(build.answered, given, code, clinic.nurse, at) for code in given.instruments])
    assert Assessment.objects.submitted().count() == 4
    assert AssessmentSet.objects.get().completed_at == at
