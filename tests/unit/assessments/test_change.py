"""Change since baseline: response, remission, reliable change, worsening, in both directions of scale."""

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.change import (
    ChangeNotDefined,
    change_rule,
    measure_change,
    reliable_change_index,
    reliable_change_threshold,
    standard_error_of_difference,
)

OUTCOMES = json.loads((Path(__file__).parents[2] / "data" / "outcome_vectors.json").read_text(encoding="utf-8"))
PHQ9 = change_rule("PHQ9")


def test_exactly_half_is_a_response():
    example = OUTCOMES["edge"]["exactly_50"]

    change = measure_change(PHQ9, example["pre"], example["post"])

    assert change.is_response is example["response"]
    assert change.percent_improved == Decimal("50.00")


def test_just_under_half_is_no_response():
    example = OUTCOMES["edge"]["just_under"]

    change = measure_change(PHQ9, example["pre"], example["post"])

    assert change.is_response is example["response"]
    assert change.percent_improved == Decimal(str(example["pct"]))


def test_response_is_judged_before_the_percent_is_rounded():
    # 49.996 % prints as 50.00 and is still no response.
    rule = dataclasses.replace(PHQ9, high=30000)

    change = measure_change(rule, 25000, 12501)

    assert change.percent_improved == Decimal("50.00")
    assert change.is_response is False


@pytest.mark.parametrize(("later", "in_remission"), [(4, True), (5, False)])
def test_remission_boundary(later, in_remission):
    assert OUTCOMES["edge"]["remission_boundary"][f"post_{later}"] is in_remission
    assert measure_change(PHQ9, 20, later).is_remission is in_remission


def test_baseline_of_zero_leaves_the_response_denominator():
    change = measure_change(PHQ9, 0, 7)

    assert change.is_response is None
    assert change.percent_improved is None
    assert change.is_reliable_deterioration is True


@pytest.mark.parametrize(("baseline", "later"), [(None, 3), (3, None), (None, None)])
def test_one_score_only_is_not_counted(baseline, later):
    assert measure_change(PHQ9, baseline, later) is None


def test_published_cohort_counts():
    changes = [measure_change(PHQ9, pre, post) for pre, post in OUTCOMES["cohort_example"]["pairs"]]
    expected = OUTCOMES["cohort_example"]["expect"]

    assert sum(change.is_response for change in changes) == expected["responders"]
    assert sum(change.is_remission for change in changes) == expected["remitters"]
    assert sum(change.is_reliable_improvement for change in changes) == expected["reliable_improved"]
    assert sum(change.is_reliable_deterioration for change in changes) == expected["reliable_worse"]
    assert sum(change.difference for change in changes) / Decimal(len(changes)) == Decimal("-9.75")


@pytest.mark.parametrize(
    ("later", "improved", "deteriorated", "any_worse"),
    [(9, True, False, False), (10, False, False, False), (15, False, False, False), (16, False, False, True),
     (20, False, False, True), (21, False, True, True)],
)  # fmt: skip
def test_phq9_reliable_change_is_6_points_either_way(later, improved, deteriorated, any_worse):
    change = measure_change(PHQ9, 15, later)

    assert change.is_reliable_improvement is improved
    assert change.is_reliable_deterioration is deteriorated
    assert change.is_any_deterioration is any_worse


@pytest.mark.parametrize(("later", "is_meaningful"), [(10, True), (11, False)])
def test_phq9_meaningful_improvement_is_5_points(later, is_meaningful):
    assert measure_change(PHQ9, 15, later).is_meaningful_improvement is is_meaningful


@pytest.mark.parametrize(
    ("baseline", "later", "recovered"), [(16, 9, True), (16, 10, False), (10, 5, False), (9, 0, None)]
)
def test_recovery_is_reliable_and_below_the_case_line(baseline, later, recovered):
    assert measure_change(PHQ9, baseline, later).is_recovery is recovered


