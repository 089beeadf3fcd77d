"""Means, spreads, effects, intervals and how long a response lasts, against worked examples (KAP-OUT-*)."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.arithmetic import Sample, effect, kaplan_meier, t_95

OUTCOMES = json.loads((Path(__file__).parents[2] / "data" / "outcome_vectors.json").read_text(encoding="utf-8"))
COHORT = OUTCOMES["cohort_example"]


def sample(values) -> Sample:
    counts: dict = {}
    for value in values:
        counts[Decimal(value)] = counts.get(Decimal(value), 0) + 1
    return Sample(counts)


CHANGE = sample(after - before for before, after in COHORT["pairs"])


def rounded(value) -> float:
    return float(round(value, 4))


def test_the_cohort_of_the_example():
    before, after = (sample(column) for column in zip(*COHORT["pairs"], strict=True))
    expected = COHORT["expect"]
    assert before.n == expected["n"]
    assert (before.mean, after.mean, CHANGE.mean) == (19, Decimal("9.25"), Decimal("-9.75"))
    found = [rounded(one.sd) for one in (before, after, CHANGE)]
    assert found == [expected["baseline_sd"], expected["post_sd"], expected["change_sd"]]


def test_the_three_effects_are_the_mean_change_over_their_own_spread():
    before, after = (sample(column) for column in zip(*COHORT["pairs"], strict=True))
    found = effect(before, after, CHANGE)
    # -9.75 over (3.1168 + 4.6522) / 2, over 3.1168, over 5.5997
    assert [rounded(one) for one in (found.by_average_sd, found.by_baseline_sd, found.by_change_sd)] == [
        -2.51,
        -3.1282,
        -1.7412,
    ]


def test_the_interval_is_students():
    low, high = CHANGE.interval
    # 7 degrees of freedom: 2.365 x 5.5997 / sqrt(8) = 4.6822
    assert (rounded(low), rounded(high)) == (-14.4322, -5.0678)


@pytest.mark.parametrize(
    ("degrees", "factor"), [(1, "12.706"), (7, "2.365"), (30, "2.042"), (39, "2.042"), (40, "2.021")]
)
def test_between_two_of_the_table_the_wider_one(degrees, factor):
    assert t_95(degrees) == Decimal(factor)


def test_one_value_has_no_spread_and_nothing_has_no_mean():
    alone, nobody = sample([7]), sample([])
    assert (alone.mean, alone.sd, alone.interval, nobody.mean, nobody.sd) == (7, None, None, None, None)
    assert effect(alone, alone, alone).by_average_sd is None
    same = sample([5, 5])
    assert effect(same, same, same).by_change_sd is None
    with pytest.raises(ValueError):
        t_95(0)


def test_how_long_a_response_lasts_in_the_example():
    example = OUTCOMES["kaplan_meier"]
    steps = kaplan_meier((week, event == 1) for week, event in example["data"])
    told = [
        {"week": one.week, "at_risk": one.at_risk, "events": one.events, "survival": float(round(one.survival, 6))}
        for one in steps
    ]
    assert told == example["curve"]


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=60))
def test_the_share_never_rises_and_everybody_is_followed(followed):
    steps = kaplan_meier(followed)
    shares = [one.survival for one in steps]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert sum(one.events for one in steps) == sum(event for _, event in followed)
    assert not steps or steps[0].at_risk == len(followed)
