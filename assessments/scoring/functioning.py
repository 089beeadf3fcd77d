"""Well-being, alcohol, daily functioning and sleep: WHO-5, AUDIT-C, WSAS, SDS, PSQI."""

from decimal import Decimal

from assessments.definitions import Instrument
from assessments.scoring.answers import InvalidAnswers
from assessments.scoring.arithmetic import percent_half_up
from assessments.scoring.result import Findings
from assessments.scoring.totals import Answers, at_least, at_most, sum_of, summed


def score_who5(instrument: Instrument, answers: Answers) -> Findings:
    """WHO-5: raw 0 to 25 times four, 0 to 100, higher is better; complete only."""
    raw = sum_of(answers, instrument.scoring.items)
    total = None if raw is None else raw * instrument.scoring.multiplier
    details: dict[str, object] = {"raw": raw}
    if total is not None:
        details["low_wellbeing"] = at_most(total, instrument.thresholds["screen_positive_max"])
        details["probable_depression"] = at_most(total, instrument.thresholds["depression_max"])
    missing = tuple(key for key in instrument.scoring.items if answers[key] is None)
    return Findings(total=total, severity=instrument.band_for(total), missing=missing, details=details)


def score_auditc(instrument: Instrument, answers: Answers) -> Findings:
    """AUDIT-C: 0 to 12. "Never" on item 1 is a total of 0. Positive from 4 for men, from 3 otherwise.

    Amounts given after "never" do not count but set `answers_contradict`.
    """
    never = answers["q1"] == 0
    counted = {**answers, "q2": 0, "q3": 0} if never else answers
    findings = summed(instrument, counted)
    cutoff_sex = answers["sex"] if answers["sex"] in ("male", "female") else "other"
    limit = instrument.thresholds[f"screen_positive_min_{cutoff_sex}"]
    findings.details["screen_positive"] = at_least(findings.total, limit)
    if findings.total is not None:
        findings.details["all_points_from_q1"] = findings.total > 0 and findings.total == counted["q1"]
    findings.details["answers_contradict"] = never and bool(answers["q2"] or answers["q3"])
    return findings


def score_wsas(instrument: Instrument, answers: Answers) -> Findings:
    """WSAS: 0 to 40; one open item, or work that does not apply, takes the mean of the rest, half up."""
    return summed(instrument, answers, max=instrument.scoring.high)


def score_sds(instrument: Instrument, answers: Answers) -> Findings:
    """SDS: 0 to 30, complete only; `any_impaired` looks at the areas that were answered."""
    limit = instrument.thresholds["impaired_item_min"]
    answered = [answers[key] for key in instrument.scoring.items if answers[key] is not None]
    return summed(instrument, answers, any_impaired=any(value >= limit for value in answered))


def score_psqi(instrument: Instrument, answers: Answers) -> Findings:
    """PSQI: seven components of 0 to 3, global 0 to 21, above 5 is poor sleep; complete only.

    Minutes and hours are Decimal; the efficiency band uses the unrounded percent, the printed one has two
    decimals half up. Raises InvalidAnswers when nobody could sleep that long in that bed.
    """
    _refuse_impossible_night(answers)
    components = _psqi_components(answers)
    total = None if None in components else sum(components)
    missing = tuple(key for key in instrument.scoring.items if _is_open(answers[key]))
    slept, in_bed = answers["hours_slept"], answers["hours_in_bed"]
    return Findings(
        total=total,
        missing=missing,
        details={
            "components": components,
            "global_": total,
            "poor_sleeper": at_least(total, instrument.thresholds["screen_positive_min"]),
            "efficiency_pct": None if None in (slept, in_bed) else percent_half_up(slept, in_bed),
        },
    )


def _is_open(answer: object) -> bool:
    return answer is None or (isinstance(answer, tuple) and None in answer)


def _refuse_impossible_night(answers: Answers) -> None:
    slept, in_bed = answers["hours_slept"], answers["hours_in_bed"]
    if in_bed == 0:
        raise InvalidAnswers({"hours_in_bed": "Enter more than 0 hours in bed."})
    if None not in (slept, in_bed) and slept > in_bed:
        raise InvalidAnswers({"hours_slept": "Hours asleep cannot be more than the hours in bed."})


def _psqi_components(answers: Answers) -> list[int | None]:
    latency = _steps_above(answers["latency_min"], (15, 30, 60))
    disturbances = None if _is_open(answers["q5b_j"]) else sum(answers["q5b_j"])
    return [
        answers["q6"],
        _steps_above(_plus(latency, answers["q5a"]), (0, 2, 4)),
        _psqi_duration(answers["hours_slept"]),
        _psqi_efficiency(answers["hours_slept"], answers["hours_in_bed"]),
        _steps_above(disturbances, (0, 9, 18)),
        answers["q7"],
        _steps_above(_plus(answers["q8"], answers["q9"]), (0, 2, 4)),
    ]


def _psqi_duration(slept: Decimal | None) -> int | None:
    if slept is None:
        return None
    if slept > 7:
        return 0
    return 1 + sum(slept < limit for limit in (6, 5))


def _psqi_efficiency(slept: Decimal | None, in_bed: Decimal | None) -> int | None:
    if slept is None or in_bed is None:
        return None
    return sum(100 * slept < limit * in_bed for limit in (85, 75, 65))


def _plus(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _steps_above(value: int | Decimal | None, limits: tuple[int, ...]) -> int | None:
    return None if value is None else sum(value > limit for limit in limits)
