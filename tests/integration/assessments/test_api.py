"""Questionnaires over the API: scopes, refusals, once-only submit, and what each call costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment, AssessmentSet, RiskItem
from common.models import AuditEvent
from tests.builders import accounts
from tests.builders import assessments as build

TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@pytest.fixture
def api():
    return lambda actor: Client(headers={"Authorization": f"Token {accounts.api_token(actor)}"})


def listed(patient):
    return f"/api/v1/patients/{patient.pk}/assessments"


def submit(client, given, code, answers):
    address = f"/api/v1/assessment-sets/{given.pk}/assessments/{code}/submit"
    return client.post(address, {"answers": answers}, content_type="application/json")


def statements(captured):
    return [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]


def test_submit_scores_and_tells_the_score(clinic, patient, api, at):
    given = build.given_set(patient, clinic.nurse, at)
    answer = submit(api(clinic.nurse), given, "PHQ9", build.lowest_answers("PHQ9", q1=3, q2=3, q9=2))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["total"], body["severity"], body["is_complete"]) == (8.0, "mild", True)
    assert [flag["code"] for flag in body["flags"]] == ["SI_URGENT"]
    assert body["subscales"] == {"phq2": 6, "phq8": 6}
    assert RiskItem.objects.get().code == "SI_URGENT"


def test_a_retry_is_the_same_row_and_other_answers_are_stale(clinic, patient, api, at):
    given = build.given_set(patient, clinic.nurse, at)
    client, answers = api(clinic.nurse), build.lowest_answers("GAD7")
    first, again = submit(client, given, "GAD7", answers), submit(client, given, "GAD7", answers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = submit(client, given, "GAD7", build.lowest_answers("GAD7", q1=3))
    assert other.status_code == 409
    assert other["Content-Type"] == "application/problem+json"
    assert submit(api(clinic.therapist), given, "GAD7", answers).status_code == 409
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize(
    ("answers", "fields"), [({"q1": 9}, {"q1"}), ({"q1": "x", "zz": 1}, {"q1", "zz"}), ({"q1": 1.0}, {"q1"})]
)
def test_impossible_answers_are_refused_by_question(clinic, patient, api, at, answers, fields):
    given = build.given_set(patient, clinic.nurse, at)
    answer = submit(api(clinic.nurse), given, "PHQ9", answers)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == fields
    assert not Assessment.objects.exists()


def test_who_may_submit(clinic, other_clinic, patient, api, at):
    given = build.given_set(patient, clinic.nurse, at)
    answers = build.lowest_answers("PHQ9")
    stranger = accounts.actor(accounts.staff(clinic.practice, at=at))
    assert submit(Client(), given, "PHQ9", answers).status_code == 401
    assert submit(api(clinic.admin), given, "PHQ9", answers).status_code == 403
    assert submit(api(stranger), given, "PHQ9", answers).status_code == 404
    assert submit(api(other_clinic.nurse), given, "PHQ9", answers).status_code == 404
    assert submit(api(clinic.nurse), given, "PCL5", answers).status_code == 404
    assert not Assessment.objects.exists()


def test_the_list_has_submitted_ones_newest_first(clinic, patient, api, at):
    for day in range(3):
        build.answered_set(patient, clinic.nurse, at + timedelta(days=day), {"PHQ9": {}, "GAD7": {}})
    build.given_set(patient, clinic.nurse, at)
    body = api(clinic.therapist).get(listed(patient), {"instrument": "PHQ9", "page_size": 2}).json()
    assert [row["instrument"] for row in body["results"]] == ["PHQ9", "PHQ9"]
    assert body["results"][0]["submitted_at"] > body["results"][1]["submitted_at"]
    assert body["next"]
    assert AuditEvent.objects.filter(action="assessments.listed_assessments", patient_id=patient.pk).exists()


def test_who_may_list(clinic, other_clinic, patient, api):
    assert Client().get(listed(patient)).status_code == 401
    assert api(clinic.admin).get(listed(patient)).status_code == 403
    assert api(other_clinic.nurse).get(listed(patient)).status_code == 404
    assert api(clinic.nurse).get(listed(patient), {"order": "x"}).status_code == 422
    assert api(clinic.nurse).get(listed(patient), {"instrument": "x"}).status_code == 422


def test_what_each_call_costs(clinic, patient, api, at):
    client = api(clinic.nurse)
    for day in range(6):
        build.answered_set(patient, clinic.nurse, at + timedelta(days=day), {"PHQ9": {}})
    with CaptureQueriesContext(
        connection,
    ) as read:
        client.get(listed(patient))
    given = build.given_set(patient, clinic.nurse, at, instruments=("PHQ9", "ASQ"))
    with CaptureQueriesContext(connection) as first:
        submit(client, given, "PHQ9", build.lowest_answers("PHQ9"))
    with CaptureQueriesContext(connection) as last:
        submit(client, given, "ASQ", build.lowest_answers("ASQ", q1=1, q5=1))
    single = build.given_set(patient, clinic.nurse, at, instruments=("PHQ9",))
    with CaptureQueriesContext(connection) as alone:
        submit(client, single, "PHQ9", build.lowest_answers("PHQ9"))
    assert len(statements(read)) == 4
    assert len(statements(alone)) == 8, statements(alone)
    assert len(statements(first)) == 7, statements(first)
    # the last of a set: two more to finish it and close its check-in, one for the risk item
    assert len(statements(last)) == 10, statements(last)
    assert AssessmentSet.objects.get(pk=given.pk).completed_at
