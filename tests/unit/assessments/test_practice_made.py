"""A practice's own questionnaire: what it may hold, and that it becomes an instrument like every other."""

import pytest

from assessments.change import ChangeNotDefined, rule_of
from assessments.definitions import Band
from assessments.forms import AnswerForm
from assessments.practice_made import (
    EMPTY,
    MOST_LETTERS,
    faults_of_draft,
    faults_of_question,
    faults_to_publish,
    instrument_of,
    moved,
    with_question,
    without_question,
)
from assessments.scoring import InvalidAnswers, score_answers
from tests.builders.assessments import OWN_QUESTIONS, OWN_SCORE

CHOICE, NUMBER, YES_NO, TEXT = (question | {"key": f"q{n}"} for n, question in enumerate(OWN_QUESTIONS, start=1))
WHOLE = EMPTY | {"questions": [CHOICE, NUMBER, YES_NO, TEXT], "score": OWN_SCORE}


def made(**changed):
    return instrument_of("OWN-1", 2, "The room", WHOLE | changed)


def test_it_becomes_an_instrument():
    instrument = made()
    assert (instrument.code, instrument.version, instrument.can_be_given) == ("OWN-1", "2", True)
    assert (instrument.scoring.low, instrument.scoring.high) == (0, 13)
    assert instrument.scoring.items == ("q1", "q2")
    assert instrument.bands == (Band(0, 6, "uneasy"),)
    assert instrument.flags == ()


@pytest.mark.parametrize(
    ("answers", "total", "severity", "missing"),
    [
        ({"q1": 0, "q2": 6}, 6, "uneasy", ()),
        ({"q1": 3, "q2": 4}, 7, None, ()),
        ({"q1": 3, "q3": 1, "q4": "More light"}, None, None, ("q2",)),
        ({}, None, None, ("q1", "q2")),
    ],
)
def test_points_are_added_up_and_nothing_is_estimated(answers, total, severity, missing):
    result = score_answers(made(), answers)
    assert (result.total, result.severity, result.missing, result.prorated) == (total, severity, missing, False)


def test_without_a_score_it_only_says_what_was_left_open():
    result = score_answers(made(score=None), {"q1": 3, "q4": "Nothing"})
    assert (result.total, result.severity, result.flags) == (None, None, ())
    assert result.missing == ("q2", "q3")  # words of one's own are never asked for again


@pytest.mark.parametrize("answers", [{"q1": 1}, {"q2": 11}, {"q2": "6"}, {"q3": 2}, {"q4": 5}, {"q5": 1}])
def test_an_answer_that_was_not_offered_is_refused_by_name(answers):
    with pytest.raises(InvalidAnswers) as caught:
        score_answers(made(), answers)
    assert set(caught.value.errors) == set(answers)


def test_own_words_are_kept_as_they_are_written():
    form = AnswerForm(made(), {"q4": " Less light, 2,5 times  "})
    assert form.is_valid()
    assert form.cleaned_data == {"answers": {"q4": "Less light, 2,5 times"}}
    assert not AnswerForm(made(), {"q4": "x" * (MOST_LETTERS + 1)}).is_valid()
    assert AnswerForm(made(), {"q4": "x" * MOST_LETTERS}).is_valid()


@pytest.mark.parametrize(("direction", "lower_is_better"), [("higher_worse", True), ("higher_better", False)])
def test_the_direction_says_what_is_better(direction, lower_is_better):
    assert rule_of(made(score=OWN_SCORE | {"direction": direction})).lower_is_better is lower_is_better


@pytest.mark.parametrize("score", [None, OWN_SCORE | {"direction": "neither"}])
def test_without_a_better_end_no_change_is_told(score):
    with pytest.raises(ChangeNotDefined):
        rule_of(made(score=score))


def test_versions_score_alike_while_points_stay():
    reworded = CHOICE | {"text": "How loud was it?", "options": [o | {"label": "x"} for o in CHOICE["options"]]}
    other_points = CHOICE | {"options": [{"points": 0, "label": "a"}, {"points": 4, "label": "b"}]}
    no_longer = NUMBER | {"counts": False}
    assert made(questions=[reworded, NUMBER]).scores_like(made())
    assert not made(questions=[other_points, NUMBER]).scores_like(made())
    assert not made(questions=[CHOICE, no_longer]).scores_like(made())
    assert not made(score=OWN_SCORE | {"direction": "higher_worse"}).scores_like(made())


# changing a draft


