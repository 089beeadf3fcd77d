"""Decides which of the criteria for leaving are met (clinical.md 2.3); all of them, or nobody leaves on advice.

Sources and tags: docs/clinical/sources_monitoring.md (KAP-DIS-*).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sessions_app.monitoring import LAST_READING_MAX_AGE

ALDRETE_MIN = 9
# One protocol lets patients go with one point less, which a prescriber may decide (KAP-DIS-WAIVE).
ALDRETE_WAIVABLE = 8
# The last pressure is at most this much of the baseline, in per cent (KAP-DIS-BP); 100 would be the baseline itself.
PRESSURE_MAX_PCT = 120
PRESSURE_LOW_SYSTOLIC = 90
# A pressure no more than this above the baseline has nothing left to fall (KAP-DIS-FALL).
PRESSURE_SETTLED_MMHG = 10
# A pulse oximeter's own error: this many points below the baseline still count as at baseline (KAP-DIS-SPO2).
SPO2_TOLERANCE = 2
# A prescriber's waiver of one criterion is for the patient as seen now: it holds this long (KAP-DIS-WAIVE).
WAIVER_HOLDS = timedelta(minutes=60)
# A moment typed to the minute takes in what happened during that minute.
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Vitals:
    """What a criterion needs from one reading."""

    taken_at: datetime
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    spo2_pct: int | None = None
    moaas: int | None = None
    on_oxygen: bool = False


@dataclass(frozen=True)
class LeavingFacts:
    """Everything the criteria look at, at one moment. `may_leave_from` is None while an infusion runs.

    `baseline` is the last reading before the first dose, `last` the very last one since; what it lacks is not met.
    `highest` are the highest systolic and diastolic pressure before the last reading: since the dose, of esketamine
    from the reading at about 40 minutes on; None without one.
    `alarms` are the measures whose last reading is a warning or worse, `critical` says each critical one in words.
    """

    moment: datetime
    may_leave_from: datetime | None
    observe_min: int
    baseline: Vitals | None
    last: Vitals | None
    alarms: frozenset[str] = frozenset()
    critical: tuple[str, ...] = ()
    last_dose_at: datetime | None = None
    highest: tuple[int, int] | None = None


@dataclass(frozen=True)
class LeavingAnswers:
    """What the nurse found at the end; None is a question not answered, which never counts as met."""

    aldrete: tuple[int | None, int | None, int | None, int | None, int | None] = (None,) * 5
    is_oriented: bool | None = None
    walks_unaided: bool | None = None
    dissociation_resolved: bool | None = None
    nausea_controlled: bool | None = None
    no_suicidal_intent: bool | None = None
    escort_present: bool | None = None
    escort_name: str = ""
    instructions_given: bool | None = None


@dataclass(frozen=True)
class Waiver:
    """A prescriber's stored decision that one criterion, with these very words, need not be met."""

    id: UUID
    code: str
    sentence: str
    reason: str
    by: str
    decided_at: datetime


@dataclass(frozen=True)
class Criterion:
    """One criterion: `sentence` says what is missing, `fact` what was measured; `is_asked` when a person decides.

    `may_waive` when a prescriber may decide that the patient leaves without it, `waiver` once one did.
    """

    code: str
    label: str
    is_met: bool
    sentence: str
    source: str
    fact: str = ""
    is_asked: bool = False
    may_waive: bool = False
    waiver: Waiver | None = None

    @property
    def outcome(self) -> str:
        """met, waived or unmet."""
        return "met" if self.is_met else "waived" if self.waiver else "unmet"

    @property
    def is_settled(self) -> bool:
        return self.outcome != "unmet"


def criteria(facts: LeavingFacts, answers: LeavingAnswers) -> list[Criterion]:
    """Every criterion in the order of the form, met or not."""
    return [*measured(facts), *asked(answers)]


def unmet(facts: LeavingFacts, answers: LeavingAnswers) -> list[Criterion]:
    return [criterion for criterion in criteria(facts, answers) if not criterion.is_met]


def waived(found: Iterable[Criterion], waivers: Iterable[Waiver], facts: LeavingFacts) -> list[Criterion]:
    """The criteria with the newest waiver that still holds for each that is not met.

    It holds for the very same sentence (which names the value), for 60 minutes, and never across a further dose.
    """
    standing = {}
    for one in sorted(waivers, key=lambda waiver: waiver.decided_at):
        is_young = -MINUTE < facts.moment - one.decided_at <= WAIVER_HOLDS
        if is_young and (facts.last_dose_at is None or one.decided_at >= facts.last_dose_at):
            standing[one.code, one.sentence] = one
    return [
        replace(one, waiver=standing.get((one.code, one.sentence))) if one.may_waive and not one.is_met else one
        for one in found
    ]


