"""C-SSRS and ASQ triage as truth tables: doubt never lowers the risk."""

import pytest

from assessments.scoring import score, score_result
from tests.unit.assessments.answer_sets import codes_of

NO = {"q1": 0, "q2": 0, "q6": 0}
IDEATION = {"q1": 1, "q2": 1, "q3": 0, "q4": 0, "q5": 0, "q6": 0}
ASQ_NO = {"q1": 0, "q2": 0, "q3": 0, "q4": 0}


@pytest.mark.parametrize(
    ("responses", "risk", "missing"),
    [
        (NO, "none", []),
        (NO | {"q1": 1}, "low", []),
        (IDEATION, "low", []),
        (IDEATION | {"q3": 1}, "moderate", []),
        (IDEATION | {"q4": 1}, "high", []),
        (IDEATION | {"q5": 1}, "high", []),
        (NO | {"q6": 1, "q6_3mo": 0}, "moderate", []),
        (NO | {"q6": 1, "q6_3mo": 1}, "high", []),
        (NO | {"q6": 1}, "high", ["q6_3mo"]),
        ({}, "incomplete", ["q1", "q2", "q6"]),
        ({"q1": 0, "q2": 0}, "incomplete", ["q6"]),
        ({"q2": 0, "q6": 0}, "incomplete", ["q1"]),
        ({"q1": 1, "q2": 1, "q6": 0}, "low", ["q3", "q4", "q5"]),
        # A yes that the form would not have asked for still counts.
        (NO | {"q4": 1}, "high", []),
        ({"q1": 0, "q2": 0, "q6_3mo": 1}, "high", ["q6"]),
    ],
)
def test_cssrs_triage(responses, risk, missing):
    scored = score("CSSRS_SCREEN", responses)

    assert scored["risk"] == risk
    assert scored["missing"] == missing
    assert scored["complete"] is (missing == [])


@pytest.mark.parametrize(
    ("responses", "flags"),
    [
        (NO, []),
        (NO | {"q1": 1}, ["SUICIDE_LOW"]),
        (IDEATION | {"q3": 1}, ["SUICIDE_MODERATE"]),
        (IDEATION | {"q4": 1}, ["SUICIDE_HIGH"]),
        (NO | {"q6": 1}, ["SUICIDE_HIGH", "SUICIDE_SCREEN_INCOMPLETE"]),
        ({"q1": 1, "q2": 1, "q6": 0}, ["SUICIDE_LOW", "SUICIDE_SCREEN_INCOMPLETE"]),
        ({}, ["SUICIDE_SCREEN_INCOMPLETE"]),
    ],
)
def test_cssrs_flags(responses, flags):
    assert codes_of(score_result("CSSRS_SCREEN", responses)) == flags


@pytest.mark.parametrize(
    ("responses", "severity"), [(NO, "none"), (NO | {"q1": 1}, "low"), (IDEATION | {"q5": 1}, "high"), ({}, None)]
)
def test_cssrs_severity_is_the_risk_and_empty_while_incomplete(responses, severity):
    assert score_result("CSSRS_SCREEN", responses).severity == severity


@pytest.mark.parametrize(
    ("responses", "level"), [(NO, 0), (IDEATION, 2), (IDEATION | {"q4": 1}, 4), (IDEATION | {"q5": 1}, 5)]
)
def test_cssrs_ideation_level_is_the_highest_yes(responses, level):
    assert score("CSSRS_SCREEN", responses)["ideation_level"] == level


@pytest.mark.parametrize(
    ("responses", "result", "flags"),
    [
        (ASQ_NO, "negative", []),
        (ASQ_NO | {"q1": 1, "q5": 0}, "non_acute_positive", ["SUICIDE_POSITIVE"]),
        (ASQ_NO | {"q1": 1, "q5": 1}, "acute_positive", ["SUICIDE_ACUTE"]),
        (ASQ_NO | {"q3": "refused", "q5": 1}, "acute_positive", ["SUICIDE_ACUTE"]),
        (ASQ_NO | {"q3": "refused", "q5": 0}, "non_acute_positive", ["SUICIDE_POSITIVE"]),
        (ASQ_NO | {"q1": 1, "q5": "refused"}, "acute_positive", ["SUICIDE_ACUTE"]),
        (ASQ_NO | {"q5": 1}, "acute_positive", ["SUICIDE_ACUTE"]),
        (ASQ_NO | {"q4": "refused"}, "positive_q5_missing", ["SUICIDE_ACUITY_UNKNOWN"]),
        ({"q4": 1}, "positive_q5_missing", ["SUICIDE_ACUITY_UNKNOWN"]),
        (ASQ_NO | {"q2": None}, "incomplete", ["SUICIDE_SCREEN_INCOMPLETE"]),
        ({}, "incomplete", ["SUICIDE_SCREEN_INCOMPLETE"]),
    ],
)
def test_asq_triage(responses, result, flags):
    scored = score_result("ASQ", responses)

    assert scored.details["result"] == result
    assert codes_of(scored) == flags


@pytest.mark.parametrize(
    ("responses", "missing"),
    [
        (ASQ_NO, ()),
        (ASQ_NO | {"q1": 1}, ("q5",)),
        ({"q1": 0}, ("q2", "q3", "q4")),
        ({"q1": 1, "q5": 0}, ("q2", "q3", "q4")),
    ],
)
def test_asq_names_what_is_open(responses, missing):
    assert score_result("ASQ", responses).missing == missing
