"""What the diversion watch finds in one made-up year, and how often it cries wolf (R49, KAP-DIV-*)."""

import pytest

from bench import diversion
from dosing.diversion import Pattern


@pytest.fixture(scope="module")
def year():
    return diversion.run(1)


def test_planted_cases_are_found(year):
    assert year.doses >= 5000
    assert {line.planted for line in year.lines.values()} == {20}
    assert set(year.lines) == set(Pattern)
    assert year.recall >= 0.95


def test_false_alerts_stay_few(year):
    assert year.false_per_1000 <= 5


def test_no_kind_is_left_out(year):
    """The whole must not hide a kind that is not found at all."""
    assert all(line.recall >= 0.75 for line in year.lines.values()), diversion.table(year)


def test_the_table_says_every_kind_and_the_verdict(year):
    text = diversion.table(year)
    assert all(pattern.value in text for pattern in Pattern)
    assert text.rstrip().endswith("within")


@pytest.mark.parametrize(("is_within", "code"), [(True, 0), (False, 1)])
def test_exit_code_tells_whether_the_targets_were_met(monkeypatch, capsys, is_within, code):
    line = diversion.Line(planted=20, found=20 if is_within else 18, false_alerts=0, days_to_find=0)
    result = diversion.Result(seed=7, doses=5000, lines=dict.fromkeys(Pattern, line), seconds=0.1)
    monkeypatch.setattr(diversion, "run", lambda seed, cases: result)
    monkeypatch.setattr("sys.argv", ["diversion", "--seeds", "7"])
    assert diversion.main() == code
    assert "seed 7" in capsys.readouterr().out
