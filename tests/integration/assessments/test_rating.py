"""Scales that a clinician rates: offered once loaded, rated from the patient's page, signed, scored, never by link."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.catalogue import all_instruments
from assessments.forms.giving import instrument_choices, scale_choices
from assessments.models import AnswerLink, Assessment, AssessmentSet, RiskItem
from assessments.practice_catalogue import catalogue_of
from assessments.questions import is_given_over_links, is_rated
from assessments.trend import trend_of
from common.errors import InvalidInput
from common.models import AuditEvent
from tests.builders import accounts
from tests.builders import assessments as build

NOW = timezone.now


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def nurse(clinic):
    return accounts.sign_in(Client(), clinic.members["nurse"])


def chosen(browser, patient, code="MADRS", occasion="intake"):
    address = reverse("assessments:rate", args=[patient.pk])
    return browser.post(address, {"instrument": code, "occasion": occasion})


def madrs(**changed) -> dict[str, str]:
    return {key: str(value) for key, value in build.lowest_answers("MADRS", **changed).items()}


def test_every_instrument_is_for_the_patient_or_for_a_clinician():
    assert [each.code for each in all_instruments() if is_rated(each)] == ["ALDRETE", "CADSS", "MADRS", "MOAAS", "RASS"]
    given = [each for each in all_instruments() if each.can_be_given and not is_rated(each)]
    assert all(is_given_over_links(each) for each in given)


def test_a_loaded_scale_is_offered_to_whoever_rates(clinic, other_clinic, patient, nurse):
    address = reverse("assessments:rate", args=[patient.pk])
    assert "MADRS" not in dict(scale_choices(catalogue_of(clinic.practice.pk)))
    assert "Montgomery" not in text(nurse.get(address))
    build.loaded_wording(clinic.admin, NOW(), code="MADRS")
    build.loaded_wording(clinic.admin, NOW(), code="CADSS")
    offered = [code for code, _ in scale_choices(catalogue_of(clinic.practice.pk))]
    assert offered[0] == "MADRS"
    assert set(offered) == {"MADRS", "CADSS", "RASS", "ALDRETE", "MOAAS"}
    assert not set(offered) & set(dict(instrument_choices(catalogue_of(clinic.practice.pk))))
    assert "MADRS" not in dict(scale_choices(catalogue_of(other_clinic.practice.pk)))
    page = text(nurse.get(address))
    assert "Montgomery" in page
    assert address in text(nurse.get(reverse("assessments:of_patient", args=[patient.pk])))


def test_it_is_rated_from_the_patients_page_signed_and_scored(clinic, patient, nurse):
    build.loaded_wording(clinic.admin, NOW(), code="MADRS")
    answer = chosen(nurse, patient)
    given = AssessmentSet.objects.get()
    assert (given.instruments, given.occasion) == (["MADRS"], "intake")
    rating = reverse("assessments:answer", args=[given.pk, "MADRS"])
    assert answer["Location"] == rating
    page = text(nurse.get(rating))
    assert "Made-up question" in page
    assert "Sign and score" in page
    key = next(iter(madrs()))
    assert nurse.post(rating, {key: "4"}).status_code == 422
    assert nurse.post(rating, madrs(**{key: 4})).status_code == 302
    row = Assessment.objects.get()
    assert (row.total, row.submitted_by_id) == (4, clinic.nurse.membership_id)
    assert row.severity == "normal"
    page = text(nurse.get(reverse("assessments:assessment", args=[row.pk])))
    assert f"Rated and signed by {clinic.members['nurse'].user.full_name}." in page
    assert trend_of(patient.pk, "MADRS", actor=clinic.nurse).latest.total == 4
    assert "Montgomery" in text(nurse.get(reverse("assessments:of_patient", args=[patient.pk])))
    event = AuditEvent.objects.get(action="assessments.submit")
    assert event.actor_id == clinic.nurse.user_id
    assert nurse.post(rating, madrs(**{key: 0}))["Location"] == reverse("assessments:assessment", args=[row.pk])
    assert Assessment.objects.get().total == 4


def test_a_rating_about_suicide_raises_the_same_item(clinic, patient, nurse):
    build.loaded_wording(clinic.admin, NOW(), code="MADRS")
    chosen(nurse, patient)
    rating = reverse("assessments:answer", args=[AssessmentSet.objects.get().pk, "MADRS"])
    risky = next(item.key for item in catalogue_of(clinic.practice.pk).get("MADRS").items if item.is_risk)
    nurse.post(rating, madrs(**{risky: 6}))
    assert RiskItem.objects.open().filter(patient=patient).exists()


def test_no_link_and_no_tablet_opens_a_rating(clinic, patient, nurse):
    build.loaded_wording(clinic.admin, NOW(), code="MADRS")
    chosen(nurse, patient)
    given = AssessmentSet.objects.get()
    page = text(nurse.get(reverse("assessments:set", args=[given.pk])))
    assert "A clinician rates this" in page
    for route in ("make_link", "tablet"):
        address = reverse(f"assessments:{route}", args=[given.pk])
        assert address not in page
        assert nurse.post(address).status_code == 422
    assert reverse("assessments:tablet", args=[given.pk]) not in text(
        nurse.get(reverse("assessments:of_patient", args=[patient.pk]))
    )
    with pytest.raises(InvalidInput, match="A clinician rates this one"):
        build.link(given, clinic.nurse, NOW())
    assert not AnswerLink.objects.exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"code": "PHQ9"}, "Choose a scale from the list."),
        ({"code": "MADRS"}, "Choose a scale from the list."),
        ({"code": ""}, "Choose a scale."),
        ({"code": "RASS", "occasion": ""}, "Choose what the rating is for."),
    ],
)
def test_what_is_not_offered_is_refused_beside_the_field(patient, nurse, told, words):
    answer = chosen(nurse, patient, **told)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not AssessmentSet.objects.exists()


@pytest.mark.parametrize(("member", "status"), [("compliance", 403), ("prescriber", 200)])
def test_who_may_rate(clinic, patient, member, status):
    browser = accounts.sign_in(Client(), clinic.members[member])
    assert browser.get(reverse("assessments:rate", args=[patient.pk])).status_code == status


def test_another_practice_and_nobody_reach_no_rating(other_clinic, patient):
    address = reverse("assessments:rate", args=[patient.pk])
    theirs = accounts.sign_in(Client(), other_clinic.members["nurse"])
    assert theirs.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_a_withdrawn_scale_is_offered_no_more(clinic, patient):
    build.loaded_wording(clinic.admin, NOW(), code="MADRS")
    actions.withdraw_wording(by=clinic.admin, at=NOW(), code="MADRS", reason="The licence ended this spring")
    assert "MADRS" not in dict(scale_choices(catalogue_of(clinic.practice.pk)))
