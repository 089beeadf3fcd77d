"""Outcomes over many patients: what counts, what is missing and why, who may see them, small groups (J10, R12)."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions import change_practice_settings
from accounts.models import Practice
from accounts.roles import Permission
from assessments.actions import start_version, submit_assessment
from assessments.drafts import new_draft
from assessments.models import Assessment
from common.errors import InvalidInput
from common.models import AuditEvent
from outcomes.outcomes_page import choices, outcomes_page
from outcomes.tally import Share
from tests.builders import accounts, assessments, patients
from tests.builders import outcomes as build

pytestmark = pytest.mark.django_db
COHORT = json.loads((Path(__file__).parents[2] / "data" / "outcome_vectors.json").read_text(encoding="utf-8"))[
    "cohort_example"
]
LATER = build.AT + timedelta(days=200)


def as_(actor) -> Client:
    return accounts.sign_in(Client(), actor)


def own(clinic, at=LATER, **asked):
    return outcomes_page(clinic.prescriber, Permission.VIEW_ASSESSMENTS, at, **asked)


def report(clinic, **asked):
    return outcomes_page(clinic.admin, Permission.VIEW_REPORTS, LATER, **asked)


def groups(found) -> dict:
    return {group.label: group for group in found}


def test_the_example_cohort_through_the_database(clinic):
    for before, after in COHORT["pairs"]:
        build.course(clinic, before, after)
    found = own(clinic)
    result, expected = found.overall.result, COHORT["expect"]
    assert (result.total, result.counted) == (8, expected["n"])
    assert result.shares["response"] == Share(expected["responders"], 8)
    assert result.shares["remission"] == Share(expected["remitters"], 8)
    assert result.shares["reliable_better"] == Share(expected["reliable_improved"], 8)
    assert result.shares["reliable_worse"] == Share(0, 8)
    assert result.before.mean == expected["baseline_mean"]
    assert round(result.before.sd, 4) == Decimal("3.1168")
    assert round(result.after.sd, 4) == Decimal("4.6522")


def test_each_session_by_its_number_and_each_series_by_its_route_after_its_last(clinic):
    build.course(clinic, 20, 15, 8)
    build.course(clinic, 18, 9)
    build.course(clinic, 16, 16, route="IV")
    found = own(clinic)
    numbers, routes = groups(found.by_number), groups(found.by_route)
    assert numbers["Session 1"].result.shares["response"] == Share(1, 3)
    assert numbers["Session 2"].result.shares["response"] == Share(1, 1)
    assert {name: one.result.shares["response"] for name, one in routes.items()} == {
        "Intravenous (IV)": Share(0, 1),
        "Intramuscular (IM)": Share(2, 2),
    }
    assert found.overall.result.shares["response"] == Share(2, 3)


def test_who_is_missing_and_why(clinic):
    build.course(clinic, None, 10)
    build.course(clinic, 20, None)
    build.course(clinic, 20, 10)
    build.course(clinic, 20, None, at=LATER - timedelta(days=5))
    result = own(clinic).overall.result
    told = (result.total, result.counted, result.no_before, result.no_after, result.waiting)
    assert told == (4, 1, 1, 1, 1)


def test_drafts_aborted_and_unsigned_sessions_never_count(clinic):
    series = build.course(clinic, 20, 8)
    build.session(clinic, series, 2, None, state="aborted")
    build.session(clinic, series, 3, build.AT + timedelta(days=40), state="recovery")
    build.phq9(series.patient, clinic.nurse, build.AT + timedelta(days=46), 0)
    given = assessments.given_set(series.patient, clinic.nurse, build.AT + timedelta(days=8))
    Assessment.objects.create(
        patient=series.patient,
        assessment_set=given,
        instrument="PHQ9",
        instrument_version="1",
        started_at=build.AT + timedelta(days=8),
        answered_at=build.AT + timedelta(days=8),
        total=Decimal(0),
    )
    found = own(clinic)
    assert (found.excluded.called_off, found.excluded.not_signed, found.excluded.drafts) == (1, 1, 1)
    assert found.overall.result.total == 1
    assert found.overall.result.after.mean == 8
    assert list(groups(found.by_number)) == ["Session 1"]


def test_the_window_after_a_dose_has_both_its_sides(clinic):
    """From day 3 to before day 31 and before the next dose; the newest counts (KAP-OUT-AFTER)."""
    patient = patients.patient_with_team(clinic, build.AT - build.WEEK)
    series = patients.series(patient, clinic.prescriber, build.AT - build.WEEK)
    build.session(clinic, series, 1, build.AT)
    build.session(clinic, series, 2, build.AT + timedelta(days=5))
    for day, points in ((-61, 3), (-2, 20), (2.9, 18), (3, 14), (4.9, 12), (5, 1), (7.9, 2), (35.9, 6), (36, 0)):
        build.phq9(patient, clinic.nurse, build.AT + timedelta(days=day), points)
    means = {name: one.result.after.mean for name, one in groups(own(clinic).by_number).items()}
    assert means == {"Session 1": 12, "Session 2": 6}


def test_a_score_of_two_months_before_is_no_baseline(clinic):
    for days, counted in ((60, 1), (61, 1)):
        series = build.course(clinic, None, 8)
        build.phq9(series.patient, clinic.nurse, build.AT - timedelta(days=days), 20)
        assert own(clinic).overall.result.counted == counted


def test_a_period_is_that_of_the_first_dose(clinic):
    build.course(clinic, 20, 8)
    build.course(clinic, 20, 20, at=build.AT + timedelta(days=100))
    _, periods = choices(clinic.prescriber, Permission.VIEW_ASSESSMENTS, LATER)
    totals = {code: own(clinic, period=periods[code]).overall.result.total for code in ("all", "2026-Q1", "2026-Q2")}
    assert totals == {"all": 2, "2026-Q1": 1, "2026-Q2": 1}


def test_how_long_a_response_lasts(clinic):
    lost = build.course(clinic, 20, 8)
    build.phq9(lost.patient, clinic.nurse, build.AT + timedelta(days=6 + 20), 10)
    build.phq9(lost.patient, clinic.nurse, build.AT + timedelta(days=6 + 40), 11)
    kept = build.course(clinic, 20, 4)
    build.phq9(kept.patient, clinic.nurse, build.AT + timedelta(days=6 + 70), 9)
    build.course(clinic, 20, 15)
    found = own(clinic).kept
    # The score of day 26 lies in the window after the dose: it is the one that counts, and week 0.
    assert found.responders == 2
    assert [(one.week, one.at_risk, one.events, one.survival) for one in found.steps] == [
        (3, 2, 1, Decimal("0.5")),
        (10, 1, 0, Decimal("0.5")),
    ]


# A questionnaire that the practice wrote


def own_score(clinic, patient, at, points: int):
    """An answer to the practice's own questionnaire; `points` from 0 to 10 on its one number."""
    given = assessments.given_set(patient, clinic.nurse, at, instruments=("OWN-1",))
    answers = {"q1": 0, "q2": points, "q3": 0}
    return submit_assessment(assessment=new_draft(given, "OWN-1", at), by=clinic.nurse, at=at, answers=answers)


