"""Says what counts as response, remission and reliable change, with where each rule comes from."""

from assessments.change import ChangeRule
from common.templatetags.ui import decimal_trim
from outcomes.measured import Measured

FORMULA = (
    "Without fixed points it would be 1.96 × SD × √2 × √(1 − reliability), from the baseline's spread and the "
    "instrument's reliability (Jacobson and Truax 1991, AS-RCI)."
)
NO_SOURCE = "No source gives one for this questionnaire, so it is not counted."


def definitions(measure: Measured) -> list[tuple[str, str]]:
    """(name, sentence with source) in the order of the table's columns."""
    rule = measure.rule
    source = f"AS-{rule.code}-CUTOFFS"
    return [
        *_versions(measure.versions),
        ("Response", _sourced(_response(rule), source)),
        ("Remission", _sourced(_remission(rule), source)),
        ("Reliable change", _sourced(_reliable(rule), source)),
        ("Before", "The last score in the 60 days before the first dose of the series (KAP-OUT-BEFORE)."),
        ("After", "The newest score from day 3 to day 31 after the dose, before the next dose (KAP-OUT-AFTER)."),
        ("Mean change", "After minus before, with the 95 % interval by Student's t (KAP-OUT-CI)."),
        (
            "Effect",
            "Cohen's d three ways: over the average of both spreads, over the baseline's, over the change's "
            "(KAP-OUT-EFFECT).",
        ),
    ]


def _versions(counted: tuple[str, ...]) -> list[tuple[str, str]]:
    if not counted:
        return []
    named = f"version{'' if len(counted) == 1 else 's'} {', '.join(counted)}"
    return [
        ("Versions", f"Answers to {named}: the newest, and those that count the same questions with the same points.")
    ]


def _sourced(sentence: str, source: str) -> str:
    return f"{sentence} ({source})" if sentence else NO_SOURCE


def _way(rule: ChangeRule) -> str:
    return "fall" if rule.lower_is_better else "rise"


def _response(rule: ChangeRule) -> str:
    if rule.response_pct is not None:
        return f"A {_way(rule)} of at least {rule.response_pct} % from a baseline above 0, judged before rounding."
    return f"A {_way(rule)} of at least {rule.response_points} points." if rule.response_points is not None else ""


def _remission(rule: ChangeRule) -> str:
    return f"A score of {rule.remission_max} or less afterwards." if rule.remission_max is not None else ""


def _reliable(rule: ChangeRule) -> str:
    if rule.reliable_change is None:
        return ""
    return f"At least {decimal_trim(rule.reliable_change)} points, better or worse. {FORMULA}"
