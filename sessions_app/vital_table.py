"""The one table of alarm limits: of each the measure, severity, test, default and how far a practice may go.

Defaults and bounds are proposals for the practice's medical director: docs/clinical/sources_monitoring.md, KAP-MON-*.
A practice stores its own numbers as rows (`MonitoringSetting`); the table says what each number means.
"""

from dataclasses import dataclass
from enum import StrEnum

from sessions_app.severity import Severity

# measure → (its name, its unit)
MEASURES = {
    "pressure": ("Blood pressure", "mmHg"),
    "heart_rate_bpm": ("Heart rate", "per min"),
    "spo2_pct": ("SpO2", "%"),
    "respiratory_rate": ("Respiratory rate", "per min"),
    "moaas": ("MOAA/S", ""),
}
FIELDS = {
    "systolic_mmhg": "Systolic",
    "diastolic_mmhg": "Diastolic",
    **{measure: label for measure, (label, _) in MEASURES.items() if measure != "pressure"},
}


class Bound(StrEnum):
    """How a value is held against its limit. A rise or fall is counted from the baseline of the same session."""

    FROM = "from"
    ABOVE = "above"
    BELOW = "below"
    TO = "to"
    RISE = "rise"
    FALL = "fall"
    AGAIN = "again"

    @property
    def is_upward(self) -> bool:
        """A larger value is the worse one."""
        return self in (Bound.FROM, Bound.ABOVE, Bound.RISE)


TEST_WORDS = {
    Bound.FROM: "from",
    Bound.ABOVE: "above",
    Bound.BELOW: "below",
    Bound.TO: "at or below",
    Bound.RISE: "when it rose above the baseline by",
    Bound.FALL: "when it fell below the baseline by",
}


@dataclass(frozen=True)
class VitalLimit:
    """One number of the table. `severity` None decides about a dose only; `default` None means no such rule.

    A practice's number lies from `least` to `most`. `repeats` names the warnings that AGAIN looks for: the limit is
    then the minutes between the first and the last of readings that all crossed one of them.
    """

    name: str
    measure: str
    field: str
    severity: Severity | None
    test: Bound
    default: int | None
    least: int
    most: int
    source: str
    advice: str
    repeats: tuple[str, ...] = ()

    @property
    def is_required(self) -> bool:
        return self.default is not None

    @property
    def unit(self) -> str:
        return "min" if self.test is Bound.AGAIN else MEASURES[self.measure][1]

    @property
    def label(self) -> str:
        if self.test is Bound.AGAIN:
            return "Critical when a reading this much later is beyond the warning, too"
        said = self.severity.value if self.severity else "dose held"
        return f"{FIELDS[self.field]}, {said} {TEST_WORDS[self.test]}"


def first_of(limit: VitalLimit, number: int) -> int:
    """The mildest whole value that crosses the limit: above 140 begins at 141, below 90 at 89."""
    return number + {Bound.ABOVE: 1, Bound.BELOW: -1}.get(limit.test, 0)


X, W, C = Severity.CRITICAL, Severity.WARNING, Severity.CAUTION
BP, HR, O2, RR, MS = "pressure", "heart_rate_bpm", "spo2_pct", "respiratory_rate", "moaas"
SYS, DIA = "systolic_mmhg", "diastolic_mmhg"
_TREAT = "treat or stop now."
_REPEAT = "repeat within 5 minutes, call the prescriber."
_WATCH = "watch and repeat."