@pytest.fixture
def own_questionnaire(clinic):
    at = build.AT - timedelta(days=50)
    return assessments.own_questionnaire(clinic.admin, at, score={"direction": "higher_better", "bands": []})


def test_a_score_of_the_practices_own_is_counted_without_yardsticks(clinic, own_questionnaire):
    names, _ = choices(clinic.prescriber, Permission.VIEW_ASSESSMENTS, LATER)
    assert names["OWN-1"] == "The room"
    assert names["PHQ9"]
    for before, after in ((2, 6), (4, 10)):
        patient = build.course(clinic, None, None).patient
        own_score(clinic, patient, build.AT - timedelta(days=1), before)
        own_score(clinic, patient, build.AT + timedelta(days=6), after)
    found = own(clinic, instrument="OWN-1")
    result = found.overall.result
    assert (result.counted, result.before.mean, result.after.mean, result.change.mean) == (2, 3, 8, 5)
    measures = ("response", "remission", "reliable_better", "reliable_worse", "recovery")
    assert {name: result.shares[name].n for name in measures} == dict.fromkeys(measures, 0)
    assert found.kept is None
    text = as_(clinic.prescriber).get(reverse("outcomes:own_patients"), {"instrument": "OWN-1"}).text
    assert "Mean The room before and after each session" in text
    assert "Dose of session 1" in text
    assert "No source gives one for this questionnaire" in text
    assert "Answers to version 1:" in text
    file = as_(clinic.prescriber).get(reverse("outcomes:export_own_patients"), {"instrument": "OWN-1"}).text
    assert "The room,Everything,after the last session,All,2,2," in file


