"""Check-ins over the API: scoped, filtered, paged by cursor, with few queries and no answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.models import AuditEvent
from followups.models import CheckIn
from tests.builders import accounts
from tests.builders import followups as build

URL = "/api/v1/check-ins"


@pytest.fixture
def call(client):
    def get(person, path=URL, **query):
        return client.get(path, query, headers={"Authorization": f"Token {accounts.api_token(person)}"})

    return get


def test_list_gives_the_earliest_due_first(clinic, check_in, call):
    rows = call(clinic.nurse).json()["results"]
    assert [row["label"] for row in rows][:2] == ["24 hours", "72 hours"]
    assert rows[0] | {"planned_at": None} == {
        "id": str(check_in.pk),
        "patient": str(check_in.patient_id),
        "session": str(check_in.session_id),
        "occasion": "follow_up",
        "label": "24 hours",
        "state": "planned",
        "due_at": "2026-06-03T10:00:00-04:00",
        "local_due": "2026-06-03 10:00",
        "time_zone": "America/New_York",
        "closes_at": "2026-06-04T14:00:00-04:00",
        "planned_at": None,
        "sent_at": None,
        "answered_at": None,
        "ended_at": None,
        "ended_reason": "",
        "assessment_set": None,
        "version": 1,
    }


def test_list_and_detail_are_audited(clinic, check_in, call):
    call(clinic.nurse)
    call(clinic.nurse, f"{URL}/{check_in.pk}")
    actions = AuditEvent.objects.filter(patient_id=check_in.patient_id, action__contains="looked").values_list("action")
    assert ("followups.looked_at_check_in",) in actions
    assert AuditEvent.objects.filter(action="followups.listed_check_ins").count() == 1


@pytest.mark.parametrize("path", [URL, f"{URL}/00000000-0000-4000-8000-000000000000"])
def test_anonymous_is_refused(db, client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("who", ["off_team", "elsewhere"])
def test_others_patients_are_not_found(clinic, check_in, call, who):
    stranger = accounts.staff(clinic.practice, ["nurse"]) if who == "off_team" else accounts.clinic_with_staff().admin
    assert call(stranger).json()["results"] == []
    assert call(stranger, f"{URL}/{check_in.pk}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(clinic, check_in, client, method):
    token = accounts.api_token(clinic.nurse)
    answer = getattr(client, method)(f"{URL}/{check_in.pk}", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 405


def test_filters(clinic, check_in, call):
    other = build.first_check_in(clinic)
    of_one = call(clinic.nurse, patient=str(other.patient_id), due_before="2026-06-10T00:00:00Z").json()["results"]
    assert [row["label"] for row in of_one] == ["24 hours", "72 hours", "7 days"]
    CheckIn.objects.filter(pk=other.pk).update(state="cancelled")
    assert [row["id"] for row in call(clinic.nurse, state="cancelled").json()["results"]] == [str(other.pk)]


@pytest.mark.parametrize(
    "query", [{"patient": "x"}, {"state": "lost"}, {"due_before": "soon"}, {"page_size": "0"}, {"nonsense": "1"}]
)
def test_bad_filters_are_refused(clinic, call, query):
    answer = call(clinic.nurse, **query)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    assert set(answer.json()["errors"]) == set(query)


def test_pages_by_cursor(clinic, check_in, call):
    build.first_check_in(clinic)
    first = call(clinic.nurse, page_size=10).json()
    second = call(clinic.nurse, first["next"]).json()
    ids = [row["id"] for row in first["results"] + second["results"]]
    assert (len(ids), len(set(ids)), second["next"]) == (14, 14, None)


@pytest.mark.parametrize("patients", [1, 4])
def test_four_queries_at_most(clinic, check_in, client, patients, clock):
    for _ in range(patients):
        build.first_check_in(clinic)
    headers = {"Authorization": f"Token {accounts.api_token(clinic.nurse, clock(build.AT + timedelta(days=1)))}"}
    client.get(URL, headers=headers)
    for path in (URL, f"{URL}/{check_in.pk}"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path, headers=headers).status_code == 200
        assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) <= 4