# Most severe first within each measure: the first that applies answers.
LIMITS: tuple[VitalLimit, ...] = (
    VitalLimit("systolic_critical_from", BP, SYS, X, Bound.FROM, 200, 160, 200, "KAP-MON-BP-CRITICAL", _TREAT),
    VitalLimit("diastolic_critical_from", BP, DIA, X, Bound.FROM, 120, 100, 125, "KAP-MON-BP-CRITICAL", _TREAT),
    VitalLimit(
        *("pressure_again_min", BP, SYS, X, Bound.AGAIN, 5, 2, 10, "KAP-MON-BP-REPEAT", "treat or stop."),
        repeats=("systolic_warning_from", "diastolic_warning_from"),
    ),
    VitalLimit(
        *("systolic_critical_below", BP, SYS, X, Bound.BELOW, 80, 60, 90, "KAP-MON-BP-VERY-LOW"),
        advice="lay flat, assess and call now.",
    ),
    VitalLimit("systolic_critical_rise", BP, SYS, X, Bound.RISE, None, 40, 100, "KAP-MON-BP-RISE", _TREAT),
    VitalLimit("diastolic_critical_rise", BP, DIA, X, Bound.RISE, None, 25, 60, "KAP-MON-BP-RISE", _TREAT),
    VitalLimit("systolic_warning_from", BP, SYS, W, Bound.FROM, 180, 150, 190, "KAP-MON-BP-WARNING", _REPEAT),
    VitalLimit("diastolic_warning_from", BP, DIA, W, Bound.FROM, 110, 95, 115, "KAP-MON-BP-WARNING", _REPEAT),
    VitalLimit(
        *("systolic_warning_below", BP, SYS, W, Bound.BELOW, 90, 80, 110, "KAP-MON-BP-LOW", "repeat and assess.")
    ),
    VitalLimit("systolic_warning_rise", BP, SYS, W, Bound.RISE, None, 30, 100, "KAP-MON-BP-RISE", _REPEAT),
    VitalLimit("diastolic_warning_rise", BP, DIA, W, Bound.RISE, None, 20, 60, "KAP-MON-BP-RISE", _REPEAT),
    VitalLimit("systolic_caution_above", BP, SYS, C, Bound.ABOVE, 140, 120, 140, "KAP-MON-BP-CAUTION", _WATCH),
    VitalLimit("diastolic_caution_above", BP, DIA, C, Bound.ABOVE, 90, 80, 90, "KAP-MON-BP-CAUTION", _WATCH),
    VitalLimit("systolic_caution_rise", BP, SYS, C, Bound.RISE, 40, 20, 40, "KAP-MON-BP-RISE", _WATCH),
    VitalLimit("diastolic_caution_rise", BP, DIA, C, Bound.RISE, 25, 10, 25, "KAP-MON-BP-RISE", _WATCH),
    VitalLimit("systolic_hold_from", BP, SYS, None, Bound.FROM, 160, 140, 160, "KAP-MON-BP-HOLD", ""),
    VitalLimit("diastolic_hold_from", BP, DIA, None, Bound.FROM, 100, 90, 100, "KAP-MON-BP-HOLD", ""),
    VitalLimit("heart_rate_critical_from", HR, HR, X, Bound.FROM, 150, 120, 150, "KAP-MON-HR-CRITICAL", _TREAT),
    VitalLimit(
        *("heart_rate_critical_below", HR, HR, X, Bound.BELOW, 40, 30, 50, "KAP-MON-HR-CRITICAL"),
        advice="assess and call now.",
    ),
    VitalLimit(
        *("heart_rate_again_min", HR, HR, X, Bound.AGAIN, 5, 2, 10, "KAP-MON-HR-REPEAT", "treat or stop."),
        repeats=("heart_rate_warning_above",),
    ),
    VitalLimit(
        *("heart_rate_warning_above", HR, HR, W, Bound.ABOVE, 120, 100, 140, "KAP-MON-HR", "repeat within 5 minutes.")
    ),
    VitalLimit("heart_rate_warning_below", HR, HR, W, Bound.BELOW, 50, 35, 60, "KAP-MON-HR", "assess."),
    VitalLimit(
        *("spo2_critical_below", O2, O2, X, Bound.BELOW, 90, 86, 94, "KAP-MON-SPO2"),
        advice="open the airway, give oxygen, call.",
    ),
    VitalLimit(
        *("spo2_again_min", O2, O2, X, Bound.AGAIN, None, 2, 10, "KAP-MON-SPO2-AGAIN", "give oxygen, call."),
        repeats=("spo2_warning_below",),
    ),
    VitalLimit(
        *("spo2_warning_below", O2, O2, W, Bound.BELOW, 94, 90, 97, "KAP-MON-SPO2"),
        advice="stimulate, check the probe, repeat.",
    ),
    VitalLimit(
        "spo2_warning_fall", O2, O2, W, Bound.FALL, None, 3, 10, "KAP-MON-SPO2-FALL", "check the probe, repeat."
    ),
    VitalLimit("spo2_caution_fall", O2, O2, C, Bound.FALL, None, 2, 10, "KAP-MON-SPO2-FALL", _WATCH),
    VitalLimit(
        *("respiratory_rate_critical_below", RR, RR, X, Bound.BELOW, 8, 7, 12, "KAP-MON-RR"),
        advice="support breathing now, call.",
    ),
    VitalLimit(
        *("respiratory_rate_critical_above", RR, RR, X, Bound.ABOVE, 35, 24, 40, "KAP-MON-RR-CRITICAL"),
        advice="assess and call now.",
    ),
    VitalLimit(
        *("respiratory_rate_warning_below", RR, RR, W, Bound.BELOW, 10, 8, 14, "KAP-MON-RR", "stimulate and repeat.")
    ),
    VitalLimit("respiratory_rate_warning_above", RR, RR, W, Bound.ABOVE, 24, 18, 30, "KAP-MON-RR", "assess."),
    VitalLimit(
        "moaas_critical_to", MS, MS, X, Bound.TO, 1, 1, 3, "KAP-MON-MOAAS", "unresponsive, an emergency, call now."
    ),
    VitalLimit(
        "moaas_warning_to", MS, MS, W, Bound.TO, 3, 2, 4, "KAP-MON-MOAAS", "deeply sedated: stay, stimulate, call."
    ),
    VitalLimit("moaas_caution_to", MS, MS, C, Bound.TO, None, 3, 4, "KAP-MON-MOAAS", "stay and repeat."),
)
BY_NAME = {limit.name: limit for limit in LIMITS}


