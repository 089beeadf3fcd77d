"""Patients over the API: the same actions, scopes and refusals as the pages, at an asserted cost."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.models import AuditEvent
from patients.models import Patient
from tests.builders import accounts as people
from tests.builders import patients as build

LIST = "/api/v1/patients"
TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
_SEEN = """
    id mrn given_name family_name preferred_name pronouns birth_date sex_at_birth email phone mobile address time_zone
    email_allowed contact_by emergency_name emergency_phone emergency_relation in_care registered_at version
"""
SEEN = set(_SEEN.split())


@pytest.fixture
def api():
    """`api(actor)` is a client that sends that person's token."""
    return lambda actor: Client(headers={"Authorization": f"Token {people.api_token(actor)}"})


def person(**more) -> dict:
    return {
        "id": str(uuid4()),
        "given_name": "Grace",
        "family_name": "Hill",
        "birth_date": "1980-05-05",
        "time_zone": "America/Chicago",
        **more,
    }


def post(client, body):
    return client.post(LIST, body, content_type="application/json")


def statements(captured) -> list[str]:
    """The statements apart from the marks of a transaction."""
    return [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]


# reading


def test_the_list_shows_identity_and_nothing_clinical(clinic, patient, api):
    (row,) = api(clinic.nurse).get(LIST).json()["results"]
    assert set(row) == SEEN
    assert (row["id"], row["mrn"], row["in_care"]) == (str(patient.pk), patient.mrn, True)


def test_each_role_lists_its_scope(clinic, other, patient, api):
    build.patient(clinic.prescriber)
    counts = {role: len(api(getattr(clinic, role)).get(LIST).json()["results"]) for role in clinic.members}
    assert counts == {"prescriber": 2, "nurse": 1, "therapist": 1, "admin": 2, "compliance": 2}
    assert api(other.admin).get(LIST).json()["results"] == []


def test_search_filter_and_order(clinic, api):
    for name in ("Moss", "Reed", "Vane"):
        build.patient(clinic.nurse, family_name=name)
    client = api(clinic.nurse)

    def names(query: str) -> list[str]:
        return [row["family_name"] for row in client.get(f"{LIST}?{query}").json()["results"]]

    assert names("") == ["Moss", "Reed", "Vane"]
    assert names("ordering=-family_name") == ["Vane", "Reed", "Moss"]
    assert names("ordering=registered_at") == names("ordering=-registered_at")[::-1]
    assert names("search=reed") == ["Reed"]
    assert names("in_care=false") == []
    assert names("in_care=true") == ["Moss", "Reed", "Vane"]


def test_pages_by_cursor_reach_everybody_once(clinic, api):
    made = {str(build.patient(clinic.nurse, family_name="Same").pk) for _ in range(7)}
    client, address, seen = api(clinic.nurse), f"{LIST}?page_size=3&ordering=family_name", []
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert len(seen) == 7
    assert set(seen) == made


@pytest.mark.parametrize(
    "query",
    ["practice=1", "birth_date=1980-05-05", "ordering=birth_date", "in_care=perhaps", "page_size=9999", "page_size=0"],
)
def test_parameters_that_are_not_known_are_refused(clinic, patient, api, query):
    response = api(clinic.nurse).get(f"{LIST}?{query}")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert query.split("=")[0] in response.json()["errors"]


def test_a_broken_cursor_is_refused(clinic, api):
    assert api(clinic.nurse).get(f"{LIST}?cursor=rubbish").status_code in (404, 422)


def test_one_patient(clinic, patient, api):
    response = api(clinic.nurse).get(f"{LIST}/{patient.pk}")
    assert response.json()["family_name"] == "Moss"
    assert AuditEvent.objects.filter(action="patients.looked_at_identity", patient_id=patient.pk).count() == 1


def test_out_of_scope_is_the_same_as_not_there(clinic, other, patient, api):
    outsider = people.actor(people.staff(clinic.practice, roles=["nurse"]))
    for by in (other.admin, outsider):
        there, nowhere = (api(by).get(f"{LIST}/{pk}") for pk in (patient.pk, uuid4()))
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content
    assert AuditEvent.objects.filter(outcome="denied").count() == 4