def test_only_versions_that_count_alike_are_put_together(clinic, own_questionnaire):
    patient = build.course(clinic, None, None).patient
    own_score(clinic, patient, build.AT - timedelta(days=1), 4)
    draft = start_version(by=clinic.admin, at=build.AT, code="OWN-1")
    asked = own_questionnaire.definition["questions"]
    worded = [asked[0] | {"text": "And the music?"}, *asked[1:]]
    assessments.published(assessments.changed_draft(draft, clinic.admin, questions=worded), clinic.admin)
    own_score(clinic, patient, build.AT + timedelta(days=6), 7)
    found = own(clinic, instrument="OWN-1")
    assert (found.overall.result.counted, found.overall.result.change.mean) == (1, 3)
    assert ("Versions", found.definitions[0][1]) == found.definitions[0]
    assert "versions 1, 2" in found.definitions[0][1]
    draft = start_version(by=clinic.admin, at=LATER, code="OWN-1")
    fewer = [worded[0] | {"counts": False}, *worded[1:]]
    assessments.published(assessments.changed_draft(draft, clinic.admin, questions=fewer), clinic.admin, LATER)
    found = own(clinic, instrument="OWN-1")
    assert (found.overall.result.total, found.overall.result.counted, found.overall.result.no_before) == (1, 0, 1)


def test_one_without_a_score_or_of_another_practice_cannot_be_chosen(clinic, own_questionnaire):
    assessments.own_questionnaire(clinic.admin, build.AT, name="Only words", score=None)
    names, _ = choices(clinic.prescriber, Permission.VIEW_ASSESSMENTS, LATER)
    assert "OWN-2" not in names
    other = accounts.clinic_with_staff(name="Other")
    assert "OWN-1" not in choices(other.prescriber, Permission.VIEW_ASSESSMENTS, LATER)[0]
    refused = as_(other.prescriber).get(reverse("outcomes:own_patients"), {"instrument": "OWN-1"})
    assert refused.status_code == 422


# Who may see what


def test_a_report_leaves_out_small_groups_and_names_nobody(clinic):
    """R12: an admin sees no scores of a person, and none that could be told apart (KAP-OUT-CELL)."""
    series = [build.course(clinic, 20, 8) for _ in range(11)]
    series += [build.course(clinic, 20, 15, route="IV") for _ in range(2)]
    found = report(clinic)
    assert not found.overall.is_hidden
    assert {group.is_hidden for group in found.by_route} == {True}
    text = as_(clinic.admin).get(reverse("outcomes:report")).text
    assert "Left out: fewer than 11" in text
    for one in series:
        assert one.patient.family_name not in text
        assert one.patient.mrn not in text
    Practice.objects.filter(pk=clinic.practice.pk).update(report_least_count=14)
    clinic.admin.practice.refresh_from_db()
    assert report(clinic).overall.is_hidden
    assert report(clinic).chart is None


def test_a_report_leaves_out_the_weeks_in_which_few_were_followed(clinic):
    """KAP-OUT-CELL, KAP-OUT-KEPT: a clinician's own patients are all shown, in a report at least 11 of them."""
    series = [build.course(clinic, 20, 8) for _ in range(13)]
    for place, one in enumerate(series):
        week = 3 if place < 2 else 6 if place < 5 else 10
        build.phq9(one.patient, clinic.nurse, build.AT + timedelta(days=6, weeks=week), 15 if place in (0, 2, 5) else 8)
    every = [(step.week, step.at_risk) for step in own(clinic).kept.steps]
    # The score of week 3 lies in the window after the dose of some: what counts is that nobody is told of alone.
    assert any(followed < 11 for _, followed in every)
    found = report(clinic).kept
    assert [(step.week, step.at_risk) for step in found.steps] == [row for row in every if row[1] >= 11]
    assert found.is_cut
    text = as_(clinic.admin).get(reverse("outcomes:report")).text
    assert "Later weeks are left out: fewer than 11 people were followed." in text
    shown = text.partition('id="kept"')[2].partition("</table>")[0]
    for week, followed in every:
        row = f'<th scope="row">{week}</th><td class="num">{followed}</td>'
        assert (row in shown) is (followed >= 11), week
    mine = as_(clinic.prescriber).get(reverse("outcomes:own_patients")).text
    assert "Later weeks are left out" not in mine