def limits_of(measure: str) -> tuple[VitalLimit, ...]:
    """The limits of one measure, the most severe first, those that only hold a dose last."""
    return tuple(limit for limit in LIMITS if limit.measure == measure)


def default_values(measure: str) -> dict[str, int]:
    return {limit.name: limit.default for limit in limits_of(measure) if limit.default is not None}


def out_of_order(measure: str, values: dict[str, int | None]) -> dict[str, str]:
    """Limit → sentence for each number that is missing, out of bounds, or milder than the step below it."""
    wrong = {}
    for limit in limits_of(measure):
        number = values.get(limit.name)
        if number is None:
            if limit.is_required:
                wrong[limit.name] = f"Enter a whole number from {limit.least} to {limit.most}."
        elif not limit.least <= number <= limit.most:
            wrong[limit.name] = f"Enter a whole number from {limit.least} to {limit.most}."
    return {**_milder(measure, values, wrong), **wrong}


def _milder(measure: str, values: dict[str, int | None], unusable: dict) -> dict[str, str]:
    """Each step of a ladder begins where the milder one begins, or further out."""
    found = {}
    usable = [one for one in limits_of(measure) if values.get(one.name) is not None and one.name not in unusable]
    for limit in usable:
        for milder in usable:
            if _is_step_below(milder, limit) and _begins_before(limit, milder, values):
                found.setdefault(limit.name, _refusal(limit, milder, values[milder.name]))
    return found


def _side(limit: VitalLimit) -> tuple[str, str]:
    """The ladder a limit is a step of: a field upward, a field downward, its rise or its fall."""
    if limit.test in (Bound.RISE, Bound.FALL):
        return limit.field, limit.test.value
    return limit.field, "up" if limit.test.is_upward else "down"


def _is_step_below(milder: VitalLimit, limit: VitalLimit) -> bool:
    if Bound.AGAIN in (milder.test, limit.test) or _side(milder) != _side(limit):
        return False
    return _rank(milder) < _rank(limit)


def _rank(limit: VitalLimit) -> float:
    """A pressure that warns holds the dose, too: the hold is a step between caution and warning."""
    return limit.severity.rank if limit.severity else Severity.CAUTION.rank + 0.5


def _begins_before(limit: VitalLimit, milder: VitalLimit, values: dict) -> bool:
    own, other = first_of(limit, values[limit.name]), first_of(milder, values[milder.name])
    if _side(limit)[1] in ("up", "rise", "fall"):
        return own < other
    return own > other


def _refusal(limit: VitalLimit, milder: VitalLimit, number: int) -> str:
    own = limit.severity.label if limit.severity else "The hold"
    other = milder.severity.value if milder.severity else "hold"
    return f"{own} would begin before the {other} ({TEST_WORDS[milder.test]} {number}). Move one of them."
