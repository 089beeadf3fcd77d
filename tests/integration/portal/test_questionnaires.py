"""The patient's way through the questionnaires: one page each, kept, sent once, help at once, thanked at the end."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import AnswerLink, Assessment, AssessmentSet, RiskItem
from common.models import AuditEvent
from tests.builders import assessments as build
from tests.integration.portal.conftest import Phone
from tests.integration.portal.test_links import body_of


def make_phone(clinic, patient, *instruments, **more):
    at = timezone.now()
    given = build.given_set(patient, clinic.nurse, at, instruments=instruments)
    _, token = build.link(given, clinic.nurse, at, **more)
    return Phone(patient, token).enter()


def test_the_whole_way(phone):
    phone.enter()
    assert "Start" in body_of(phone.get("form"))
    page = body_of(phone.get("part", 1))
    assert "1 of 2" in page
    assert "Little interest or pleasure in doing things" in page
    assert "Developed by Drs." in page
    assert " checked" not in page.replace("you checked", "")
    answer = phone.send(1, "PHQ9", q1=2)
    assert answer["Location"] == reverse("portal:next")
    assert phone.get("next")["Location"] == reverse("portal:part", args=[2])
    assert phone.send(2, "ASQ")["Location"] == reverse("portal:next")
    assert phone.get("next")["Location"] == reverse("portal:done")
    assert "Thank you" in body_of(phone.get("done"))
    first, second = Assessment.objects.order_by("submitted_at")
    assert (first.total, first.channel, second.severity) == (2, "handed", "negative")
    assert first.link_id == second.link_id == phone.link.pk
    assert AssessmentSet.objects.get().completed_at is not None
    phone.link.refresh_from_db()
    assert phone.link.used_at is not None


def test_a_second_open_shows_done_to_this_browser_and_closed_to_others(phone):
    """R72."""
    phone.enter()
    phone.send(1, "PHQ9", q2=3)
    phone.send(2, "ASQ")
    assert phone.open()["Location"] == "/c/"
    assert phone.get("form")["Location"] == reverse("portal:done")
    for route, args in [("part", [1]), ("birth_date", [])]:
        assert phone.get(route, *args)["Location"] == reverse("portal:form")
    page = body_of(phone.get("done"))
    assert "Nearly every day" not in page
    stranger = Phone(phone.patient, phone.token)
    assert stranger.open().status_code == 410
    assert phone.send(1, "PHQ9")["Location"] == reverse("portal:form")
    assert Assessment.objects.count() == 2


def test_open_questions_are_named_beside_the_question(phone):
    phone.enter()
    answer = phone.post("part", 1, q1="1", q2="2")
    page = body_of(answer)
    assert answer.status_code == 422
    assert page.count("Please choose an answer.") == 8  # q3 to q9, and q10 after a problem was named
    wrong = 'role="radiogroup" aria-invalid="true" tabindex="-1" aria-describedby="q3-errors"'
    assert f'id="question-q3" data-question {wrong}' in page
    assert 'aria-invalid="true"' not in page.partition('id="question-q2"')[2].partition("</fieldset>")[0]
    assert 'name="q3" value="0" autofocus' in page
    assert 'name="q2" value="2" checked' in page
    assert not Assessment.objects.submitted().exists()


def test_a_patient_may_leave_questions_open(phone):
    phone.enter()
    assert phone.post("part", 1, q1="1", leave_open="1").status_code == 303
    sent = Assessment.objects.get()
    assert (sent.total, sent.is_complete, sent.answers) == (None, False, {"q1": 1})


def test_an_impossible_answer_is_refused_beside_the_question(clinic, patient):
    phone = make_phone(clinic, patient, "VASMOOD")
    for value in ("101", "-1", "x", "1.5", "1" * 41):
        answer = phone.post("part", 1, mood=value, leave_open="1")
        assert answer.status_code == 422, value
    assert not Assessment.objects.exists()
    assert phone.post("part", 1, mood="100").status_code == 303
    assert Assessment.objects.get().total == 100


def test_back_keeps_the_answers_and_they_are_there_again(phone):
    phone.enter()
    assert phone.post("part", 1, q1="3", q4="1", back="1")["Location"] == reverse("portal:form")
    page = body_of(phone.get("form"))
    assert "Welcome back" in page
    assert "Begun" in page
    later = Phone(phone.patient, phone.token).enter()
    page = body_of(later.get("part", 1))
    assert 'name="q1" value="3" checked' in page
    assert 'name="q4" value="1" checked' in page
    assert Assessment.objects.get().submitted_at is None


def test_each_answer_is_kept_as_it_is_given(phone):
    phone.enter()
    assert phone.post("keep", 1, q1="1").status_code == 204
    assert phone.post("keep", 1, q1="1", q2="3").status_code == 204
    assert phone.post("keep", 1, q1="7").status_code == 422
    assert Assessment.objects.get().answers == {"q1": 1, "q2": 3}
    phone.send(1, "PHQ9")
    assert phone.post("keep", 1, q1="3").status_code == 409
    assert phone.post("keep", 7, q1="3").status_code == 409
    assert Assessment.objects.get(instrument="PHQ9").answers["q1"] == 0


def test_a_question_that_depends_on_others_appears_without_a_script(phone):
    phone.enter()
    phone.send(1, "PHQ9")
    page = body_of(phone.get("part", 2))
    assert 'data-ask-items="q1 q2 q3 q4" data-ask-answers="1 refused" hidden' in page
    answer = phone.post("part", 2, q1="1", q2="0", q3="0", q4="0")
    assert answer.status_code == 422
    page = body_of(answer)
    assert 'data-ask-answers="1 refused" hidden' not in page
    assert page.count("Please choose an answer.") == 1
    assert phone.post("part", 2, q1="1", q2="0", q3="0", q4="0", q5="0")["Location"] == reverse("portal:help_now")
    assert RiskItem.objects.get().code == "SUICIDE_POSITIVE"


def test_a_risk_answer_counts_even_after_its_question_was_hidden_again(phone):
    phone.enter()
    phone.send(1, "PHQ9")
    phone.post("part", 2, q1="0", q2="0", q3="0", q4="0", q5="1")
    assert RiskItem.objects.get().code == "SUICIDE_ACUTE"


def test_another_hidden_answer_is_dropped(clinic, patient):
    phone = make_phone(clinic, patient, "AUDITC")
    phone.post("part", 1, q1="0", q2="3", q3="2")
    assert Assessment.objects.get().answers == {"q1": 0}


@pytest.mark.parametrize("q9", [1, 2, 3])
def test_help_is_shown_at_once_and_the_item_is_there(phone, q9):
    """R80."""
    phone.enter()
    assert phone.send(1, "PHQ9", q9=q9)["Location"] == reverse("portal:help_now")
    assert RiskItem.objects.filter(patient=phone.patient).count() == 1
    page = body_of(phone.get("help_now"))
    assert 'class="call" href="tel:988"' in page
    assert 'class="call call--clinic" href="tel:5557778899"' in page
    assert "Go on with the questions" in page
    assert phone.get("next")["Location"] == reverse("portal:part", args=[2])


def test_help_comes_before_the_thanks_too(phone):
    phone.enter()
    phone.send(1, "PHQ9")
    assert phone.send(2, "ASQ", q3=1, q5=0)["Location"] == reverse("portal:help_now")
    assert "Finish" in body_of(phone.get("help_now"))
    assert phone.get("next")["Location"] == reverse("portal:done")


def test_a_calm_answer_leads_on_without_the_help_page(phone):
    phone.enter()
    assert phone.send(1, "PHQ9", q9=0)["Location"] == reverse("portal:next")
    assert not RiskItem.objects.exists()


def test_parts_that_do_not_exist_lead_back(phone):
    phone.enter()
    for number in (0, 3, 99):
        assert phone.get("part", number)["Location"] == reverse("portal:form")


def test_the_tablet_ends_locked(tablet):
    tablet.open()
    tablet.send(1, "PHQ9")
    tablet.send(2, "ASQ")
    page = body_of(tablet.get("done"))
    assert "hand the tablet back" in page
    assert reverse("accounts:sign_in") in page
    assert tablet.get("form")["Location"] == reverse("portal:locked")
    assert {row.channel for row in Assessment.objects.all()} == {"tablet"}


def test_the_tablet_can_be_handed_back_half_way(tablet):
    tablet.open()
    tablet.post("keep", 1, q1="1")
    assert tablet.post("stop")["Location"] == reverse("portal:locked")
    assert "Please hand it back" in body_of(tablet.get("locked"))
    assert tablet.get("form")["Location"] == reverse("portal:locked")
    assert Assessment.objects.get().answers == {"q1": 1}
    assert AnswerLink.objects.get().used_at is None


def test_posts_need_the_csrf_token(clinic, phone):
    phone.enter()
    phone.client.handler.enforce_csrf_checks = True
    for route, args in [("part", [1]), ("keep", [1]), ("stop", []), ("birth_date", [])]:
        assert phone.post(route, *args).status_code == 403
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("route", ["form", "next", "help_now", "done", "locked", "open"])
def test_pages_to_read_take_no_posts(phone, route):
    phone.enter()
    args = [phone.token] if route == "open" else []
    assert phone.client.post(reverse(f"portal:{route}", args=args)).status_code == 405


def test_what_is_audited_carries_no_answer(phone):
    phone.enter()
    phone.post("keep", 1, q1="1")
    phone.send(1, "PHQ9", q9=3)
    for event in AuditEvent.objects.filter(actor_name="patient via link"):
        assert event.patient_id == phone.patient.pk
        assert set(event.detail) <= {"instrument", "answered"}
        assert phone.token not in json.dumps(event.detail) + event.user_agent


def test_the_next_contact_is_a_day_in_the_patients_zone(clinic, phone, monkeypatch):
    from portal import next_contact
    from portal.views import entering

    monkeypatch.setattr(entering, "next_contact", lambda patient, at: "Tuesday, 9 June")
    phone.enter()
    phone.send(1, "PHQ9")
    phone.send(2, "ASQ")
    assert "Tuesday, 9 June" in body_of(phone.get("done"))
    assert next_contact.next_contact(phone.patient, timezone.now()) == ""


def test_the_cost_of_each_page_does_not_grow(clinic, patient, django_assert_max_num_queries):
    short = make_phone(clinic, patient, "SUDS")
    at = timezone.now() - timedelta(days=3)
    for day in range(5):
        build.answered_set(patient, clinic.nurse, at + timedelta(hours=day), {"PHQ9": {}, "GAD7": {}})
    long = make_phone(clinic, patient, "PHQ9", "GAD7", "PCL5", "ASQ", "VASMOOD", "SUDS")
    for phone in (short, long):
        with django_assert_max_num_queries(2):
            assert phone.get("form").status_code == 200
        with django_assert_max_num_queries(2):
            assert phone.get("part", 1).status_code == 200
        with django_assert_max_num_queries(1):
            phone.open()