def test_higher_is_better_scale_improves_upwards():
    change = measure_change(change_rule("WHO5"), 40, 60)

    assert (change.difference, change.improvement, change.percent_improved) == (20, 20, Decimal("50.00"))
    assert change.is_meaningful_improvement is True
    assert change.is_any_deterioration is False


@pytest.mark.parametrize(("later", "is_worse"), [(36, True), (40, False), (44, False)])
def test_higher_is_better_scale_worsens_downwards(later, is_worse):
    assert measure_change(change_rule("WHO5"), 40, later).is_any_deterioration is is_worse


@pytest.mark.parametrize(("later", "responded"), [(40, True), (41, False)])
def test_pcl5_response_is_10_points(later, responded):
    assert measure_change(change_rule("PCL5"), 50, later).is_response is responded


@pytest.mark.parametrize(("later", "is_meaningful"), [(33, True), (34, False)])
def test_bdi2_meaningful_improvement_is_17_and_a_half_percent(later, is_meaningful):
    assert measure_change(change_rule("BDI2"), 40, later).is_meaningful_improvement is is_meaningful


def test_meaningful_percent_needs_a_baseline_above_0():
    assert measure_change(change_rule("BDI2"), 0, 0).is_meaningful_improvement is None


def test_yardstick_without_a_source_answers_none():
    change = measure_change(change_rule("WHO5"), 40, 60)

    assert change.is_response is None
    assert change.is_remission is None
    assert change.is_reliable_improvement is None
    assert change.is_recovery is None


def test_practice_can_set_its_own_yardstick():
    stricter = dataclasses.replace(PHQ9, reliable_change=8)

    assert measure_change(stricter, 15, 8).is_reliable_improvement is False


@pytest.mark.parametrize("code", ["CSSRS_SCREEN", "ASQ", "MEQ30", "EBI", "RASS", "MOAAS"])
def test_change_is_not_defined_without_a_better_end(code):
    with pytest.raises(ChangeNotDefined, match=code):
        change_rule(code)


@pytest.mark.parametrize("total", [-1, 28, 5.0, True, "5", Decimal("NaN")], ids=repr)
def test_impossible_total_is_refused(total):
    with pytest.raises(ValueError, match="from 0 to 27"):
        measure_change(PHQ9, 10, total)


def test_reliable_change_index_example():
    example = OUTCOMES["rci_example"]
    sd, reliability = Decimal(str(example["sd"])), Decimal(str(example["reliability"]))

    threshold = reliable_change_threshold(sd, reliability)

    assert round(standard_error_of_difference(sd, reliability), 4) == Decimal(str(example["se_diff"]))
    assert round(threshold, 4) == Decimal(str(example["threshold_1_96"]))
    assert round(reliable_change_index(7, 0, sd, reliability), 4) == pytest.approx(
        Decimal(str(example["change_minus_7"])), abs=Decimal("0.0001")
    )
    rule = dataclasses.replace(PHQ9, reliable_change=threshold)
    assert measure_change(rule, 10, 3).is_reliable_improvement is example["minus_7_is_reliable"]
    assert measure_change(rule, 10, 4).is_reliable_improvement is example["minus_6_is_reliable"]


def test_reliability_of_zero_is_possible():
    assert standard_error_of_difference(Decimal(2), Decimal(0)) == 2 * Decimal(2).sqrt()


@pytest.mark.parametrize(("sd", "reliability"), [("0", "0.8"), ("-1", "0.8"), ("6", "1"), ("6", "-0.1")])
def test_reliable_change_needs_possible_inputs(sd, reliability):
    with pytest.raises(ValueError, match="standard deviation above 0"):
        standard_error_of_difference(Decimal(sd), Decimal(reliability))


@given(baseline=st.integers(0, 27), later=st.integers(0, 27))
def test_nobody_is_reliably_better_and_worse(baseline, later):
    change = measure_change(PHQ9, baseline, later)

    assert not (change.is_reliable_improvement and change.is_reliable_deterioration)
    assert change.difference == -change.improvement
    if change.is_response:
        assert change.percent_improved >= 50
