"""The score_answers command: what a file may look like, and what it says when it cannot be scored."""

import io
import json

import pytest
from django.core.management import CommandError

from assessments.catalogue import UnknownInstrument
from assessments.management.commands.score_answers import Command
from assessments.scoring import InvalidAnswers, score
from assessments.scoring.answer_file import UnreadableAnswers, score_text

ANSWERS = {"q1": 1, "q2": 2}


@pytest.mark.parametrize("content", [ANSWERS, {"responses": ANSWERS}, {"id": "x", "responses": ANSWERS, "expect": {}}])
def test_one_set_of_answers_gives_one_score(content):
    assert score_text("PHQ2", json.dumps(content)) == score("PHQ2", ANSWERS)


def test_list_gives_a_list():
    expected = [score("PHQ2", ANSWERS), score("PHQ2", {})]

    assert score_text("PHQ2", json.dumps([{"responses": ANSWERS}, {}])) == expected
    assert score_text("PHQ2", "[]") == []


def test_fraction_is_read_exactly():
    scored = score_text("PSQI", '{"hours_slept": 7.0000000000000000000000001}')

    assert scored["components"][2] == 0


def test_fraction_for_a_whole_number_is_refused():
    with pytest.raises(InvalidAnswers):
        score_text("PHQ2", '{"q1": 1.0}')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Not JSON"),
        ("{q1: 1}", "line 1, column 2"),
        ('{"q1": NaN}', "NaN is not a number"),
        ('{"q1": -Infinity}', "-Infinity is not a number"),
        ('{"q1": 0, "q1": 3}', "answered twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"q1": 1' + "0" * 5000 + "}", "digits"),
    ],
)
def test_text_that_is_not_answers_is_refused(text, message):
    with pytest.raises(UnreadableAnswers, match=message):
        score_text("PHQ2", text)


def test_fault_in_a_list_names_its_place():
    with pytest.raises(InvalidAnswers, match="entry 2, q1"):
        score_text("PHQ2", '[{"q1": 0}, {"q1": 9}]')


def test_unknown_instrument_passes_through():
    with pytest.raises(UnknownInstrument):
        score_text("PHQ3", "{}")


def run(code, file):
    printed = io.StringIO()
    Command(stdout=printed).handle(code=code, file=str(file))
    return json.loads(printed.getvalue())


def test_command_reads_a_file(tmp_path):
    file = tmp_path / "answers.json"
    file.write_text("\ufeff" + json.dumps(ANSWERS), encoding="utf-8")

    assert run("PHQ2", file)["total"] == 3


def test_command_reads_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps([ANSWERS])))

    assert run("PHQ2", "-")[0]["total"] == 3


@pytest.mark.parametrize(
    ("code", "content", "message"),
    [
        ("PHQ3", "{}", "no instrument PHQ3"),
        ("PHQ2", "{", "Not JSON"),
        ("PHQ2", '{"q1": 9}', "cannot be scored for PHQ2.\nq1: Choose one of"),
        ("PHQ2", "3", "Give the answers as an object"),
    ],
)
def test_command_says_what_is_wrong(tmp_path, code, content, message):
    file = tmp_path / "answers.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match=message):
        run(code, file)


def test_command_says_which_file_it_cannot_read(tmp_path):
    with pytest.raises(CommandError, match=r"Cannot read .*absent\.json"):
        run("PHQ2", tmp_path / "absent.json")


def test_command_needs_no_system_checks():
    assert Command.requires_system_checks == []