def waivable(facts: LeavingFacts) -> list[Criterion]:
    """What a prescriber may waive now: of the record what is not met, of the asked what may be answered with no."""
    answers = LeavingAnswers(aldrete=(2, 2, 2, 1, 1), walks_unaided=False, nausea_controlled=False)
    return [one for one in criteria(facts, answers) if one.may_waive and not one.is_met]


def measured(facts: LeavingFacts) -> list[Criterion]:
    """The criteria the record itself decides: time, the last reading, pressure, oxygen, alertness."""
    return [
        _observed(facts),
        _last_reading(facts),
        _calm(facts),
        _alert(facts),
        _pressure(facts),
        _falling(facts),
        _oxygen(facts),
    ]


def asked(answers: LeavingAnswers) -> list[Criterion]:
    """The criteria a person decides at the end."""
    return [
        _aldrete(answers.aldrete),
        _answer("ORIENTED", "Oriented", answers.is_oriented, "The patient is not oriented yet.", "KAP-DIS-AWAKE"),
        _answer(
            "WALKS",
            "Walks unaided",
            answers.walks_unaided,
            "The patient does not walk unaided.",
            "KAP-DIS-AWAKE",
            may_waive=True,
        ),
        _answer(
            "DISSOCIATION",
            "Dissociation resolved",
            answers.dissociation_resolved,
            "Dissociation has not resolved.",
            "KAP-DIS-AWAKE",
        ),
        _answer(
            "NAUSEA",
            "Nausea controlled",
            answers.nausea_controlled,
            "Nausea is not controlled.",
            "KAP-DIS-AWAKE",
            may_waive=True,
        ),
        _answer(
            "SAFE",
            "No suicidal intent",
            answers.no_suicidal_intent,
            "Suicidal intent is not ruled out: keep the patient and call the prescriber.",
            "KAP-DIS-SAFE",
        ),
        _escort(answers),
        _answer(
            "INSTRUCTIONS",
            "Written instructions given",
            answers.instructions_given,
            "Give the written instructions: no driving until the next day after restful sleep.",
            "KAP-DIS-INSTRUCTIONS",
        ),
    ]


