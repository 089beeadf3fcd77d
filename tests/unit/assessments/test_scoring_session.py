"""Scales around the session: both sides of each limit."""

from decimal import Decimal

import pytest

from assessments.scoring import InvalidAnswers, score, score_result
from tests.unit.assessments.answer_sets import answers_with_total, codes_of, flat


@pytest.mark.parametrize(("low_item", "is_complete_experience"), [(3, True), (2, False)])
def test_meq30_needs_60_percent_on_each_subscale(low_item, is_complete_experience):
    # Every answer 3 is exactly 60 %; one point less in a subscale falls below it.
    result = score_result("MEQ30", flat("MEQ30", 3, q3=low_item))

    assert result.details["complete_mystical"] is is_complete_experience


def test_meq30_with_a_blank_keeps_the_other_subscales():
    result = score_result("MEQ30", flat("MEQ30", 5, q3=None))

    assert result.total is None
    assert result.details["subscales_pct"]["ineffability"] is None
    assert result.details["subscales_pct"]["mystical"] == Decimal("100.00")
    assert result.details["complete_mystical"] is None


def test_ebi_mean_has_two_decimals_half_up():
    scored = score("EBI", flat("EBI", 50, q1=51))

    assert (scored["mean"], scored["sum"]) == (50.17, 301)


@pytest.mark.parametrize(("total", "is_present"), [(4, False), (5, True)])
def test_cadss_dissociation_above_4(total, is_present):
    answers = answers_with_total("CADSS", total)

    assert score("CADSS", answers)["dissociation_present"] is is_present
    assert codes_of(score_result("CADSS", answers)) == []
    at_discharge = codes_of(score_result("CADSS", answers, at_discharge=True))
    assert at_discharge == (["DISSOCIATION_UNRESOLVED"] if is_present else [])


def test_cadss_six_item_form_alone_scores_and_flags():
    six = dict.fromkeys(("c1", "c2", "c6", "c7", "c15", "c22"), 1)

    result = score_result("CADSS", six, at_discharge=True)

    assert (result.total, result.subscales["cadss6"]) == (None, 6)
    assert codes_of(result) == ["DISSOCIATION_UNRESOLVED"]


@pytest.mark.parametrize(("post", "flag"), [(21, None), (20, "MOOD_CRASH"), (0, "MOOD_CRASH"), (100, None)])
def test_mood_fall_of_30_is_flagged(post, flag):
    assert score("VASMOOD", {"pre": 50, "post": post}) == {"change": post - 50, "flag": flag}


def test_mood_single_rating_is_the_total():
    result = score_result("VASMOOD", {"mood": 40})

    assert (result.total, result.details["change"], result.is_complete) == (40, None, True)


def test_mood_with_only_one_of_the_pair_has_no_change():
    result = score_result("VASMOOD", {"pre": 40})

    assert (result.total, result.details["change"], result.missing) == (None, None, ("post",))


def test_mood_rating_and_pair_together_are_refused():
    with pytest.raises(InvalidAnswers, match="mood"):
        score("VASMOOD", {"mood": 1, "pre": 2})


@pytest.mark.parametrize(("distress", "flag"), [(6, None), (7, "DISTRESS_HIGH"), (10, "DISTRESS_HIGH"), (None, None)])
def test_suds_flag_from_7(distress, flag):
    assert score("SUDS", {"suds": distress}) == {"flag": flag}


@pytest.mark.parametrize(
    ("level", "flags", "may_leave"),
    [
        (5, [], True), (4, [], False), (3, ["SEDATION_ALERT"], False), (2, ["SEDATION_ALERT"], False),
        (1, ["SEDATION_ALERT", "SEDATION_EMERGENCY"], False), (None, [], False),
    ],
)  # fmt: skip
def test_moaas_levels(level, flags, may_leave):
    assert score("MOAAS", {"moaas": level}) == {"flags": flags, "discharge_ok": may_leave}


@pytest.mark.parametrize(
    ("level", "flags", "may_leave"),
    [
        (4, ["RASS_ALERT"], False), (2, ["RASS_ALERT"], False), (1, [], False), (0, [], True), (-1, [], False),
        (-2, [], False), (-3, ["RASS_ALERT"], False), (-5, ["RASS_ALERT"], False), (None, [], False),
    ],
)  # fmt: skip
def test_rass_levels(level, flags, may_leave):
    result = score_result("RASS", {"rass": level})

    assert codes_of(result) == flags
    assert result.details["discharge_ok"] is may_leave


@pytest.mark.parametrize(
    ("changes", "total", "is_ready"),
    [({}, 10, True), ({"oxygen": 1}, 9, True), ({"oxygen": 0}, 8, False), ({"oxygen": 1, "activity": 1}, 8, False)],
)
def test_aldrete_ready_from_9(changes, total, is_ready):
    assert score("ALDRETE", flat("ALDRETE", 2, **changes)) == {"total": total, "ready": is_ready}


@pytest.mark.parametrize(("open_item", "missing"), [({}, ()), ({"q2": None}, ("q2",))])
def test_ebi_names_what_is_open(open_item, missing):
    assert score_result("EBI", flat("EBI", 50, **open_item)).missing == missing