@pytest.mark.parametrize("path", ["", f"/{uuid4()}"], ids=["list", "one"])
def test_anonymous_and_wrong_tokens_are_refused(db, path):
    for client in (Client(), Client(headers={"Authorization": "Token nonsense"})):
        response = client.get(LIST + path)
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"


def test_a_page_session_may_read_and_needs_the_csrf_token_to_write(clinic, patient, as_):
    assert as_(clinic.nurse).get(LIST).status_code == 200
    strict = people.sign_in(Client(enforce_csrf_checks=True), clinic.nurse)
    assert post(strict, person()).status_code == 403
    assert Patient.objects.count() == 1


# creating


def test_a_create_answers_with_the_patient_and_its_mrn(clinic, api):
    body = person(pronouns="they/them", team=[str(clinic.therapist.membership_id)])
    response = post(api(clinic.nurse), body)
    assert response.status_code == 201
    assert (response.json()["id"], response.json()["mrn"]) == (body["id"], "1001")
    assert Patient.objects.get().team.count() == 2


def test_a_retry_is_the_same_patient(clinic, api):
    client, body = api(clinic.nurse), person()
    first, second = post(client, body), post(client, body)
    assert first.json() == second.json()
    assert Patient.objects.count() == 1


def test_an_id_is_not_reused_for_something_else_or_by_somebody_else(clinic, other, api):
    body = person()
    post(api(clinic.nurse), body)
    stored = Patient.objects.values().get()
    for by, more in ((clinic.nurse, {"given_name": "Eve"}), (clinic.admin, {}), (other.nurse, {})):
        assert post(api(by), body | more).status_code == 422
    assert Patient.objects.values().get() == stored


@pytest.mark.parametrize("role", ["therapist", "compliance"])
def test_other_roles_may_not_create(clinic, api, role):
    assert post(api(getattr(clinic, role)), person()).status_code == 403
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "one"),
        ("given_name", ""),
        ("birth_date", "2999-01-01"),
        ("birth_date", None),
        ("time_zone", "Mars/Base"),
        ("email", "nobody"),
        ("phone", "ring me"),
        ("height_cm", 12),
        ("team", ["nobody"]),
        ("team", [str(uuid4())]),
    ],
)
def test_bad_input_is_refused_beside_its_field(clinic, api, field, value):
    response = post(api(clinic.nurse), person() | {field: value})
    assert response.status_code == 422
    assert field in response.json()["errors"]
    assert not Patient.objects.exists()


def test_fields_the_server_sets_are_not_the_clients(clinic, other, api):
    forced = {"mrn": "7", "practice": str(other.practice.pk), "registered_at": "2000-01-01T00:00:00Z", "version": 9}
    post(api(clinic.nurse), person(**forced, registered_by=str(clinic.admin.membership_id)))
    row = Patient.objects.get()
    assert (row.mrn, row.practice_id, row.version) == ("1001", clinic.practice.pk, 1)
    assert row.registered_by_id == clinic.nurse.membership_id
    assert row.registered_at.year > 2000


def test_a_possible_duplicate_is_a_problem_with_its_blocker(clinic, api):
    build.patient(clinic.nurse, family_name="Hill", birth_date=date(1980, 5, 5))
    client, body = api(clinic.nurse), person()
    problem = post(client, body)
    assert problem.status_code == 422
    assert [row["code"] for row in problem.json()["blockers"]] == ["POSSIBLE_DUPLICATE"]
    reason = {"overrides": {"POSSIBLE_DUPLICATE": "Twin sister, identity card seen"}}
    assert post(client, body | reason).status_code == 201


# cost


def test_list_and_read_cost_at_most_4_statements_however_many_rows(clinic, patient, api):
    client = api(clinic.nurse)
    for number in (2, 25):
        for _ in range(number):
            build.patient(clinic.nurse)
        for address in (LIST, f"{LIST}?search=given", f"{LIST}/{patient.pk}"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            assert len(statements(captured)) == 3


def test_a_create_costs_at_most_8_statements(clinic, api):
    client = api(clinic.nurse)
    with CaptureQueriesContext(connection) as captured:
        assert post(client, person()).status_code == 201
    assert len(statements(captured)) <= 8