def _observed(facts: LeavingFacts) -> Criterion:
    ready = facts.may_leave_from
    met = ready is not None and facts.moment >= ready
    if ready is None:
        sentence = "The infusion is still running. End it first."
    else:
        left = -((facts.moment - ready).total_seconds() // 60)
        sentence = f"Minimum observation of {facts.observe_min} minutes is not over: {int(left)} minutes left."
    return Criterion("OBSERVATION", f"Observed for {facts.observe_min} minutes", met, sentence, "KAP-DIS-OBS")


def _last_reading(facts: LeavingFacts) -> Criterion:
    last = facts.last
    fresh = last is not None and facts.moment - last.taken_at <= LAST_READING_MAX_AGE
    fact = f"{int((facts.moment - last.taken_at).total_seconds() // 60)} min old" if last else "none since the dose"
    return Criterion(
        "LAST_READING",
        "Last reading within 30 minutes",
        fresh,
        "Take a full reading now: the last one is missing or older than 30 minutes.",
        "KAP-DIS-LAST",
        fact,
    )


def _calm(facts: LeavingFacts) -> Criterion:
    return Criterion(
        "CRITICAL",
        "No critical value in the last reading",
        facts.last is not None and not facts.critical,
        " ".join(facts.critical) or "There is no reading since the dose.",
        "KAP-DIS-CRITICAL",
    )


def _alert(facts: LeavingFacts) -> Criterion:
    value = facts.last.moaas if facts.last else None
    return Criterion(
        "MOAAS",
        "Alert, MOAA/S of 5",
        value == 5,
        "The last reading has no MOAA/S of 5: assess alertness and record it.",
        "KAP-DIS-MOAAS",
        "not taken" if value is None else f"{value} at the last reading",
    )


def _has_pressures(facts: LeavingFacts) -> bool:
    """Whether both the baseline and the last reading have both numbers."""
    both = (facts.last, facts.baseline)
    return None not in both and all(None not in (one.systolic_mmhg, one.diastolic_mmhg) for one in both)


def _pressure(facts: LeavingFacts) -> Criterion:
    last, baseline = facts.last, facts.baseline
    known = _has_pressures(facts)
    met = known and (
        last.systolic_mmhg * 100 <= baseline.systolic_mmhg * PRESSURE_MAX_PCT
        and last.diastolic_mmhg * 100 <= baseline.diastolic_mmhg * PRESSURE_MAX_PCT
        and last.systolic_mmhg >= PRESSURE_LOW_SYSTOLIC
    )
    fact = (
        f"{last.systolic_mmhg}/{last.diastolic_mmhg}, baseline {baseline.systolic_mmhg}/{baseline.diastolic_mmhg}"
        if known
        else "not taken"
    )
    return Criterion(
        "PRESSURE",
        "Blood pressure back towards baseline",
        met,
        f"Blood pressure ({fact}) is not back within 20 % above the baseline, systolic 90 or more. Wait and repeat.",
        "KAP-DIS-BP",
        fact,
        may_waive=known and "pressure" not in facts.alarms,
    )


def falls(last_mmhg: int, baseline_mmhg: int, highest_mmhg: int | None) -> bool:
    """Whether one of the two numbers is below its highest, or has nothing left to fall (KAP-DIS-FALL)."""
    is_settled = last_mmhg <= baseline_mmhg + PRESSURE_SETTLED_MMHG
    return is_settled or (highest_mmhg is not None and last_mmhg < highest_mmhg)


def _falling(facts: LeavingFacts) -> Criterion:
    last, baseline = facts.last, facts.baseline
    known = _has_pressures(facts)
    systolic, diastolic = facts.highest or (None, None)
    met = (
        known
        and falls(last.systolic_mmhg, baseline.systolic_mmhg, systolic)
        and falls(last.diastolic_mmhg, baseline.diastolic_mmhg, diastolic)
    )
    before = f", highest before {systolic}/{diastolic}" if facts.highest else ""
    fact = f"{last.systolic_mmhg}/{last.diastolic_mmhg}{before}" if known else "not taken"
    return Criterion(
        "FALLING",
        "Blood pressure falling",
        met,
        f"Blood pressure ({fact}) is neither falling nor within 10 mmHg of the baseline. Wait and repeat.",
        "KAP-DIS-FALL",
        fact,
        may_waive=known and "pressure" not in facts.alarms,
    )


def _oxygen(facts: LeavingFacts) -> Criterion:
    last, baseline = facts.last, facts.baseline
    known = last is not None and baseline is not None and None not in (last.spo2_pct, baseline.spo2_pct)
    met = known and not last.on_oxygen and last.spo2_pct >= baseline.spo2_pct - SPO2_TOLERANCE
    air = "on oxygen" if last and last.on_oxygen else "on room air"
    fact = f"{last.spo2_pct} % {air}, baseline {baseline.spo2_pct} %" if known else "not taken"
    return Criterion(
        "OXYGEN",
        "SpO2 at baseline on room air",
        met,
        f"SpO2 ({fact}) is not at the baseline, at most 2 points below it, on room air. Wait and repeat.",
        "KAP-DIS-SPO2",
        fact,
        may_waive=known and not last.on_oxygen and "spo2_pct" not in facts.alarms,
    )


def _aldrete(items: tuple) -> Criterion:
    answered = None not in items
    total = sum(items) if answered else None
    met = answered and total >= ALDRETE_MIN and min(items) > 0
    is_near = answered and total == ALDRETE_WAIVABLE and min(items) > 0
    short = "The modified Aldrete score is 8 without an item of 0, one below 9."
    return Criterion(
        "ALDRETE",
        "Modified Aldrete 9 or more, no item 0",
        met,
        short if is_near else "The modified Aldrete score is below 9, has an item of 0, or is not complete.",
        "KAP-DIS-ALDRETE",
        "not scored" if total is None else f"{total} of 10",
        is_asked=True,
        may_waive=is_near,
    )


def _answer(code: str, label: str, answer: bool | None, sentence: str, source: str, may_waive=False) -> Criterion:
    return Criterion(code, label, answer is True, sentence, source, is_asked=True, may_waive=may_waive)


def _escort(answers: LeavingAnswers) -> Criterion:
    met = answers.escort_present is True and bool(answers.escort_name.strip())
    return Criterion(
        "ESCORT",
        "Responsible adult named and present",
        met,
        "A responsible adult has to be present and named before the patient leaves.",
        "KAP-DIS-ESCORT",
        answers.escort_name.strip(),
        is_asked=True,
    )
