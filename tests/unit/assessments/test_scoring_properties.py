"""What holds for any answers: totals stay in range, worse answers never score better, a blank never adds."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.catalogue import all_instruments, get_instrument
from assessments.scoring import InvalidAnswers, score, score_result

CODES = [instrument.code for instrument in all_instruments()]
ADDING = [each.code for each in all_instruments() if each.scoring.method in ("sum", "sum_scaled", "domain_max_sum")]
RISK_ORDER = ["none", "low", "moderate", "high"]
QUICK = settings(max_examples=60, deadline=None)


def values_of(item):
    if item.options:
        one = st.sampled_from([option.value for option in item.options])
    elif item.is_whole:
        one = st.integers(item.low, item.high)
    else:
        one = st.decimals(item.low, item.high, places=2)
    count = len(item.parts)
    return st.lists(one, min_size=count, max_size=count) if count else one


def responses_for(code, *, may_be_open):
    fields = get_instrument(code).items
    return st.fixed_dictionaries(
        {item.key: st.none() | values_of(item) if may_be_open else values_of(item) for item in fields}
    )


def score_if_possible(code, responses):
    try:
        return score_result(code, responses)
    except InvalidAnswers:
        assert code == "PSQI"  # the only one with nights that cannot be
        return None


@pytest.mark.parametrize("code", CODES)
@QUICK
@given(data=st.data())
def test_total_stays_inside_the_range(code, data):
    result = score_if_possible(code, data.draw(responses_for(code, may_be_open=True)))
    if result is None or result.total is None:
        return

    rule = get_instrument(code).scoring
    highest = 150 if code == "MEQ30" else rule.high
    assert rule.low <= result.total <= highest
    assert type(result.total) in (int, Decimal)


@pytest.mark.parametrize("code", CODES)
@QUICK
@given(data=st.data())
def test_same_answers_give_the_same_score_with_known_keys(code, data):
    responses = data.draw(responses_for(code, may_be_open=True))
    if score_if_possible(code, responses) is None:
        return

    assert score(code, responses) == score(code, dict(reversed(responses.items())))
    assert set(score(code, responses)) <= set(get_instrument(code).scoring.report)


@pytest.mark.parametrize("code", CODES)
@QUICK
@given(data=st.data())
def test_complete_answers_leave_nothing_missing(code, data):
    result = score_if_possible(code, data.draw(responses_for(code, may_be_open=False)))
    if result is None:
        return

    assert result.missing == ()
    assert result.is_complete
    assert not result.prorated


@pytest.mark.parametrize("code", ADDING)
@QUICK
@given(data=st.data())
def test_raising_one_answer_never_lowers_the_total(code, data):
    responses = data.draw(responses_for(code, may_be_open=False))
    key = data.draw(st.sampled_from(get_instrument(code).scoring.items or sorted(responses)))
    higher = [value for value, _ in get_instrument(code).item(key).choices if value > responses[key]]
    if not higher:
        return

    raised = responses | {key: data.draw(st.sampled_from(higher))}
    assert score_result(code, raised).total >= score_result(code, responses).total


@pytest.mark.parametrize("code", ADDING)
@QUICK
@given(data=st.data())
def test_blanks_never_raise_a_total_above_what_the_answers_allow(code, data):
    responses = data.draw(responses_for(code, may_be_open=True))
    result = score_result(code, responses)
    if result.total is None:
        return

    def filled(pick):
        options = {item.key: [value for value, _ in item.choices] for item in get_instrument(code).items}
        return {key: pick(options[key]) if value is None else value for key, value in responses.items()}

    assert result.total <= score_result(code, filled(max)).total
    assert result.total >= score_result(code, filled(min)).total


@pytest.mark.parametrize("code", ADDING)
@QUICK
@given(data=st.data())
def test_more_blanks_than_allowed_never_give_a_total(code, data):
    instrument = get_instrument(code)
    result = score_result(code, data.draw(responses_for(code, may_be_open=True)))

    if instrument.missing_rule.strategy in ("complete_required", "prorate_mean"):
        has_total = len(result.missing) <= instrument.missing_rule.max_missing
        assert (result.total is not None) is has_total


@pytest.mark.parametrize(("code", "key"), [("PHQ9", "q9"), ("QIDSSR16", "q12"), ("MADRS", "m10"), ("BDI2", "b9")])
@QUICK
@given(data=st.data())
def test_suicide_item_flags_alike_whatever_else_was_answered(code, key, data):
    responses = data.draw(responses_for(code, may_be_open=True))

    alone = score_result(code, {key: responses[key]}).flags

    assert score_result(code, responses).flags == alone


@QUICK
@given(responses=responses_for("CSSRS_SCREEN", may_be_open=True), data=st.data())
def test_cssrs_another_yes_never_lowers_the_risk(responses, data):
    before = score("CSSRS_SCREEN", responses)["risk"]
    key = data.draw(st.sampled_from([key for key in responses if key != "q6_3mo"]))
    after = score("CSSRS_SCREEN", responses | {key: 1})["risk"]

    if before != "incomplete":
        assert RISK_ORDER.index(after) >= RISK_ORDER.index(before)


@QUICK
@given(responses=responses_for("CSSRS_SCREEN", may_be_open=True))
def test_cssrs_is_never_none_while_a_needed_answer_is_open(responses):
    scored = score("CSSRS_SCREEN", responses)

    if scored["missing"]:
        assert scored["risk"] != "none"
    if scored["risk"] == "incomplete":
        assert not scored["complete"]


@QUICK
@given(responses=responses_for("ASQ", may_be_open=True), data=st.data())
def test_asq_refusing_is_never_safer_than_no(responses, data):
    key = data.draw(st.sampled_from(["q1", "q2", "q3", "q4", "q5"]))

    assert score("ASQ", responses | {key: "refused"})["result"] != "negative"
