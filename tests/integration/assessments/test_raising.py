"""What raises an item besides answers about suicide: reliable worsening, and a wish to be called (R80)."""

from datetime import timedelta

import pytest

from accounts.actor import patient_actor
from assessments import actions
from assessments.drafts import draft_of
from assessments.models import AnswerLink, Assessment, RiskItem
from assessments.readiness import risk_blockers
from assessments.risk_codes import CALL_ME
from common.errors import InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from tests.builders import accounts, patients
from tests.builders import assessments as build

WEEK = timedelta(days=7)


def phq9(total: int) -> dict:
    """Answers of the first eight questions that add up to this (0 to 24)."""
    return {f"q{number}": max(0, min(3, total - 3 * (number - 1))) for number in range(1, 9)}


def answered(clinic, patient, at, *totals) -> None:
    for week, total in enumerate(totals):
        build.answered_set(patient, clinic.nurse, at + week * WEEK, {"PHQ9": phq9(total)})


def codes() -> list:
    return list(RiskItem.objects.order_by("raised_at").values_list("code", "severity"))


@pytest.mark.parametrize(
    ("totals", "items"), [((10, 15), 0), ((10, 16), 1), ((18, 6, 11), 0), ((18, 6, 12), 1), ((3, 0, 5), 0)]
)
def test_reliable_worsening_raises_an_alert(clinic, patient, at, totals, items):
    answered(clinic, patient, at, *totals)
    assert codes() == [("WORSE_PHQ9", "alert")] * items
    assert AuditEvent.objects.filter(action="assessments.raise_risk").count() == items


def test_a_worsening_that_is_still_open_is_not_raised_again(clinic, patient, at):
    answered(clinic, patient, at, 4, 12, 14)
    (item,) = RiskItem.objects.all()
    assert "12 after 4, 8 points worse than the baseline" in item.sentence
    later, nurse = at + 4 * WEEK, clinic.nurse
    actions.acknowledge_risk(item=item, by=nurse, at=later)
    actions.record_risk_contact(item=item, by=nurse, at=later, how="phone", outcome="Talked about the week.")
    actions.close_risk(item=item, by=nurse, at=later, closing_text="A bad fortnight at work, seen on Friday.")
    build.answered_set(patient, nurse, later, {"PHQ9": phq9(15)})
    assert [code for code, _ in codes()] == ["WORSE_PHQ9"] * 2


def test_another_patients_scores_do_not_count(clinic, patient, at):
    answered(clinic, patients.patient_with_team(clinic), at, 2)
    answered(clinic, patient, at + WEEK, 20)
    assert codes() == []


def test_worsening_holds_the_next_dose(clinic, patient, at):
    answered(clinic, patient, at, 4, 12)
    assert [blocker.code for blocker in risk_blockers(patient, at + 2 * WEEK)] == ["RISK_OPEN_WORSE_PHQ9"]


@pytest.fixture
def link(clinic, patient, at) -> AnswerLink:
    given = build.given_set(patient, clinic.nurse, at, instruments=("SUDS", "VASMOOD"))
    made, _ = build.link(given, clinic.nurse, at)
    return AnswerLink.objects.with_patient().get(pk=made.pk)


def the_patient(link):
    patient = link.assessment_set.patient
    return patient_actor(patient, patient.practice_id)


def submit(link, code, at, **more) -> Assessment:
    draft = draft_of(link.assessment_set, code, at)
    return actions.submit_assessment(
        assessment=draft, by=the_patient(link), at=at, answers=build.lowest_answers(code), link=link, **more
    )


def ask(link, at, words="", by=None, link_of=None):
    return actions.ask_for_call(
        assessment_set=link.assessment_set, by=by or the_patient(link), at=at, link=link_of or link, words=words
    )


def test_a_wish_to_be_called_is_committed_with_the_answers(link, at):
    row = submit(link, "SUDS", at, call_words="  After five, please. ")
    item = row.risk_items.get()
    assert (item.code, item.severity, item.patient_words) == (CALL_ME, "alert", "After five, please.")
    assert item.sentence == "The patient asks to be called."
    assert AuditEvent.objects.get(action="assessments.raise_risk").object_id == item.pk


def test_words_that_are_too_long_store_nothing(link, at):
    with pytest.raises(InvalidInput) as refusal:
        submit(link, "SUDS", at, call_words="x" * 301)
    assert set(refusal.value.fields) == {"call_words"}
    assert not Assessment.objects.exists()
    assert submit(link, "SUDS", at, call_words="x" * 300).risk_items.get().patient_words == "x" * 300


def test_asking_afterwards_is_one_open_wish_and_a_new_one_once_it_is_closed(clinic, link, at):
    with pytest.raises(StaleState):
        ask(link, at)
    submit(link, "SUDS", at)
    submit(link, "VASMOOD", at + timedelta(minutes=1))
    at += timedelta(minutes=2)
    first = ask(link, at, "Evenings are best.")
    assert ask(link, at, "Really.") == first
    assert first.assessment.instrument == "VASMOOD"
    nurse = clinic.nurse
    actions.acknowledge_risk(item=first, by=nurse, at=at)
    actions.record_risk_contact(item=first, by=nurse, at=at, how="phone", outcome="Talked for ten minutes.")
    actions.close_risk(item=first, by=nurse, at=at, closing_text="Question about the next appointment answered.")
    assert ask(link, at).code == "CALL_ME_2"
    assert RiskItem.objects.open().count() == 1
    assert AuditEvent.objects.filter(action="assessments.ask_for_call").count() == 2


def test_only_the_links_own_set_and_only_while_the_link_stands(clinic, patient, link, at):
    submit(link, "SUDS", at)
    other, _ = build.link(build.given_set(patient, clinic.nurse, at), clinic.nurse, at)
    with pytest.raises(NotPermitted):
        ask(link, at, link_of=other)
    with pytest.raises(NotPermitted):
        ask(link, at, by=accounts.actor(accounts.staff(clinic.practice)))
    AnswerLink.objects.filter(pk=link.pk).update(revoked_at=at)
    with pytest.raises(StaleState):
        ask(link, at)
    assert not RiskItem.objects.exists()
    assert ask(link, at, by=clinic.nurse).code == CALL_ME
