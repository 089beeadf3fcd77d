"""The rule most instruments share: add the items, mind the blanks, look up the band."""

from collections.abc import Mapping
from typing import Any

from assessments.definitions import Instrument
from assessments.scoring.arithmetic import mean_filled_total_half_up
from assessments.scoring.result import Findings, Number

Answers = Mapping[str, Any]


def sum_of(answers: Answers, keys: tuple[str, ...]) -> int | None:
    """The sum of these answers, None when one is open."""
    values = [answers[key] for key in keys]
    return None if None in values else sum(values)


def summed(instrument: Instrument, answers: Answers, **details: Any) -> Findings:
    """Total, band and subscales of an instrument that adds its items.

    Blanks: none allowed, or up to `max_missing` filled with the mean and rounded half up, as the
    instrument's missing rule says. A subscale with an open item is None: it is never estimated.
    """
    keys = instrument.scoring.items
    missing = tuple(key for key in keys if answers[key] is None)
    total, prorated = _total(instrument, answers, missing)
    return Findings(
        total=total,
        severity=instrument.band_for(total),
        subscales={each.key: sum_of(answers, each.items) for each in instrument.scoring.subscales},
        missing=missing,
        prorated=prorated,
        details=details,
    )


def summed_if_scored(instrument: Instrument, answers: Answers) -> Findings:
    """A practice's own questionnaire: added up where the practice said so, else only what was left open."""
    if instrument.scoring.items:
        return summed(instrument, answers)
    return Findings(missing=tuple(one.key for one in instrument.required_items(answers) if answers[one.key] is None))


def screened(instrument: Instrument, answers: Answers) -> Findings:
    """`summed`, with `screen_positive` at the instrument's cut-off."""
    findings = summed(instrument, answers)
    limit = instrument.thresholds["screen_positive_min"]
    findings.details["screen_positive"] = at_least(findings.total, limit)
    return findings


def at_least(total: Number | None, limit: Number) -> bool | None:
    """total >= limit, None when there is no total."""
    return None if total is None else total >= limit


def at_most(total: Number | None, limit: Number) -> bool | None:
    """total <= limit, None when there is no total."""
    return None if total is None else total <= limit


def _total(instrument: Instrument, answers: Answers, missing: tuple[str, ...]) -> tuple[int | None, bool]:
    answered = [answers[key] for key in instrument.scoring.items if answers[key] is not None]
    if not missing:
        return sum(answered), False
    rule = instrument.missing_rule
    if rule.strategy == "prorate_mean" and len(missing) <= rule.max_missing:
        return mean_filled_total_half_up(answered, len(instrument.scoring.items)), True
    return None, False
