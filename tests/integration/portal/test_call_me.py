"""A patient asks to be called, with the answers or after them; no script needed, and crisis help still comes first."""

import pytest
from django.urls import reverse

from assessments.models import AnswerLink, Assessment, RiskItem
from tests.builders import assessments as build
from tests.integration.portal.test_questionnaires import body_of

ASKED = "We have your request and will call you."


@pytest.fixture
def entered(phone):
    return phone.enter()


def answers(code="PHQ9", **more):
    return {**build.lowest_answers(code), **more}


def test_the_wish_goes_with_the_answers(entered):
    assert "Would you like us to call you?" in body_of(entered.get("part", 1))
    answer = entered.post("part", 1, **answers(call_me="on", call_words="After five"))
    assert answer["Location"] == reverse("portal:next")
    item = RiskItem.objects.get()
    assert (item.code, item.patient_words, item.assessment.instrument) == ("CALL_ME", "After five", "PHQ9")
    page = body_of(entered.get("part", 2))
    assert ASKED in page
    assert "After five" not in page


def test_words_alone_are_a_wish_and_a_tick_alone_too(entered):
    entered.post("part", 1, **answers(call_words="Please ring my sister"))
    assert RiskItem.objects.get().patient_words == "Please ring my sister"


def test_without_either_nothing_is_raised(entered):
    entered.post("part", 1, **answers(call_words="   "))
    assert Assessment.objects.get().submitted_at
    assert not RiskItem.objects.exists()


def test_too_many_words_lose_nothing(entered):
    answer = entered.post("part", 1, **answers(q1="2", call_me="on", call_words="y" * 301))
    assert answer.status_code == 422
    page = body_of(answer)
    assert "Shorten this to 300 characters." in page
    assert 'name="q1" value="2" checked' in page
    assert "y" * 301 in page
    assert not RiskItem.objects.exists()


def test_crisis_help_still_comes_first(entered):
    answer = entered.post("part", 1, **answers(q9="2", call_me="on"))
    assert answer["Location"] == reverse("portal:help_now")
    assert set(RiskItem.objects.values_list("code", flat=True)) == {"SI_URGENT", "CALL_ME"}


def test_asked_on_the_last_page(entered):
    assert entered.post("call_me").headers["Location"] == reverse("portal:form")
    entered.send(1, "PHQ9")
    entered.send(2, "ASQ")
    page = body_of(entered.get("done"))
    assert "Please call me" in page
    assert ASKED not in page
    assert entered.post("call_me", call_words="z" * 301).status_code == 422
    for _ in range(2):
        assert entered.post("call_me", call_words="Tomorrow is fine")["Location"] == reverse("portal:done")
    assert RiskItem.objects.get().patient_words == "Tomorrow is fine"
    page = body_of(entered.get("done"))
    assert ASKED in page
    assert "Tomorrow is fine" not in page


def test_whoever_holds_no_link_cannot_ask(phone, entered):
    entered.send(1, "PHQ9")
    entered.send(2, "ASQ")
    AnswerLink.objects.update(revoked_at="2026-01-01T00:00Z")
    assert entered.post("call_me").status_code == 410
    assert not RiskItem.objects.exists()
