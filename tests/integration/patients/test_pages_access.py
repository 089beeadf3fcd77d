"""Who may open and post to each page: the five roles, anonymous, off the team, another practice."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from common.models import AuditEvent
from patients import actions
from patients.models import CareTeamMember, Patient
from tests.builders import accounts as people
from tests.builders import patients as build
from tests.builders.copies import deepcopy

EVERYBODY = {"prescriber", "nurse", "therapist", "admin", "compliance"}
TEAM = {"prescriber", "nurse", "therapist"}
CHART_WRITERS = {"prescriber", "nurse"}

# name: (what its address names, {method: roles that may})
PAGES = {
    "list": ("", {"get": EVERYBODY}),
    "register": ("", {"get": {"prescriber", "nurse", "admin"}, "post": {"prescriber", "nurse", "admin"}}),
    "overview": ("patient", {"get": EVERYBODY}),
    "edit": ("patient", {"get": {"prescriber", "nurse", "admin"}, "post": {"prescriber", "nurse", "admin"}}),
    "end_care": ("patient", {"post": CHART_WRITERS}),
    "resume_care": ("patient", {"post": CHART_WRITERS}),
    "facts": ("patient", {"get": TEAM}),
    "add_fact": ("patient kind", {"post": CHART_WRITERS}),
    "end_fact": ("patient kind fact", {"get": CHART_WRITERS, "post": CHART_WRITERS}),
    "contraindications": ("patient", {"get": TEAM}),
    "answer_contraindications": ("patient", {"post": CHART_WRITERS}),
    "consents": ("patient", {"get": EVERYBODY}),
    "record_consent": ("patient", {"post": TEAM}),
    "withdraw_consent": ("patient consent", {"get": TEAM, "post": TEAM}),
    "corrections": ("patient", {"get": TEAM}),
    "request_correction": ("patient", {"post": TEAM}),
    "answer_correction": ("correction", {"get": {"prescriber"}, "post": {"prescriber"}}),
    "team": ("patient", {"get": EVERYBODY}),
    "add_to_team": ("patient", {"post": {"prescriber", "nurse", "admin"}}),
    "remove_from_team": ("patient member", {"post": {"prescriber", "nurse", "admin"}}),
    "series_list": ("patient", {"get": EVERYBODY}),
    "open_series": ("patient", {"get": {"prescriber"}, "post": {"prescriber"}}),
    "series": ("series", {"get": EVERYBODY}),
    "change_series": ("series", {"get": {"prescriber"}, "post": {"prescriber"}}),
    "close_series": ("series", {"get": {"prescriber"}, "post": {"prescriber"}}),
}
# Asked in test_emergency.py and test_unusual.py, and by the sweep of the whole matrix.
ELSEWHERE = {"open_emergency", "close_emergency", "emergencies", "emergency_access", "access_report"}
ELSEWHERE |= {"unusual", "find_unusual", "acknowledge_unusual"}
CELLS = [(name, method) for name, (_, methods) in PAGES.items() for method in methods]
OF_A_RECORD = [(name, method) for name, method in CELLS if PAGES[name][0]]


@pytest.fixture(scope="module")
def person(shared, staffed, at):
    """A patient, and what the addresses name of theirs."""
    return shared(lambda: _person(staffed, at))


def _person(clinic, at) -> tuple[Patient, dict]:
    patient = build.patient_with_team(clinic, given_name="Ada", family_name="Moss")
    fact = actions.add_allergy(patient=patient, by=clinic.nurse, at=at, substance="Latex", severity="mild")
    return patient, {
        "patient": patient.pk,
        "kind": "allergy",
        "fact": fact.pk,
        "correction": actions.request_correction(
            patient=patient, by=clinic.nurse, at=at, entry="Allergy to latex", wanted="There is none"
        ).pk,
        "consent": build.consent(patient, clinic.nurse, at).pk,
        "member": clinic.therapist.membership_id,
        "series": build.series(patient, clinic.prescriber, at).pk,
    }


@pytest.fixture
def patient(clinic, person):
    return deepcopy(person[0])


@pytest.fixture
def named(clinic, person):
    return dict(person[1])


def address(name: str, named: dict) -> str:
    return reverse(f"patients:{name}", args=[named[word] for word in PAGES[name][0].split()])


def test_every_address_of_the_app_is_in_the_table():
    resolver = next(r for r in get_resolver().url_patterns if getattr(r, "namespace", "") == "patients")
    assert {pattern.name for pattern in resolver.url_patterns} == set(PAGES) | ELSEWHERE


@pytest.mark.parametrize(("name", "method"), CELLS)
def test_anonymous_is_sent_to_the_sign_in(named, name, method):
    response = getattr(Client(), method)(address(name, named))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign_in"))


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize(("name", "method"), CELLS)
def test_each_role_on_each_page(clinic, named, as_, name, method, role):
    response = getattr(as_(getattr(clinic, role)), method)(address(name, named))
    if role in PAGES[name][1][method]:
        assert response.status_code in (200, 302, 409, 422)
    else:
        assert response.status_code == 403
        assert b"Moss" not in response.content
        assert AuditEvent.objects.filter(action="denied", outcome="denied").count() == 1


@pytest.mark.parametrize(("name", "method"), OF_A_RECORD)
def test_off_the_team_is_not_found_and_the_denial_is_kept(clinic, named, as_, name, method):
    role = next(iter(PAGES[name][1][method] & TEAM))
    outsider = people.actor(people.staff(clinic.practice, roles=[role]))
    response = getattr(as_(outsider), method)(address(name, named))
    assert response.status_code == 404
    assert b"Moss" not in response.content
    assert AuditEvent.objects.filter(outcome="denied", actor_id=outsider.user_id).count() == 1


@pytest.mark.parametrize(("name", "method"), OF_A_RECORD)
def test_another_practice_gets_the_same_answer_as_for_nothing(other, named, as_, name, method):
    role = next(iter(PAGES[name][1][method]))
    client = as_(getattr(other, role))
    there = getattr(client, method)(address(name, named))
    nowhere = getattr(client, method)(address(name, {word: uuid4() for word in named} | {"kind": "allergy"}))
    assert there.status_code == nowhere.status_code == 404
    assert there.content == nowhere.content


@pytest.mark.parametrize(("name", "method"), CELLS)
def test_other_methods_are_refused(clinic, named, as_, name, method):
    for wrong in {"get", "post", "put", "delete"} - set(PAGES[name][1]):
        assert getattr(as_(clinic.prescriber), wrong)(address(name, named)).status_code == 405


@pytest.mark.parametrize("name", ["facts", "overview", "contraindications"])
def test_leaving_the_team_holds_from_the_next_request(clinic, patient, as_, name, at):
    client, page = as_(clinic.therapist), reverse(f"patients:{name}", args=[patient.pk])
    assert client.get(page).status_code == 200
    actions.remove_from_team(patient=patient, by=clinic.nurse, at=at, membership_id=clinic.therapist.membership_id)
    assert client.get(page).status_code == 404


def test_an_admin_who_is_also_a_therapist_sees_charts_only_on_the_team(clinic, patient, as_):
    both = people.actor(people.staff(clinic.practice, roles=["admin", "therapist"]))
    client = as_(both)
    assert client.get(reverse("patients:overview", args=[patient.pk])).status_code == 200
    assert client.get(reverse("patients:facts", args=[patient.pk])).status_code == 404


@pytest.mark.parametrize("name", [name for name, (what, methods) in PAGES.items() if "get" in methods and what])
def test_each_look_leaves_one_row_about_the_patient(clinic, patient, named, as_, name):
    before = AuditEvent.objects.filter(patient_id=patient.pk).count()
    as_(clinic.prescriber).get(address(name, named))
    rows = AuditEvent.objects.filter(patient_id=patient.pk)
    assert rows.count() == before + 1


def test_the_list_leaves_one_incidental_row_for_each_patient_shown(clinic, patient, as_):
    second = build.patient_with_team(clinic)
    as_(clinic.nurse).get(reverse("patients:list"))
    rows = AuditEvent.objects.filter(action="patients.listed_patients", purpose="incidental")
    assert {row.patient_id for row in rows} == {patient.pk, second.pk}


def test_get_never_changes_the_record(clinic, patient, named, as_):
    before = [list(model.objects.order_by("pk").values()) for model in (Patient, CareTeamMember)]
    for name, (_, methods) in PAGES.items():
        if "get" in methods:
            as_(clinic.prescriber).get(address(name, named))
    assert before == [list(model.objects.order_by("pk").values()) for model in (Patient, CareTeamMember)]
