"""What the list, the chart and the home page show to whom, and that their cost stays the same."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.navigation import Panel, navigation_for, panels_for
from patients import actions, chart
from patients.chart import ChartTab, given_by_series
from tests.builders import patients as build


def url(name: str, *args) -> str:
    return reverse(f"patients:{name}", args=args)


def names_on(response) -> list[str]:
    return [row.patient.family_name for row in response.context["list"].rows]


def queries(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured)


# the list


@pytest.fixture
def people_of_all_kinds(clinic):
    """Moss: in care, IM series. Reed: in care. Vane: discharged. Zorn: not on the nurse's team."""
    rows = {name: build.patient_with_team(clinic, family_name=name) for name in ("Moss", "Reed", "Vane")}
    build.series(rows["Moss"], clinic.prescriber, route="IM")
    actions.end_care(patient=rows["Vane"], by=clinic.nurse, at=build.AT)
    rows["Zorn"] = build.patient(clinic.prescriber, family_name="Zorn")
    return rows


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Moss", "Reed"]),
        ("care=discharged", ["Vane"]),
        ("care=all", ["Moss", "Reed", "Vane"]),
        ("search=ree", ["Reed"]),
        ("search=REED+given", ["Reed"]),
        ("search=1002", ["Reed"]),
        ("search=zorn&care=all", []),
        ("route=IM", ["Moss"]),
        ("route=IV", []),
        ("whose=mine", ["Moss", "Reed"]),
        ("route=nonsense", ["Moss", "Reed"]),
        ("page=99", ["Moss", "Reed"]),
        ("practice_id=1&team__membership=1&order_by=birth_date", ["Moss", "Reed"]),
    ],
)
def test_the_list_filters_inside_the_nurses_scope(clinic, as_, people_of_all_kinds, query, shown):
    assert names_on(as_(clinic.nurse).get(f"{url('list')}?{query}")) == shown


def test_an_admin_sees_everybody_and_mine_means_nobody(clinic, as_, people_of_all_kinds):
    client = as_(clinic.admin)
    assert names_on(client.get(url("list"))) == ["Moss", "Reed", "Zorn"]
    assert names_on(client.get(url("list") + "?whose=mine")) == []


def test_the_list_pages_by_25(clinic, as_):
    for _ in range(27):
        build.patient(clinic.nurse)
    client = as_(clinic.nurse)
    assert len(names_on(client.get(url("list")))) == 25
    second = client.get(url("list") + "?page=2&search=given")
    assert len(names_on(second)) == 2
    assert "search=given" in second.content.decode()


def test_the_list_says_how_far_a_series_is(clinic, as_, patient):
    series = build.series(patient, clinic.prescriber)
    chart.sessions_given.register("probe", lambda series_ids: {series.pk: 3})
    assert b"3 of 6" in as_(clinic.nurse).get(url("list")).content
    assert b"3 of 6" in as_(clinic.nurse).get(url("overview", patient.pk)).content


def test_an_empty_list_says_what_to_do(clinic, as_):
    assert b"No patients yet" in as_(clinic.nurse).get(url("list")).content
    assert b"Nobody fits these filters" in as_(clinic.nurse).get(url("list") + "?search=x").content


# constant cost


def grow(clinic, patient, number: int) -> None:
    for index in range(number):
        more = build.patient_with_team(clinic)
        build.series(more, clinic.prescriber)
        actions.add_allergy(patient=patient, by=clinic.nurse, at=build.AT, substance=f"S{index}", severity="mild")
        actions.add_medicine(patient=patient, by=clinic.nurse, at=build.AT, name=f"M{index}")
        build.consent(patient, clinic.nurse)
        build.screened(patient, clinic.nurse)


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("list", 7),
        ("overview", 14),
        ("facts", 10),
        ("contraindications", 8),
        ("consents", 9),
        ("team", 9),
        ("series_list", 8),
    ],
)
def test_pages_cost_the_same_for_3_rows_and_20(clinic, patient, as_, page, most):
    client, address = as_(clinic.nurse), url(page, *([] if page == "list" else [patient.pk]))
    grow(clinic, patient, 3)
    client.get(address)
    few = queries(client, address)
    for index in range(17):
        build.patient_with_team(clinic)
        actions.add_allergy(patient=patient, by=clinic.nurse, at=build.AT, substance=f"T{index}", severity="mild")
        build.consent(patient, clinic.nurse)
        build.screened(patient, clinic.nurse)
    assert queries(client, address) == few
    assert few <= most


def test_home_panels_cost_the_same_for_3_patients_and_20(clinic, as_):
    costs = []
    for number in (3, 17):
        for _ in range(number):
            build.series(build.patient_with_team(clinic), clinic.prescriber)
        with CaptureQueriesContext(connection) as captured:
            panels_for(clinic.nurse, build.AT)
            panels_for(clinic.admin, build.AT)
        costs.append(len(captured))
    assert costs[0] == costs[1]


# the chart


