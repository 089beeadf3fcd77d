"""Made-up vital signs whose course looks like the literature: peak about 40 minutes after the dose, then back.

Mean peak +16/+11 mmHg (Yale, clinical.md 2.1), sedation and dissociation deepest at 10-40 minutes.
"""

import math
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Baseline:
    systolic: int
    diastolic: int
    heart_rate: int
    spo2: int
    breaths: int


def make_baseline(rng: Random) -> Baseline:
    systolic = rng.randint(108, 136)
    return Baseline(
        systolic, systolic - rng.randint(40, 52), rng.randint(60, 82), rng.randint(97, 99), rng.randint(12, 16)
    )


def effect_at(minutes: float) -> float:
    """How much of the peak effect is present: 0 before the dose, 1 at 40 minutes, nearly nothing after two hours."""
    if minutes <= 0:
        return 0.0
    return (minutes / 40) * math.exp(1 - minutes / 40) if minutes < 40 else math.exp(-(((minutes - 40) / 45) ** 2))


def reading_at(rng: Random, base: Baseline, minutes: float, strength: float = 1.0) -> dict[str, int]:
    """One reading; `minutes` from the first dose, negative before it; `strength` scales the peak (1 = mean)."""
    effect = effect_at(minutes) * strength
    settled = minutes > 85
    return {
        "systolic_mmhg": round(base.systolic + 17 * effect + rng.randint(-2, 2)),
        "diastolic_mmhg": round(base.diastolic + 11 * effect + rng.randint(-2, 2)),
        "heart_rate_bpm": round(base.heart_rate + 12 * effect + rng.randint(-2, 2)),
        "spo2_pct": min(100, base.spo2 if settled else base.spo2 - round(1.5 * min(effect, 1.2))),
        "respiratory_rate": base.breaths + rng.randint(-1, 1),
        "moaas": 5 if settled or effect < 0.4 else 4 if effect < 0.95 else 3 if strength > 1.4 else 4,
        "dissociation": 0 if settled or effect < 0.15 else 1 if effect < 0.5 else 2,
    }
