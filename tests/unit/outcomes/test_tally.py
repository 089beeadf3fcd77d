"""Response, remission and reliable change of a group, who is missing and why, and which groups a report leaves out."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.change import change_rule
from outcomes.arithmetic import kaplan_meier
from outcomes.periods import periods
from outcomes.privacy import hidden, shown_steps
from outcomes.tally import Pairs, Share, result_of

OUTCOMES = json.loads((Path(__file__).parents[2] / "data" / "outcome_vectors.json").read_text(encoding="utf-8"))
PHQ9 = change_rule("PHQ9")


def pair(before, after, count: int = 1, is_waiting: bool = False) -> Pairs:
    scores = (None if one is None else Decimal(one) for one in (before, after))
    return Pairs("IM", 1, True, *scores, is_waiting, count)


def test_the_cohort_of_the_example():
    example = OUTCOMES["cohort_example"]
    result = result_of([pair(*one) for one in example["pairs"]], PHQ9)
    expected = example["expect"]
    assert result.counted == expected["n"]
    names = {
        "response": "responders",
        "remission": "remitters",
        "reliable_better": "reliable_improved",
        "reliable_worse": "reliable_worse",
    }
    assert {name: result.shares[name].k for name in names} == {name: expected[words] for name, words in names.items()}
    assert result.shares["any_worse"] == Share(1, 8)


def test_the_edges_of_the_example():
    edge = OUTCOMES["edge"]
    for name in ("exactly_50", "just_under"):
        result = result_of([pair(edge[name]["pre"], edge[name]["post"])], PHQ9)
        assert bool(result.shares["response"].k) is edge[name]["response"]
    for after in (4, 5):
        result = result_of([pair(12, after)], PHQ9)
        assert bool(result.shares["remission"].k) is edge["remission_boundary"][f"post_{after}"]
    assert "exclude from response denominator" in edge["baseline_zero"]
    from_zero = result_of([pair(0, 0), pair(10, 5)], PHQ9)
    assert (from_zero.shares["response"], from_zero.shares["remission"]) == (Share(1, 1), Share(1, 2))
    assert "excluded from change statistics" in edge["one_score_only"]
    alone = result_of([pair(10, None), pair(None, 5)], PHQ9)
    assert (alone.total, alone.counted, alone.no_before, alone.no_after) == (2, 0, 1, 1)
    assert alone.shares["response"].percent is None


def test_equal_pairs_count_as_often_as_they_came():
    result = result_of([pair(20, 8, count=3), pair(20, 19, count=2), pair(15, None, count=4, is_waiting=True)], PHQ9)
    assert (result.total, result.counted, result.waiting, result.no_after) == (9, 5, 4, 0)
    assert result.shares["response"] == Share(3, 5)
    assert result.before.mean == 20


def test_a_measure_without_a_yardstick_has_no_denominator():
    qids = change_rule("QIDSSR16")
    assert result_of([pair(20, 4)], qids).shares["reliable_better"] == Share(0, 0)
    assert result_of([pair(20, 5)], qids).shares["remission"] == Share(1, 1)


def test_a_small_group_and_what_would_tell_it_are_left_out():
    assert hidden({"IV": 40, "IM": 10}, 11) == {"IM", "IV"}
    assert hidden({"IV": 40, "IM": 11}, 11) == set()
    assert hidden({"IV": 40, "IM": 12, "SL": 3}, 11) == {"SL", "IM"}
    assert hidden({"IV": 40, "IM": 6, "SL": 6}, 11) == {"SL", "IM"}
    assert hidden({"IV": 3}, 11) == {"IV"}
    assert hidden({"IV": 0, "IM": 30}, 11) == set()
    assert hidden({"IV": 3}, 0) == set()


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 40)), st.integers(1, 20))
def test_what_is_shown_never_tells_of_fewer(counts, least):
    left_out = hidden(counts, least)
    assert all(counts[name] >= least or not counts[name] for name in counts if name not in left_out)
    rest = sum(counts[name] for name in left_out)
    everybody = [name for name in counts if counts[name] and name not in left_out]
    assert not rest or rest >= least or not everybody


@pytest.mark.parametrize(("least", "weeks"), [(0, [1, 4, 9]), (3, [1, 4]), (4, [1]), (11, [1]), (12, [])])
def test_only_weeks_with_enough_people_are_shown(least, weeks):
    followed = [*[(1, True)] * 8, (4, True), *[(9, False)] * 2]
    assert [step.week for step in shown_steps(kaplan_meier(followed), least)] == weeks


def test_periods_are_whole_years_and_quarters():
    found = periods(date(2026, 11, 29), date(2025, 2, 3))
    assert list(found)[:4] == ["all", "2026", "2025", "2026-Q4"]
    assert "2024-Q4" not in found
    assert found["2025-Q1"].label == "Jan to Mar 2025"
    first, after = found["2026-Q4"].bounds("America/New_York")
    assert (first, after) == (datetime(2026, 10, 1, 4, tzinfo=UTC), datetime(2027, 1, 1, 5, tzinfo=UTC))
    assert found["all"].bounds("UTC") == (None, None)
