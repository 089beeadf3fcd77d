"""How questions are laid out, and what a form's text becomes."""

from uuid import uuid4

import pytest

from assessments.catalogue import all_instruments, get_instrument
from assessments.forms import AnswerForm
from assessments.forms.giving import instrument_choices
from assessments.practice_catalogue import Catalogue
from assessments.questions import is_given_over_links


def question(code, key, answers=None):
    form = AnswerForm(get_instrument(code), kept=answers or {})
    return next(each for each in form.questions if each.key == key)


@pytest.mark.parametrize(
    ("code", "key", "kind"),
    [("PHQ9", "q1", "list"), ("PCL5", "q1", "list"), ("SUDS", "suds", "pad"), ("VASMOOD", "mood", "range")],
)
def test_each_question_has_its_kind(code, key, kind):
    assert question(code, key).kind == kind


def test_the_ends_of_a_scale_have_words():
    assert (question("SUDS", "suds").low_words, question("SUDS", "suds").high_words) == (
        "no distress",
        "highest distress",
    )
    mood = question("VASMOOD", "mood")
    assert (mood.low, mood.high, mood.low_words) == (0, 100, "Worst mood I can imagine")


@pytest.mark.parametrize(
    ("answers", "is_open"), [({}, False), ({"q1": 0}, False), ({"q1": 1}, True), ({"q4": "refused"}, True)]
)
def test_a_question_with_a_condition_is_open_when_it_holds(answers, is_open):
    assert question("ASQ", "q5", answers).is_open is is_open


def test_nothing_is_chosen_before_somebody_chose():
    for instrument in all_instruments():
        if is_given_over_links(instrument):
            assert {each.value for each in AnswerForm(instrument).questions} == {""}


def test_zero_is_an_answer():
    assert question("PHQ9", "q1", {"q1": 0}).value == "0"


@pytest.mark.parametrize(
    ("told", "answers"),
    [
        ({"q1": "0", "q2": ""}, {"q1": 0}),
        ({"q1": " 2 "}, {"q1": 2}),
        ({"q1": "two"}, {"q1": "two"}),
        ({"strange": "1"}, {}),
    ],
)
def test_text_becomes_the_answers_that_scoring_takes(told, answers):
    form = AnswerForm(get_instrument("PHQ9"), told)
    assert form.is_valid()
    assert form.cleaned_data == {"answers": answers}


@pytest.mark.parametrize(
    ("code", "told", "answers"),
    [
        ("ASQ", {"q1": "0", "q5": "1"}, {"q1": 0, "q5": 1}),
        ("ASQ", {"q1": "refused"}, {"q1": "refused"}),
        ("AUDITC", {"q1": "0", "q2": "3"}, {"q1": 0}),
        ("AUDITC", {"q1": "1", "q2": "3"}, {"q1": 1, "q2": 3}),
    ],
)
def test_hidden_answers_are_dropped_unless_they_are_about_risk(code, told, answers):
    form = AnswerForm(get_instrument(code), told)
    assert form.is_valid()
    assert form.cleaned_data["answers"] == answers


class Shipped(Catalogue):
    """Of a practice that wrote and loaded nothing."""

    def offered(self):
        return [each for each in all_instruments() if each.can_be_given]


def test_the_usual_questionnaires_stand_first_and_observer_ratings_are_not_offered():
    codes = [code for code, _ in instrument_choices(Shipped(uuid4()))]
    assert codes[:6] == ["PHQ9", "GAD7", "PCL5", "ASQ", "VASMOOD", "SUDS"]
    assert not {"MOAAS", "ALDRETE", "RASS", "BDI2", "MADRS", "CSSRS_SCREEN"} & set(codes)
