"""Judges vital signs by a practice's ladder of limits; of each measure the most severe rule answers first.

The limits, their meaning and their defaults are in `vital_table`. Page, chart, board, API and print ask `judge` here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sessions_app.severity import Finding, Severity, criticals, worst
from sessions_app.vital_table import BY_NAME, FIELDS, LIMITS, MEASURES, Bound, VitalLimit, limits_of

__all__ = [
    "DEFAULT_LADDER",
    "MEASURES",
    "Finding",
    "Ladder",
    "Severity",
    "criticals",
    "is_caution",
    "is_hold",
    "judge",
    "value_of",
    "words_of",
    "worst",
]


@dataclass(frozen=True)
class Ladder:
    """The numbers in force at one moment, by name of the limit; a name that is absent is no rule.

    `sources` has, for each measure that the practice changed, who decided and in which version.
    """

    values: Mapping[str, int]
    sources: Mapping[str, str] = field(default_factory=dict)

    def source_of(self, limit: VitalLimit) -> str:
        """The limit's own source while its number is the default, else the practice's."""
        if self.values.get(limit.name) == limit.default:
            return limit.source
        return self.sources.get(limit.measure, limit.source)


DEFAULT_LADDER = Ladder({limit.name: limit.default for limit in LIMITS if limit.default is not None})


def value_of(reading, measure: str):
    """A reading's value of one measure (the pressure as a pair), or None when it was not taken."""
    if measure != "pressure":
        return getattr(reading, measure)
    if reading.systolic_mmhg is None or reading.diastolic_mmhg is None:
        return None
    return (reading.systolic_mmhg, reading.diastolic_mmhg)


def words_of(reading, measure: str) -> str:
    """The value with its unit as a nurse writes it: 142/88 mmHg, 97 %."""
    value = value_of(reading, measure)
    number = f"{value[0]}/{value[1]}" if measure == "pressure" else str(value)
    return f"{number} {MEASURES[measure][1]}".strip()


def judge(reading, ladder: Ladder, *, baseline=None, earlier: Sequence = ()) -> tuple[Finding, ...]:
    """What is abnormal in one reading: one finding per measure, the most severe first.

    `baseline` is the reading before the dose that a rise or fall is counted from, None when there is none;
    `earlier` are the readings that stand from before this one, oldest first. A value not taken is not judged.
    """
    found = [_judged(reading, measure, ladder, baseline, earlier) for measure in MEASURES]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: -one.severity.rank))


def _judged(reading, measure: str, ladder: Ladder, baseline, earlier) -> Finding | None:
    if value_of(reading, measure) is None:
        return None
    for limit in limits_of(measure):
        number = ladder.values.get(limit.name)
        if number is None or limit.severity is None:
            continue
        sentence = _sentence(limit, number, reading, ladder, baseline, earlier)
        if sentence:
            return Finding(limit.severity, measure, sentence, ladder.source_of(limit))
    return None


def _sentence(limit: VitalLimit, number: int, reading, ladder: Ladder, baseline, earlier) -> str:
    """What the limit has to say of this reading; nothing when it is not crossed."""
    if limit.test is Bound.AGAIN:
        return _again(limit, number, reading, ladder, earlier)
    if limit.test in (Bound.RISE, Bound.FALL):
        return _moved(limit, number, reading, baseline)
    if not _crosses(limit, number, reading):
        return ""
    said = f"{MEASURES[limit.measure][0]} {words_of(reading, limit.measure)}"
    place = f"{_BEYOND[limit.test]} {number}{' %' if limit.unit == '%' else ''}"
    if limit.measure == "pressure":
        return f"{said}, {FIELDS[limit.field].lower()} {place}: {limit.advice}"
    return f"{said} is {place}: {limit.advice}"


_BEYOND = {Bound.FROM: "at or above", Bound.ABOVE: "above", Bound.BELOW: "below", Bound.TO: "at or below"}


def _crosses(limit: VitalLimit, number: int, reading) -> bool:
    value = getattr(reading, limit.field)
    if value is None:
        return False
    return {
        Bound.FROM: value >= number,
        Bound.ABOVE: value > number,
        Bound.BELOW: value < number,
        Bound.TO: value <= number,
    }[limit.test]


def _moved(limit: VitalLimit, number: int, reading, baseline) -> str:
    value = getattr(reading, limit.field)
    start = getattr(baseline, limit.field) if baseline is not None else None
    if value is None or start is None:
        return ""
    moved = value - start if limit.test is Bound.RISE else start - value
    if moved < number:
        return ""
    way = "above" if limit.test is Bound.RISE else "below"
    said = f"{MEASURES[limit.measure][0]} {words_of(reading, limit.measure)}"
    return f"{said}, {FIELDS[limit.field].lower()} {moved} {way} the baseline of {start}: {limit.advice}"


def _again(limit: VitalLimit, minutes: int, reading, ladder: Ladder, earlier) -> str:
    """Every reading of the measure from `minutes` ago or more until now crossed a warning."""
    warnings = [(BY_NAME[name], ladder.values[name]) for name in limit.repeats if name in ladder.values]

    def is_beyond(one) -> bool:
        return any(_crosses(warning, number, one) for warning, number in warnings)

    if not is_beyond(reading):
        return ""
    for one in reversed(earlier):
        if value_of(one, limit.measure) is None:
            continue
        if not is_beyond(one):
            return ""
        if reading.occurred_at - one.occurred_at >= timedelta(minutes=minutes):
            shown = "/".join(str(number) for _, number in warnings)
            place = f"{_BEYOND[warnings[0][0].test]} {shown}{' %' if limit.measure == 'spo2_pct' else ''}"
            return f"{MEASURES[limit.measure][0]} {place} twice, {minutes} minutes or more apart: {limit.advice}"
    return ""


def is_hold(reading, ladder: Ladder) -> bool:
    """A pressure that holds the dose (KAP-MON-BP-HOLD)."""
    return _crosses_one(reading, ladder, "systolic_hold_from", "diastolic_hold_from")


def is_caution(reading, ladder: Ladder) -> bool:
    """A pressure that needs the prescriber's decision before esketamine (KAP-MON-BP-CAUTION)."""
    return _crosses_one(reading, ladder, "systolic_caution_above", "diastolic_caution_above")


def _crosses_one(reading, ladder: Ladder, *names: str) -> bool:
    if value_of(reading, "pressure") is None:
        return False
    return any(_crosses(BY_NAME[name], ladder.values[name], reading) for name in names)