def test_a_new_question_comes_last_under_a_key_of_its_own():
    longer = with_question(without_question(WHOLE, "q2"), {"form": "yes_no", "text": "Was it warm?", "counts": True})
    assert [one["key"] for one in longer["questions"]] == ["q1", "q3", "q4", "q5"]
    changed = with_question(longer, YES_NO | {"text": "Was it dark?"})
    assert [one["text"] for one in changed["questions"]][1] == "Was it dark?"
    assert len(WHOLE["questions"]) == 4


@pytest.mark.parametrize(
    ("key", "places", "order"),
    [("q1", 1, "q2 q1 q3 q4"), ("q4", -1, "q1 q2 q4 q3"), ("q1", -1, "q1 q2 q3 q4"), ("q4", 1, "q1 q2 q3 q4")],
)
def test_a_question_moves_and_stays_at_the_ends(key, places, order):
    assert [one["key"] for one in moved(WHOLE, key, places)["questions"]] == order.split()


# what may be stored and published


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (CHOICE | {"text": "  a "}, "text"),
        (CHOICE | {"text": "x" * 301}, "text"),
        (CHOICE | {"form": "picture"}, "form"),
        (CHOICE | {"options": CHOICE["options"][:1]}, "options"),
        (CHOICE | {"options": [{"points": 1, "label": "a"}, {"points": 1, "label": "b"}]}, "options"),
        (CHOICE | {"options": [{"points": 1, "label": "a"}, {"points": 1001, "label": "b"}]}, "options"),
        (CHOICE | {"options": [{"points": 1, "label": " "}, {"points": 2, "label": "b"}]}, "options"),
        (CHOICE | {"options": [{"points": n, "label": "a"} for n in range(13)]}, "options"),
        (NUMBER | {"low": 10}, "high"),
        (NUMBER | {"low": -1001}, "high"),
        (NUMBER | {"unit": "x" * 21}, "unit"),
        (NUMBER | {"high_words": "x" * 121}, "high_words"),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused(question, field):
    assert [name for name, _ in faults_of_question(question)] == [field]


@pytest.mark.parametrize("question", [CHOICE, NUMBER | {"low": 9}, NUMBER | {"low": -1000, "high": 1000}, YES_NO, TEXT])
def test_a_plain_question_has_no_fault(question):
    assert list(faults_of_question(question)) == []


@pytest.mark.parametrize(
    ("name", "changed", "field"),
    [
        ("ab", {}, "name"),
        ("x" * 121, {}, "name"),
        ("Fine", {"instructions": "x" * 1001}, "instructions"),
        ("Fine", {"recall": "since the war"}, "recall"),
        ("Fine", {"questions": [CHOICE] * 61}, "questions"),
        ("Fine", {"score": OWN_SCORE | {"direction": "sideways"}}, "direction"),
        ("Fine", {"questions": [NUMBER | {"low": 10}]}, "high"),
    ],
)
def test_a_draft_that_does_not_hold_together_is_refused(name, changed, field):
    assert list(faults_of_draft(name, WHOLE | changed)) == [field]
    assert faults_of_draft("Fine", WHOLE) == {}


def band(low, high, label="calm"):
    return {"low": low, "high": high, "label": label}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"questions": []}, "Add at least one question."),
        ({"questions": [TEXT]}, "No question counts towards the score."),
        ({"score": OWN_SCORE | {"bands": [band(0, 14)]}}, "The range 0 to 14 does not fit"),
        ({"score": OWN_SCORE | {"bands": [band(-1, 3)]}}, "The range -1 to 3 does not fit"),
        ({"score": OWN_SCORE | {"bands": [band(5, 4)]}}, "The range 5 to 4 does not fit"),
        ({"score": OWN_SCORE | {"bands": [band(0, 4), band(4, 8)]}}, "The range 4 to 8 begins before"),
        ({"score": OWN_SCORE | {"bands": [band(0, 4, " ")]}}, "Name the range 0 to 4"),
        ({"score": OWN_SCORE | {"bands": [band(n, n) for n in range(9)]}}, "Give at most 8 ranges"),
    ],
)
def test_what_is_missing_before_it_is_published(changed, words):
    (sentence,) = faults_to_publish(WHOLE | changed)
    assert sentence.startswith(words)


@pytest.mark.parametrize("changed", [{}, {"score": None, "questions": [TEXT]}, {"score": OWN_SCORE | {"bands": []}}])
def test_a_whole_one_may_be_published(changed):
    assert faults_to_publish(WHOLE | changed) == []