def test_the_overview_shows_sections_by_permission(clinic, as_, patient):
    actions.add_allergy(patient=patient, by=clinic.nurse, at=build.AT, substance="Penicillin", severity="severe")
    actions.add_medicine(patient=patient, by=clinic.nurse, at=build.AT, name="Lorazepam")
    actions.add_diagnosis(patient=patient, by=clinic.nurse, at=build.AT, code="F43.12")
    told = {"what": "psychotherapy", "was_adequate": True, "outcome": "none", "source": "patient"}
    actions.add_trial(patient=patient, by=clinic.nurse, at=build.AT, treatment="Prolonged exposure", **told)
    actions.update_patient(patient=patient, by=clinic.nurse, at=build.AT, version=1, height_cm=171)
    clinical = (
        "Prolonged exposure",
        "ne adequate trial failed",
        "Penicillin",
        "Lorazepam",
        "F43.12",
        "Safe to treat?",
        "171 cm",
        "Stands before a dose",
    )
    for role in ("prescriber", "nurse", "therapist"):
        page = as_(getattr(clinic, role)).get(url("overview", patient.pk)).content.decode()
        assert all(words in page for words in clinical), role
    for role in ("admin", "compliance"):
        page = as_(getattr(clinic, role)).get(url("overview", patient.pk)).content.decode()
        assert not any(words in page for words in clinical), role
        assert "Treatment series" in page
        assert "Emergency" in page


def test_the_header_is_on_every_page_of_the_chart(clinic, as_, patient):
    actions.update_patient(
        patient=patient, by=clinic.nurse, at=build.AT, version=1, preferred_name="Addie", pronouns="she/her"
    )
    for name in ("overview", "facts", "contraindications", "consents", "team", "series_list"):
        page = as_(clinic.nurse).get(url(name, patient.pk)).content.decode()
        for words in ("Addie Moss", "she/her", "Moss, Ada", patient.mrn, "tel:5550100199", "No allergy recorded"):
            assert words in page, (name, words)
        assert page.count("<h1") == 1


def test_higher_apps_add_tabs_and_panels(clinic, as_, patient):
    series = build.series(patient, clinic.prescriber)
    told = {}

    def tab(reach, patient):
        told["tab"] = (reach.actor.name, patient.pk)
        return [ChartTab("Sessions", "/somewhere/", "sessions", 5, count=2)]

    def panel(**asked):
        told["panel"] = sorted(asked)
        return [Panel("probe", "A probe", "patients/home/patients.html", {"patients": [], "text": "", "route": ""})]

    chart.tabs.register("probe", tab)
    chart.summary.register("probe", panel)
    chart.series_panels.register("probe", panel)
    response = as_(clinic.nurse).get(url("overview", patient.pk))
    assert b"A probe" in response.content
    labels = [link["label"] for link in response.context["chart_tabs"]]
    assert labels == ["Overview", "Sessions", "Medical facts", "Screening", "Consents", "Series", "Corrections"]
    assert told == {"tab": (clinic.nurse.name, patient.pk), "panel": ["actor", "at", "patient"]}
    assert b"A probe" in as_(clinic.nurse).get(url("series", series.pk)).content
    assert told["panel"] == ["actor", "at", "series"]


def test_series_nobody_speaks_for_have_no_sessions_given(clinic, patient):
    series = build.series(patient, clinic.prescriber)
    assert given_by_series([series.pk]) == {series.pk: 0}
    assert given_by_series([]) == {}


# navigation and home


@pytest.mark.parametrize("role", ["prescriber", "nurse", "therapist", "admin", "compliance"])
def test_everybody_finds_the_patients(clinic, role):
    entries = {entry["label"]: entry["url"] for entry in navigation_for(getattr(clinic, role), "/")}
    assert entries["Patients"] == "/patients/"


def panels(actor, at) -> dict[str, Panel]:
    return {panel.key: panel for panel in panels_for(actor, at)}


def test_a_clinicians_home_has_their_patients(clinic, patient, at):
    build.series(patient, clinic.prescriber)
    build.patient(clinic.prescriber)
    panel = panels(clinic.nurse, at)["my-patients"]
    assert panel.count == 1
    assert [(series.patient, given) for series, given in panel.context["rows"]] == [(patient, 0)]
    assert "no-consent" not in panels(clinic.nurse, at)


def test_an_admins_home_has_what_is_missing(clinic, at):
    ready = build.ready_patient(clinic, at)
    orphan = build.patient(clinic.admin, at)
    withdrawn = build.patient_with_team(clinic, at)
    consent = build.consent(withdrawn, clinic.nurse, at)
    actions.withdraw_consent(consent=consent, by=clinic.nurse, at=at, reason="")
    shown = {
        key: {row.pk for row in panel.context["patients"]}
        for key, panel in panels(clinic.admin, at).items()
        if "patients" in panel.context
    }
    assert shown["no-team"] == {orphan.pk}
    assert shown["no-consent"] == {orphan.pk, withdrawn.pk}
    assert shown["new-patients"] == {ready.pk, orphan.pk, withdrawn.pk}
    assert "my-patients" not in panels(clinic.admin, at)


def test_the_home_page_shows_the_panels(clinic, as_, patient):
    build.series(patient, clinic.prescriber)
    assert b"My patients" in as_(clinic.nurse).get("/").content
    assert b"Treatment consent missing" in as_(clinic.admin).get("/").content


def test_age_is_counted_to_the_birthday(patient):
    patient.birth_date = date(1980, 6, 2)
    assert [patient.age_on(date(2026, 6, day)) for day in (1, 2)] == [45, 46]
