"""Answers that are refused: wrong type, out of range, unknown question; every fault named at once."""

from decimal import Decimal

import pytest

from assessments.catalogue import UnknownInstrument, all_instruments
from assessments.scoring import InvalidAnswers, score

NOT_WHOLE_NUMBERS = [True, False, 1.0, float("nan"), float("inf"), Decimal(1), "1", "", "refused", [], [1], {}, b"1"]


@pytest.mark.parametrize("value", [*NOT_WHOLE_NUMBERS, -1, 4, 10**30], ids=repr)
def test_phq9_answer_is_refused(value):
    with pytest.raises(InvalidAnswers) as refusal:
        score("PHQ9", {"q1": value})

    assert refusal.value.errors == {"q1": "Choose one of 0, 1, 2, 3."}


@pytest.mark.parametrize("value", [*NOT_WHOLE_NUMBERS, -1, 101], ids=repr)
def test_slider_answer_is_refused(value):
    with pytest.raises(InvalidAnswers) as refusal:
        score("VASMOOD", {"mood": value})

    assert refusal.value.errors == {"mood": "Enter a whole number from 0 to 100."}


@pytest.mark.parametrize(
    "value", [True, "8", float("nan"), float("inf"), Decimal("NaN"), Decimal("-0.1"), 24.1, -1, []], ids=repr
)
def test_hours_are_refused(value):
    with pytest.raises(InvalidAnswers) as refusal:
        score("PSQI", {"hours_slept": value})

    assert refusal.value.errors == {"hours_slept": "Enter a number from 0 to 24 h."}


@pytest.mark.parametrize("value", [7, 7.5, Decimal("7.25")], ids=repr)
def test_hours_may_have_a_fraction(value):
    assert score("PSQI", {"hours_slept": value})["components"][2] == (1 if value == 7 else 0)


@pytest.mark.parametrize("value", [[0] * 8, [0] * 10, 0, "000000000"], ids=repr)
def test_disturbances_need_nine_answers(value):
    with pytest.raises(InvalidAnswers, match="list of 9"):
        score("PSQI", {"q5b_j": value})


def test_each_disturbance_is_checked():
    with pytest.raises(InvalidAnswers) as refusal:
        score("PSQI", {"q5b_j": [0, 0, 4, 0, 0, 0, 0, 0, True]})

    assert refusal.value.errors == dict.fromkeys(("q5d", "q5j"), "Choose one of 0, 1, 2, 3.")


@pytest.mark.parametrize("value", ["Refused", "no", "yes", True, 2], ids=repr)
def test_asq_knows_yes_no_and_refused_only(value):
    with pytest.raises(InvalidAnswers, match="0, 1, refused"):
        score("ASQ", {"q1": value})


@pytest.mark.parametrize("value", ["M", "Female", 0, ""], ids=repr)
def test_auditc_sex_is_one_of_its_words(value):
    with pytest.raises(InvalidAnswers, match="female, male, other, unknown"):
        score("AUDITC", {"sex": value})


@pytest.mark.parametrize("code", [instrument.code for instrument in all_instruments()])
def test_unknown_question_is_refused(code):
    with pytest.raises(InvalidAnswers) as refusal:
        score(code, {"q99": 1})

    assert refusal.value.errors == {"q99": f"This question does not belong to {code}."}


def test_every_fault_is_named_at_once():
    with pytest.raises(InvalidAnswers) as refusal:
        score("PHQ9", {"q1": 4, "q9": True, "q11": 0, "q2": 1})

    assert sorted(refusal.value.errors) == ["q1", "q11", "q9"]


@pytest.mark.parametrize("responses", [None, [], "q1", 3], ids=repr)
def test_answers_must_be_an_object(responses):
    with pytest.raises(InvalidAnswers) as refusal:
        score("PHQ9", responses)

    assert list(refusal.value.errors) == ["__all__"]


def test_unknown_instrument_is_refused():
    with pytest.raises(UnknownInstrument):
        score("PHQ10", {})
