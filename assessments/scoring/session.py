"""Scales used around the session: mystical experience, breakthrough, dissociation, mood, sedation."""

from decimal import Decimal

from assessments.definitions import Instrument
from assessments.scoring.answers import InvalidAnswers
from assessments.scoring.arithmetic import percent_half_up, ratio_half_up
from assessments.scoring.result import Findings
from assessments.scoring.totals import Answers, at_least, sum_of, summed


def score_meq30(instrument: Instrument, answers: Answers) -> Findings:
    """MEQ-30: 0 to 150 and percent of the maximum (two decimals half up), in all and for four subscales.

    A complete mystical experience is 60 % or more on all four, judged on the unrounded sums.
    """
    findings = summed(instrument, answers)
    scales = {each.key: (findings.subscales[each.key], each.high) for each in instrument.scoring.subscales}
    limit = instrument.thresholds["complete_mystical_pct"]
    highest = sum(high for _, high in scales.values())
    findings.details.update(
        subscales_pct={key: _percent(part, high) for key, (part, high) in scales.items()},
        total_pct=_percent(findings.total, highest),
        complete_mystical=None,
    )
    if not findings.missing:
        findings.details["complete_mystical"] = all(100 * part >= limit * high for part, high in scales.values())
    return findings


def _percent(part: int | None, whole: int) -> Decimal | None:
    return None if part is None else percent_half_up(part, whole)


def score_ebi(instrument: Instrument, answers: Answers) -> Findings:
    """EBI: the total is the mean of six items, 0 to 100, two decimals half up; the sum, 0 to 600, is kept."""
    keys = instrument.scoring.items
    added = sum_of(answers, keys)
    mean = None if added is None else ratio_half_up(added, len(keys))
    missing = tuple(key for key in keys if answers[key] is None)
    return Findings(total=mean, missing=missing, details={"mean": mean, "sum": added})


def score_cadss(instrument: Instrument, answers: Answers) -> Findings:
    """CADSS: 0 to 92, and the six-item form 0 to 24, each only when its own items are all answered.

    `answered_sum` adds what was answered: above 4 it shows dissociation whatever is still open.
    """
    findings = summed(instrument, answers)
    findings.details.update(
        cadss6=findings.subscales["cadss6"],
        dissociation_present=at_least(findings.total, instrument.thresholds["dissociation_present_min"]),
        answered_sum=sum(answers[key] or 0 for key in instrument.scoring.items),
    )
    return findings


def score_vasmood(instrument: Instrument, answers: Answers) -> Findings:
    """Mood 0 to 100, higher is better: one rating `mood`, or `pre` and `post` of a session.

    With a pair the total is `post` and `change` is post minus pre. Raises InvalidAnswers when both are mixed.
    """
    pre, post, mood = answers["pre"], answers["post"], answers["mood"]
    if pre is None and post is None:
        return Findings(total=mood, missing=() if mood is not None else ("mood",), details={"change": None})
    if mood is not None:
        raise InvalidAnswers({"mood": "Give either one rating, or the ratings before and after."})
    missing = tuple(key for key in ("pre", "post") if answers[key] is None)
    return Findings(total=post, missing=missing, details={"change": None if missing else post - pre})


def score_moaas(instrument: Instrument, answers: Answers) -> Findings:
    """MOAA/S 0 to 5, 5 is alert; fit for discharge only at 5, and not fit while unanswered."""
    findings = summed(instrument, answers)
    findings.details["discharge_ok"] = bool(at_least(findings.total, instrument.thresholds["discharge_min"]))
    return findings


def score_rass(instrument: Instrument, answers: Answers) -> Findings:
    """RASS -5 to 4, 0 is alert and calm; fit for discharge only at 0."""
    findings = summed(instrument, answers)
    findings.details["discharge_ok"] = findings.total == instrument.thresholds["discharge_level"]
    return findings


def score_aldrete(instrument: Instrument, answers: Answers) -> Findings:
    """Modified Aldrete 0 to 10: ready at 9 or more with no item at zero; not ready while an item is open."""
    findings = summed(instrument, answers)
    is_ready = bool(at_least(findings.total, instrument.thresholds["ready_min"]))
    findings.details["ready"] = is_ready and all(answers[key] > 0 for key in instrument.scoring.items)
    return findings