def test_a_clinician_sees_the_own_patients_only(clinic):
    build.course(clinic, 20, 8)
    alone = accounts.actor(accounts.staff(clinic.practice, ["therapist"]))
    assert outcomes_page(alone, Permission.VIEW_ASSESSMENTS, LATER).overall.result.total == 0
    assert own(clinic).overall.result.total == 1


@pytest.mark.parametrize("name", ["report", "export_report", "own_patients", "export_own_patients"])
def test_who_may_open_it(clinic, name):
    """R2."""
    address = reverse(f"outcomes:{name}")
    allowed = ("admin", "compliance") if "report" in name else ("prescriber", "nurse", "therapist")
    for role in ("prescriber", "nurse", "therapist", "admin", "compliance"):
        expected = 200 if role in allowed else 403
        assert as_(getattr(clinic, role)).get(address).status_code == expected, role
    assert Client().get(address).status_code == 302


def test_another_practice_is_never_counted(clinic):
    other = accounts.clinic_with_staff(name="Other")
    build.course(other, 20, 8)
    assert report(clinic).is_empty
    assert own(clinic).is_empty


def test_it_is_reached_from_home_and_says_what_is_empty(clinic):
    for actor, name in ((clinic.admin, "report"), (clinic.therapist, "own_patients")):
        client, address = as_(actor), reverse(f"outcomes:{name}")
        assert f'href="{address}"' in client.get("/").text
        assert "Nothing is counted yet" in client.get(address).text


def test_a_page_says_what_counts_as_what_and_shows_each_drawing_as_a_table(clinic):
    build.course(clinic, 20, 12, 8)
    text = as_(clinic.prescriber).get(reverse("outcomes:own_patients")).text
    for words in (
        "A fall of at least 50 % from a baseline above 0",
        "A score of 4 or less afterwards.",
        "At least 6 points, better or worse.",
        "1.96 × SD × √2 × √(1 − reliability)",
        "AS-PHQ9-CUTOFFS",
        "as a table (3 times)",
        "Dose of session 2",
        "After session 2",
        "1 of 1",
    ):
        assert words in text, words


def test_a_choice_that_is_none_is_refused_beside_its_field(clinic):
    response = as_(clinic.prescriber).get(reverse("outcomes:own_patients"), {"instrument": "nope", "period": "all"})
    assert response.status_code == 422
    assert "Choose a questionnaire of the list." in response.text


def test_the_file_tells_the_same_and_is_audited(clinic):
    build.course(clinic, 20, 8)
    response = as_(clinic.prescriber).get(reverse("outcomes:export_own_patients"), {"instrument": "PHQ9"})
    rows = list(csv.DictReader(io.StringIO(response.text)))
    told = {(row["By"], row["Group"]): row for row in rows}
    overall = told["after the last session", "All"]
    assert (overall["Response"], overall["Response of"], overall["Mean change"]) == ("1", "1", "-12.00")
    assert ("route", "Intramuscular (IM)") in told
    assert told["not counted", "Sessions not signed yet"]["Series or sessions"] == "0"
    assert AuditEvent.objects.get(action="outcomes.exported_outcomes").detail == {
        "instrument": "PHQ9",
        "period": "all",
        "series": 1,
        "report": False,
    }
    small = as_(clinic.admin).get(reverse("outcomes:export_report")).text
    assert "fewer than 11, or left out with such a group" in small
    assert "-12.00" not in small


def test_the_queries_do_not_grow(clinic):
    """Two patients or ten: as many statements, and as many rows read as there are different pairs."""
    costs = []
    for number in (2, 8):
        for _ in range(number):
            build.course(clinic, 20, 12, 8)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            own(clinic)
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 5


def test_how_small_a_group_may_be_is_set_by_an_admin(clinic):
    change = {"practice": clinic.practice, "by": clinic.admin, "at": timezone.now()}
    for wrong in (4, 101):
        with pytest.raises(InvalidInput):
            change_practice_settings(**change, report_least_count=wrong)
    for right in (5, 100):
        assert change_practice_settings(**change, report_least_count=right).report_least_count == right
