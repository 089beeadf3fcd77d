"""Licensed wording: only texts that fit the questions exactly are taken, and scoring never changes."""

import json

import pytest

from assessments.catalogue import all_instruments, get_instrument
from assessments.licensed import UnfitWording, loadable, with_wording, wording_of_document, wording_of_lines
from assessments.scoring import score_answers, score_result
from tests.builders.assessments import made_up_wording

SDS, BDI2, PSQI = (get_instrument(code) for code in ("SDS", "BDI2", "PSQI"))


def a_file(instrument, **changed) -> bytes:
    return json.dumps({"instrument": instrument.code, **made_up_wording(instrument.code).as_json(), **changed}).encode()


def test_whatever_ships_without_its_wording_can_be_loaded():
    codes = {each.code for each in loadable()}
    assert {"BDI2", "CADSS", "MADRS", "PSQI", "SDS", "WHO5"} <= codes
    assert codes == {each.code for each in all_instruments() if not each.wording_available}


def test_a_list_has_a_text_for_each_of_its_questions():
    wording = wording_of_lines(PSQI, "\n".join(f"Line {n}" for n in range(1, 18)), "0 = never")
    worded = with_wording(PSQI, 1, wording, "x")
    assert [one.text for one in worded.questions] == [f"Line {n}" for n in range(1, 18)]
    assert worded.item("q5b_j").parts[8].key == "q5j"
    assert {one.options[0].label for one in worded.questions if one.options} == {"never"}
    with pytest.raises(UnfitWording, match=r"PSQI has 17 questions; there are 9 texts\."):
        wording_of_lines(PSQI, "\n".join("123456789"), "")
    texts = {("q5b_j" if one.key == "q5j" else one.key): "x" for one in PSQI.questions}
    with pytest.raises(UnfitWording, match=r"There is no question q5b_j\."):
        wording_of_document(PSQI, a_file(PSQI, items=texts))


def highest_answers(instrument) -> dict:
    def highest(item):
        if item.parts:
            return [highest(part) for part in item.parts]
        return item.high if item.is_range else item.options[-1].value

    return {item.key: highest(item) for item in instrument.items}


@pytest.mark.parametrize("instrument", loadable(), ids=lambda each: each.code)
def test_scoring_is_the_same_with_the_texts(instrument):
    worded = with_wording(instrument, 3, made_up_wording(instrument.code), "Made-up Press, No. 1234")
    answers = highest_answers(instrument)
    asked = {item.key: answers[item.key] for item in instrument.asked_items(answers)}
    with_texts, without = score_answers(worded, asked), score_result(instrument.code, asked)
    assert (with_texts.total, with_texts.subscales, with_texts.severity, with_texts.flags, with_texts.details) == (
        without.total,
        without.subscales,
        without.severity,
        without.flags,
        without.details,
    )
    assert with_texts.version == f"{instrument.version}, wording 3"
    assert len(with_texts.version) <= 80
    assert worded.can_be_given
    assert worded.items[0].wording == f"Made-up question {instrument.items[0].key}?"
    assert worded.attribution.endswith("Used under licence: Made-up Press, No. 1234")


def test_labels_of_a_question_come_before_those_for_all():
    told = {"all": {str(n): f"any {n}" for n in range(4)}, "q2": {str(n): f"second {n}" for n in range(4)}}
    key = {"q2": BDI2.items[1].key}["q2"]
    told[key] = told.pop("q2")
    worded = with_wording(BDI2, 1, wording_of_document(BDI2, a_file(BDI2, answers=told)), "x")
    assert worded.items[0].options[1].label == "any 1"
    assert worded.items[1].options[1].label == "second 1"


def test_lines_are_read_in_the_order_of_the_questions():
    wording = wording_of_lines(SDS, "First?\n\n Second? \nThird?\n", "")
    assert list(wording.items.values()) == ["First?", "Second?", "Third?"]
    labelled = wording_of_lines(BDI2, "\n".join(f"Line {n}" for n in range(21)), "0 = none\n1=a little")
    assert labelled.answers == {"all": {"0": "none", "1": "a little"}}


@pytest.mark.parametrize(
    ("texts", "labels", "words"),
    [
        ("One?\nTwo?", "", "SDS has 3 questions; there are 2 texts."),
        ("", "", "there are 0 texts"),
        ("One?\nTwo?\nThree?", "none", "a value, an equals sign and words"),
        ("One?\nTwo?\nThree?", "11 = too far", "all has no answer 11"),
        ("One?\nTwo?\n" + "x" * 501, "", "in 1 to 500 characters"),
    ],
)
def test_lines_that_do_not_fit_are_refused(texts, labels, words):
    with pytest.raises(UnfitWording, match=words):
        wording_of_lines(SDS, texts, labels)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'"text"', "exactly these parts"),
        (a_file(SDS, scoring={"method": "sum"}), "exactly these parts"),
        (a_file(BDI2), "not for SDS"),
        (a_file(SDS, items={"q1": "One?"}), "there are 1 texts"),
        (a_file(SDS, items={"a": "1", "b": "2", "c": "3"}), "There is no question a."),
        (a_file(SDS, items=["One?", "Two?", "Three?"]), "texts by key"),
        (a_file(SDS, items={"q1": 1, "q2": 2, "q3": 3}), "texts by key"),
        (a_file(SDS, answers={"q9": {"0": "none"}}), "There is no question q9."),
        (a_file(SDS, answers=[]), "texts by key"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(content, words):
    with pytest.raises(UnfitWording, match=words):
        wording_of_document(SDS, content)


def test_answers_of_one_question_are_labelled_whole():
    key = BDI2.items[4].key
    with pytest.raises(UnfitWording, match=f"Give every answer of {key} a label."):
        wording_of_document(BDI2, a_file(BDI2, answers={key: {"0": "none"}}))
    with pytest.raises(UnfitWording, match="in 1 to 200 characters"):
        wording_of_document(BDI2, a_file(BDI2, answers={"all": {"0": "x" * 201}}))
