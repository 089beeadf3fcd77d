"""Judges a reading while it is typed, by the same function and limits as once it is stored."""

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from uuid import uuid4

from sessions_app.models import Session
from sessions_app.plausible import RANGES
from sessions_app.session_events import findings_of_typed
from sessions_app.vital_limits import MEASURES, Finding, Severity, value_of, worst

NUMBERS = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_bpm", "spo2_pct", "respiratory_rate", "moaas")


@dataclass(frozen=True)
class Judged:
    """`is_empty` when nothing that can be judged is typed yet."""

    findings: tuple[Finding, ...]
    is_empty: bool

    @property
    def severity(self) -> Severity:
        return worst(self.findings)


def judge_typed(session: Session, typed: dict, at: datetime) -> Judged:
    """Findings of what is typed so far; numbers that cannot be, half a pressure and empty fields are left out."""
    values = {name: _possible(name, typed.get(name)) for name in NUMBERS}
    if None in (values["systolic_mmhg"], values["diastolic_mmhg"]):
        values |= {"systolic_mmhg": None, "diastolic_mmhg": None}
    moment = min(typed.get("occurred_at") or at, at)
    reading = SimpleNamespace(pk=uuid4(), corrects_id=None, occurred_at=moment, **values)
    if all(value_of(reading, measure) is None for measure in MEASURES):
        return Judged((), is_empty=True)
    return Judged(findings_of_typed(session, reading), is_empty=False)


def _possible(name: str, value):
    low, high, _ = RANGES[name]
    return value if value is not None and low <= value <= high else None
