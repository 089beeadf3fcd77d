"""Well-being, alcohol, functioning and sleep: both sides of each limit."""

import pytest

from assessments.scoring import InvalidAnswers, score, score_result
from tests.unit.assessments.answer_sets import answers_with_total, codes_of

NIGHT = {
    "latency_min": 10,
    "q5a": 0,
    "hours_slept": 8,
    "hours_in_bed": 8,
    "q5b_j": [0] * 9,
    "q6": 0,
    "q7": 0,
    "q8": 0,
    "q9": 0,
}


def psqi_component(number, **changes):
    return score("PSQI", NIGHT | changes)["components"][number - 1]


@pytest.mark.parametrize(
    ("total", "is_low", "is_depression"),
    [(28, True, True), (32, True, False), (48, True, False), (52, False, False)],
)
def test_who5_cut_offs(total, is_low, is_depression):
    scored = score("WHO5", answers_with_total("WHO5", total))

    assert scored["total"] == total
    assert (scored["low_wellbeing"], scored["probable_depression"]) == (is_low, is_depression)


@pytest.mark.parametrize(
    ("sex", "total", "is_positive"),
    [
        ("male", 3, False), ("male", 4, True), ("female", 2, False), ("female", 3, True),
        ("other", 3, True), ("unknown", 3, True), (None, 3, True), (None, 2, False),
    ],
)  # fmt: skip
def test_auditc_cut_off_by_sex(sex, total, is_positive):
    answers = {"q1": 1, "q2": total - 1, "q3": 0, "sex": sex}

    result = score_result("AUDITC", answers)

    assert result.details["screen_positive"] is is_positive
    assert codes_of(result) == (["ALCOHOL_POSITIVE"] if is_positive else [])


@pytest.mark.parametrize(("amounts", "contradicts"), [({"q2": 4}, True), ({"q3": 1}, True), ({"q2": 0}, False)])
def test_auditc_amount_after_never_does_not_count_but_is_flagged(amounts, contradicts):
    result = score_result("AUDITC", {"q1": 0} | amounts)

    assert result.total == 0
    assert result.is_complete
    assert codes_of(result) == (["ANSWERS_CONTRADICT"] if contradicts else [])


@pytest.mark.parametrize(("key", "points"), [("q2", 1), ("q3", 1)])
def test_auditc_points_beyond_item_1(key, points):
    answers = {"q1": 3, "q2": 0, "q3": 0}

    assert score("AUDITC", answers)["all_points_from_q1"] is True
    assert score("AUDITC", answers | {key: points})["all_points_from_q1"] is False


def test_wsas_fills_one_open_item_half_up():
    # 1 + 1 + 1 + 3 = 6; 6 / 4 x 5 = 7.5, which is 8.
    result = score_result("WSAS", {"q2": 1, "q3": 1, "q4": 1, "q5": 3})

    assert (result.total, result.prorated, result.missing) == (8, True, ("q1",))


@pytest.mark.parametrize(("highest", "impaired"), [(4, False), (5, True)])
def test_sds_area_is_impaired_from_5(highest, impaired):
    assert score("SDS", {"work": 0, "social": highest, "family": 0})["any_impaired"] is impaired


@pytest.mark.parametrize(
    ("minutes", "trouble", "points"),
    [(15, 0, 0), (16, 0, 1), (30, 1, 1), (31, 0, 1), (31, 1, 2), (60, 2, 2), (61, 1, 2), (61, 2, 3), (61, 3, 3)],
)
def test_psqi_latency(minutes, trouble, points):
    assert psqi_component(2, latency_min=minutes, q5a=trouble) == points


@pytest.mark.parametrize(("hours", "points"), [(7.1, 0), (7, 1), (6, 1), (5.9, 2), (5, 2), (4.9, 3), (0, 3)])
def test_psqi_duration(hours, points):
    assert psqi_component(3, hours_slept=hours) == points


@pytest.mark.parametrize(("hours", "points"), [(8.5, 0), (8.4, 1), (7.5, 1), (7.4, 2), (6.5, 2), (6.4, 3)])
def test_psqi_efficiency_of_ten_hours_in_bed(hours, points):
    assert psqi_component(4, hours_slept=hours, hours_in_bed=10) == points


@pytest.mark.parametrize(("added", "points"), [(0, 0), (1, 1), (9, 1), (10, 2), (18, 2), (19, 3), (27, 3)])
def test_psqi_disturbances(added, points):
    parts = [min(3, max(0, added - 3 * place)) for place in range(9)]

    assert psqi_component(5, q5b_j=parts) == points


@pytest.mark.parametrize(("q8", "q9", "points"), [(0, 0, 0), (1, 0, 1), (1, 1, 1), (2, 1, 2), (2, 2, 2), (3, 2, 3)])
def test_psqi_daytime(q8, q9, points):
    assert psqi_component(7, q8=q8, q9=q9) == points


@pytest.mark.parametrize(("medication", "is_poor"), [(2, False), (3, True)])
def test_psqi_poor_sleep_above_5(medication, is_poor):
    scored = score("PSQI", NIGHT | {"q6": 3, "q7": medication})

    assert (scored["global_"], scored["poor_sleeper"]) == (3 + medication, is_poor)


@pytest.mark.parametrize("key", sorted(NIGHT))
def test_psqi_with_a_blank_has_no_global_score(key):
    result = score_result("PSQI", NIGHT | {key: None})

    assert result.total is None
    assert result.details["poor_sleeper"] is None
    assert result.missing == (key,)


def test_psqi_blank_inside_the_disturbance_list_is_missing():
    assert score_result("PSQI", NIGHT | {"q5b_j": [0, None, 0, 0, 0, 0, 0, 0, 0]}).missing == ("q5b_j",)


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"hours_slept": 8.1}, "hours_slept"), ({"hours_slept": 0, "hours_in_bed": 0}, "hours_in_bed")],
)
def test_psqi_impossible_night_is_refused(changes, key):
    with pytest.raises(InvalidAnswers) as refusal:
        score("PSQI", NIGHT | changes)

    assert list(refusal.value.errors) == [key]


def test_psqi_asleep_all_the_time_in_bed_is_possible():
    assert score("PSQI", NIGHT)["efficiency_pct"] == 100.0
