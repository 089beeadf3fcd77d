"""Giving, saving and submitting questionnaires: once only, scored by their rules, risk in the same transaction."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.actor import patient_actor, system_actor
from assessments import actions, hooks
from assessments.drafts import draft_of
from assessments.models import AnswerLink, Assessment, AssessmentSet, RiskItem
from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from tests.builders import accounts
from tests.builders import assessments as build

ASQ_CALM = {"q1": 0, "q2": 0, "q3": 0, "q4": 0}


def audited(action):
    return AuditEvent.objects.filter(action=action)


def test_give_stores_the_set_in_order(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at, instruments=("PHQ9", "ASQ", "PHQ9"))
    assert given.instruments == ["PHQ9", "ASQ"]
    assert given.is_open
    assert audited("assessments.give").get().role == "nurse"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"instruments": []}, "instruments"),
        ({"instruments": ["NOSUCH"]}, "instruments"),
        ({"instruments": ["BDI2"]}, "instruments"),
        ({"occasion": "party"}, "occasion"),
    ],
)
def test_give_refuses_what_cannot_be_given(clinic, patient, at, changed, field):
    with pytest.raises(InvalidInput) as refusal:
        build.given_set(patient, clinic.nurse, at, **changed)
    assert field in refusal.value.fields
    assert not AssessmentSet.objects.exists()


@pytest.mark.parametrize("role", ["admin", "compliance"])
def test_give_needs_a_clinical_role(clinic, patient, at, role):
    with pytest.raises(NotPermitted):
        build.given_set(patient, getattr(clinic, role), at)


def test_give_needs_the_care_team_and_the_practice(clinic, other_clinic, patient, at):
    stranger = accounts.actor(accounts.staff(clinic.practice, at=at))
    with pytest.raises(NotPermitted):
        build.given_set(patient, stranger, at)
    with pytest.raises(OutOfScope):
        build.given_set(patient, other_clinic.nurse, at)


def test_a_scheduled_set_may_come_from_the_system(clinic, patient, at):
    given = build.given_set(patient, system_actor("follow-ups", clinic.practice.pk), at, scheduled=True)
    assert given.created_by is None


def test_reading_a_draft_stores_nothing(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    draft = draft_of(given, "PHQ9", at)
    assert draft._state.adding
    assert not Assessment.objects.exists()
    with pytest.raises(OutOfScope):
        draft_of(given, "PCL5", at)


def test_save_keeps_the_draft_and_a_second_save_changes_the_same_row(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    first = actions.save_answers(assessment=draft_of(given, "PHQ9", at), by=clinic.nurse, at=at, answers={"q1": 2})
    again = AssessmentSet.objects.get(pk=given.pk)
    second = actions.save_answers(
        assessment=draft_of(again, "PHQ9", at), by=clinic.nurse, at=at, answers={"q1": 1, "q2": None}
    )
    assert first.pk == second.pk
    assert Assessment.objects.get().answers == {"q1": 1}
    assert Assessment.objects.get().submitted_at is None
    assert [event.detail for event in audited("assessments.save_answers").order_by("detail")] == [{"answered": 1}] * 2


def test_two_unsaved_drafts_become_one_row(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    one, two = draft_of(given, "PHQ9", at), draft_of(given, "PHQ9", at)
    actions.save_answers(assessment=one, by=clinic.nurse, at=at, answers={"q1": 1})
    actions.save_answers(assessment=two, by=clinic.nurse, at=at, answers={"q1": 3})
    assert Assessment.objects.get().answers == {"q1": 3}


def test_start_returns_the_same_draft(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    one = actions.start_assessment(assessment_set=given, instrument="PHQ9", by=clinic.nurse, at=at)
    two = actions.start_assessment(assessment_set=given, instrument="PHQ9", by=clinic.nurse, at=at)
    assert one.pk == two.pk
    with pytest.raises(InvalidInput):
        actions.start_assessment(assessment_set=given, instrument="PCL5", by=clinic.nurse, at=at)


@pytest.mark.parametrize("answers", [{"q1": 4}, {"q1": "1"}, {"q1": True}, {"nope": 1}])
def test_save_and_submit_refuse_impossible_answers(clinic, patient, at, answers):
    given = build.given_set(patient, clinic.nurse, at)
    for act in (actions.save_answers, actions.submit_assessment):
        with pytest.raises(InvalidInput) as refusal:
            act(assessment=draft_of(given, "PHQ9", at), by=clinic.nurse, at=at, answers=answers)
        assert set(refusal.value.fields) == set(answers)
    assert not Assessment.objects.exists()


def test_submit_scores_and_freezes(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    sent = build.answered(given, "PHQ9", clinic.nurse, at, q1=3, q2=3, q3=3, q4=3)
    stored = Assessment.objects.get()
    assert (stored.pk, stored.total, stored.severity) == (sent.pk, 12, "moderate")
    assert stored.submitted_at == at
    assert stored.submitted_by_id == clinic.nurse.membership_id
    assert stored.channel == "staff"
    assert stored.details["screen_positive"] is True
    assert audited("assessments.submit").get().detail == {"instrument": "PHQ9"}
    with pytest.raises(Exception, match="frozen"):
        Assessment.objects.filter(pk=stored.pk).update(total=0)


def test_submit_twice_is_refused_and_stores_nothing_new(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    build.answered(given, "PHQ9", clinic.nurse, at, q9=1)
    with pytest.raises(StaleState):
        build.answered(given, "PHQ9", clinic.nurse, at, q9=3)
    with pytest.raises(StaleState):
        actions.save_answers(assessment=draft_of(given, "PHQ9", at), by=clinic.nurse, at=at, answers={})
    assert Assessment.objects.get().answers["q9"] == 1
    assert RiskItem.objects.count() == 1


def test_submit_may_insist_on_every_required_answer(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    draft = draft_of(given, "GAD7", at)
    with pytest.raises(InvalidInput) as refusal:
        actions.submit_assessment(assessment=draft, by=clinic.nurse, at=at, answers={"q1": 0}, allow_missing=False)
    assert {"q2", "q7"} <= set(refusal.value.fields)
    assert not Assessment.objects.exists()
    sent = actions.submit_assessment(assessment=draft, by=clinic.nurse, at=at, answers={"q1": 0})
    assert not sent.is_complete


@pytest.mark.parametrize(
    ("code", "changed", "expected"),
    [
        ("PHQ9", {"q9": 0}, []),
        ("PHQ9", {"q9": 1}, [("SI_POSITIVE", "alert")]),
        ("PHQ9", {"q9": 2}, [("SI_URGENT", "urgent")]),
        ("PHQ9", {"q9": None}, []),
        ("ASQ", {}, []),
        ("ASQ", {"q1": 1, "q5": 0}, [("SUICIDE_POSITIVE", "alert")]),
        ("ASQ", {"q1": 1, "q5": 1}, [("SUICIDE_ACUTE", "urgent")]),
        ("ASQ", {"q1": "refused"}, [("SUICIDE_ACUITY_UNKNOWN", "urgent")]),
        ("ASQ", {"q4": None}, [("SUICIDE_SCREEN_INCOMPLETE", "alert")]),
        ("ASQ", {"q5": 1}, [("SUICIDE_ACUTE", "urgent")]),
        ("SUDS", {"suds": 10}, []),
        ("PCL5", {"q16": 4}, []),
    ],
)
def test_risk_items_come_from_suicide_answers_only(clinic, patient, at, code, changed, expected):
    build.answered_set(patient, clinic.nurse, at, {code: changed})
    assert [(item.code, item.severity) for item in RiskItem.objects.all()] == expected
    assert audited("assessments.raise_risk").count() == len(expected)


def test_risk_and_answers_are_one_transaction(clinic, patient, at, monkeypatch):
    given = build.given_set(patient, clinic.nurse, at, instruments=("PHQ9",))

    def fail(**_):
        raise RuntimeError("the hook failed")

    monkeypatch.setattr(hooks.submitted, "_answers", {"test": fail})
    with pytest.raises(RuntimeError):
        build.answered(given, "PHQ9", clinic.nurse, at, q9=3)
    assert not Assessment.objects.exists()
    assert not RiskItem.objects.exists()
    assert not audited("assessments.submit").exists()


def test_the_set_is_complete_after_its_last_questionnaire(clinic, patient, at, monkeypatch):
    told = []
    monkeypatch.setattr(hooks.submitted, "_answers", {"test": lambda **said: told.append(said) or []})
    given = build.given_set(patient, clinic.nurse, at, instruments=("PHQ9", "GAD7"))
    build.answered(given, "GAD7", clinic.nurse, at)
    given.refresh_from_db()
    assert given.is_open
    assert told == []
    build.answered(given, "PHQ9", clinic.nurse, at)
    given.refresh_from_db()
    assert given.completed_at == at
    assert [said["assessment_set"].pk for said in told] == [given.pk]


def test_a_cancelled_set_takes_no_answers(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    build.link(given, clinic.nurse, at)
    actions.cancel_set(assessment_set=given, by=clinic.nurse, at=at)
    with pytest.raises(StaleState):
        build.answered(given, "PHQ9", clinic.nurse, at)
    with pytest.raises(StaleState):
        actions.cancel_set(assessment_set=given, by=clinic.nurse, at=at)
    assert AnswerLink.objects.get().revoked_at == at


def test_a_patient_answers_only_over_a_live_link_of_the_same_set(clinic, patient, at):
    given, other = build.given_set(patient, clinic.nurse, at), build.given_set(patient, clinic.nurse, at)
    link, _ = build.link(given, clinic.nurse, at)
    by = patient_actor(patient, clinic.practice.pk)
    values = {"by": by, "at": at, "answers": build.lowest_answers("PHQ9")}
    with pytest.raises(NotPermitted):
        actions.submit_assessment(assessment=draft_of(given, "PHQ9", at), **values)
    with pytest.raises(NotPermitted):
        actions.submit_assessment(assessment=draft_of(other, "PHQ9", at), link=link, **values)
    late = values | {"at": link.expires_at}
    with pytest.raises(StaleState):
        actions.submit_assessment(assessment=draft_of(given, "PHQ9", at), link=link, **late)
    sent = actions.submit_assessment(assessment=draft_of(given, "PHQ9", at), link=link, **values)
    assert (sent.channel, sent.link_id, sent.submitted_by_id) == ("handed", link.pk, None)
    actions.submit_assessment(
        assessment=draft_of(given, "GAD7", at), link=link, by=by, at=at, answers=build.lowest_answers("GAD7")
    )
    link.refresh_from_db()
    assert link.used_at == at


def test_a_new_link_ends_the_older_one(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    older, _ = build.link(given, clinic.nurse, at)
    newer, token = build.link(given, clinic.nurse, at)
    older.refresh_from_db()
    assert older.revoked_at == at
    assert list(AnswerLink.objects.answerable(at)) == [newer]
    assert len(token) >= 43
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert token not in str(cursor.fetchall())


def test_the_birth_date_locks_after_five_wrong_tries(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at)
    link, _ = build.link(given, clinic.nurse, at)
    by = patient_actor(patient, clinic.practice.pk)
    wrong = patient.birth_date + timedelta(days=1)
    for _ in range(4):
        assert not actions.check_birth_date(link=link, by=by, at=at, birth_date=wrong)
    assert actions.check_birth_date(link=link, by=by, at=at, birth_date=patient.birth_date)
    for _ in range(5):
        assert not actions.check_birth_date(link=link, by=by, at=at, birth_date=wrong)
    link.refresh_from_db()
    assert link.locked_at == at
    assert not actions.check_birth_date(link=link, by=by, at=at, birth_date=patient.birth_date)
