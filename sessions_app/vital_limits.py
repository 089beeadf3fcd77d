"""Judges vital signs: normal, caution, warning or critical; of each measure the most severe rule answers first.

Limits are proposals for the practice's medical director (docs/clinical/sources_monitoring.md, KAP-MON-*).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Severity(StrEnum):
    NORMAL = "normal"
    CAUTION = "caution"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True)
class Finding:
    """One measure's judgement. `sentence` names the value and what to do; empty for a normal one."""

    severity: Severity
    measure: str
    sentence: str
    source: str


@dataclass(frozen=True)
class Rule:
    severity: Severity
    applies: Callable
    words: str
    source: str


# Blood pressure in mmHg, held before a dose at or above (KAP-MON-BP-HOLD), caution above (KAP-MON-BP-CAUTION).
HOLD_SYSTOLIC, HOLD_DIASTOLIC = 160, 100
CAUTION_SYSTOLIC, CAUTION_DIASTOLIC = 140, 90
REPEAT_AFTER = timedelta(minutes=5)


def _pressure(systolic: int, diastolic: int) -> Callable:
    return lambda value: value[0] >= systolic or value[1] >= diastolic


RULES: dict[str, tuple[Rule, ...]] = {
    "pressure": (
        Rule(
            Severity.CRITICAL, _pressure(200, 120), "is at or above 200/120: treat or stop now.", "KAP-MON-BP-CRITICAL"
        ),
        Rule(
            Severity.WARNING,
            _pressure(180, 110),
            "is at or above 180/110: repeat within 5 minutes, call the prescriber.",
            "KAP-MON-BP-WARNING",
        ),
        Rule(Severity.WARNING, lambda v: v[0] < 90, "systolic is below 90: repeat and assess.", "KAP-MON-BP-LOW"),
        Rule(
            Severity.CAUTION,
            lambda v: v[0] > CAUTION_SYSTOLIC or v[1] > CAUTION_DIASTOLIC,
            "is above 140/90.",
            "KAP-MON-BP-CAUTION",
        ),
    ),
    "heart_rate_bpm": (
        Rule(Severity.WARNING, lambda v: v > 120, "is above 120: repeat within 5 minutes.", "KAP-MON-HR"),
        Rule(Severity.WARNING, lambda v: v < 50, "is below 50: assess.", "KAP-MON-HR"),
    ),
    "spo2_pct": (
        Rule(Severity.CRITICAL, lambda v: v < 90, "is below 90 %: open the airway, give oxygen, call.", "KAP-MON-SPO2"),
        Rule(Severity.WARNING, lambda v: v < 94, "is below 94 %: stimulate, check the probe, repeat.", "KAP-MON-SPO2"),
    ),
    "respiratory_rate": (
        Rule(Severity.CRITICAL, lambda v: v < 8, "is below 8: support breathing now, call.", "KAP-MON-RR"),
        Rule(Severity.WARNING, lambda v: v < 10, "is below 10: stimulate and repeat.", "KAP-MON-RR"),
        Rule(Severity.WARNING, lambda v: v > 24, "is above 24: assess.", "KAP-MON-RR"),
    ),
    "moaas": (
        Rule(Severity.CRITICAL, lambda v: v <= 1, "means unresponsive: an emergency, call now.", "KAP-MON-MOAAS"),
        Rule(Severity.WARNING, lambda v: v <= 3, "means deeply sedated: stay, stimulate, call.", "KAP-MON-MOAAS"),
    ),
}

MEASURES = {
    "pressure": ("Blood pressure", "mmHg"),
    "heart_rate_bpm": ("Heart rate", "per min"),
    "spo2_pct": ("SpO2", "%"),
    "respiratory_rate": ("Respiratory rate", "per min"),
    "moaas": ("MOAA/S", ""),
}


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


def judge(reading) -> tuple[Finding, ...]:
    """What is abnormal in one reading, the most severe first. A value not taken is not judged."""
    found = [finding for measure in RULES if (finding := judge_measure(reading, measure)) is not None]
    return tuple(sorted(found, key=lambda finding: -finding.severity.rank))


def judge_measure(reading, measure: str) -> Finding | None:
    value = value_of(reading, measure)
    if value is None:
        return None
    for rule in RULES[measure]:
        if rule.applies(value):
            sentence = f"{MEASURES[measure][0]} {words_of(reading, measure)} {rule.words}"
            return Finding(rule.severity, measure, sentence, rule.source)
    return None


def judge_repeat(reading, earlier) -> tuple[Finding, ...]:
    """Critical findings that need two readings at least 5 minutes apart: pressure ≥ 180/110 or heart rate > 120."""
    if earlier is None or reading.occurred_at - earlier.occurred_at < REPEAT_AFTER:
        return ()
    found = []
    for measure, applies, words, source in (
        ("pressure", _pressure(180, 110), "at or above 180/110", "KAP-MON-BP-REPEAT"),
        ("heart_rate_bpm", lambda v: v > 120, "above 120", "KAP-MON-HR-REPEAT"),
    ):
        values = [value_of(one, measure) for one in (earlier, reading)]
        if all(value is not None and applies(value) for value in values):
            sentence = f"{MEASURES[measure][0]} {words} twice, 5 minutes or more apart: treat or stop."
            found.append(Finding(Severity.CRITICAL, measure, sentence, source))
    return tuple(found)


def judge_with_earlier(reading, earlier) -> tuple[Finding, ...]:
    """One reading judged alone and with the one before it; one finding per measure, the most severe first."""
    found = sorted((*judge_repeat(reading, earlier), *judge(reading)), key=lambda f: -f.severity.rank)
    first: dict[str, Finding] = {}
    for finding in found:
        first.setdefault(finding.measure, finding)
    return tuple(first.values())


def worst(findings) -> Severity:
    """The most severe of these findings; normal when there is none."""
    return max((finding.severity for finding in findings), key=lambda s: s.rank, default=Severity.NORMAL)


def is_hold(reading) -> bool:
    """A pressure that holds the dose: systolic ≥ 160 or diastolic ≥ 100 (KAP-MON-BP-HOLD)."""
    value = value_of(reading, "pressure")
    return value is not None and _pressure(HOLD_SYSTOLIC, HOLD_DIASTOLIC)(value)


def is_caution(reading) -> bool:
    """A pressure that needs the prescriber's decision before esketamine: > 140 or > 90 (KAP-MON-BP-CAUTION)."""
    value = value_of(reading, "pressure")
    return value is not None and (value[0] > CAUTION_SYSTOLIC or value[1] > CAUTION_DIASTOLIC)
