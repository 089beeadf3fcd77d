"""Every published example scores exactly as expected: same keys, same values."""

import json
from pathlib import Path

import pytest

from assessments.catalogue import all_instruments
from assessments.scoring import score, score_result

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "instrument_vectors.json").read_text(encoding="utf-8"))
EXAMPLES = [pytest.param(code, example, id=example["id"]) for code, examples in VECTORS.items() for example in examples]


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_example_scores_exactly_as_expected(code, example):
    assert score(code, example["responses"]) == example["expect"]


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_example_prints_as_strict_json(code, example):
    assert json.loads(json.dumps(score(code, example["responses"]), allow_nan=False)) == example["expect"]


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_example_result_agrees_with_the_printed_score(code, example):
    expected = example["expect"]
    result = score_result(code, example["responses"])

    if "total" in expected:
        assert result.total == expected["total"]
    if "severity" in expected:
        assert result.severity == expected["severity"]
    if "flags" in expected:
        assert [flag.code for flag in result.flags] == expected["flags"]
    if "prorated" in expected:
        assert result.prorated is expected["prorated"]


def test_every_instrument_has_examples():
    assert set(VECTORS) == {instrument.code for instrument in all_instruments()}


@pytest.mark.parametrize("code", sorted(VECTORS))
def test_examples_show_every_key_an_instrument_reports(code):
    shown = {key for example in VECTORS[code] for key in example["expect"]}
    instrument = next(each for each in all_instruments() if each.code == code)

    assert set(instrument.scoring.report) == shown
