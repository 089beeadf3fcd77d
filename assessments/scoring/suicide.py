"""Suicide screens, C-SSRS screener and ASQ: they sort people, they never add up, and doubt counts as risk."""

from assessments.definitions import Instrument
from assessments.scoring.result import Findings
from assessments.scoring.totals import Answers

CSSRS_IDEATION = ("q1", "q2", "q3", "q4", "q5")
ASQ_SCREEN = ("q1", "q2", "q3", "q4")
ASQ_WORDS = {
    "negative": "negative",
    "non_acute_positive": "positive, not acute",
    "acute_positive": "positive, acute",
    "positive_q5_missing": "positive, item 5 open",
    "incomplete": None,
}


def score_cssrs(instrument: Instrument, answers: Answers) -> Findings:
    """C-SSRS screener: risk none, low, moderate, high, or incomplete. Items 4 and 5 are both high.

    Items 3 to 5 are needed after a yes on item 2, recency after a yes on item 6. A yes counts even where
    the form would not have asked. Source AS-CSSRS_SCREEN-SCORE.
    """
    missing = _open_required(instrument, answers)
    risk = _cssrs_risk(answers, is_complete=not missing)
    levels = [level for level, key in enumerate(CSSRS_IDEATION, start=1) if answers[key] == 1]
    return Findings(
        severity=None if risk == "incomplete" else risk,
        missing=missing,
        details={
            "risk": risk,
            "complete": not missing,
            "missing": list(missing),
            "ideation_level": max(levels, default=0),
        },
    )


def _cssrs_risk(answers: Answers, *, is_complete: bool) -> str:
    yes = {key for key, value in answers.items() if value == 1}
    behaviour_may_be_recent = "q6_3mo" in yes or ("q6" in yes and answers["q6_3mo"] is None)
    if yes & {"q4", "q5"} or behaviour_may_be_recent:
        return "high"
    if yes & {"q3", "q6"}:
        return "moderate"
    if yes & {"q1", "q2"}:
        return "low"
    return "none" if is_complete else "incomplete"


def score_asq(instrument: Instrument, answers: Answers) -> Findings:
    """ASQ: a yes or a refusal on items 1 to 4 is positive; item 5 tells acute from not acute.

    A yes or a refusal on item 5 is acute, even after four noes. Source AS-ASQ-SCORE.
    """
    result = _asq_result(answers)
    return Findings(
        severity=ASQ_WORDS[result],
        missing=_open_required(instrument, answers),
        details={"result": result},
    )


def _asq_result(answers: Answers) -> str:
    positive = (1, "refused")
    if answers["q5"] in positive:
        return "acute_positive"
    if any(answers[key] in positive for key in ASQ_SCREEN):
        return "positive_q5_missing" if answers["q5"] is None else "non_acute_positive"
    is_complete = all(answers[key] is not None for key in ASQ_SCREEN)
    return "negative" if is_complete else "incomplete"


def _open_required(instrument: Instrument, answers: Answers) -> tuple[str, ...]:
    return tuple(item.key for item in instrument.required_items(answers) if answers[item.key] is None)
