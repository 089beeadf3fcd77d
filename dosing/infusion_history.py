"""Decides how much of an infusion ran, from its start, rate changes and pauses. No clock, no database."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dosing.arithmetic import DoseInputError, delivered_mg


@dataclass(frozen=True)
class Change:
    """At `at` the pump ran on at `ml_per_h`; 0 is a pause."""

    at: datetime
    ml_per_h: Decimal


def rate_now(start_ml_per_h: Decimal, changes) -> Decimal:
    """mL/h after the last change; 0 while paused."""
    return changes[-1].ml_per_h if changes else start_ml_per_h


def rate_before_pause(start_ml_per_h: Decimal, changes) -> Decimal:
    """mL/h that a resumed pump goes back to: the last rate that was not a pause."""
    return next((change.ml_per_h for change in reversed(changes) if change.ml_per_h), start_ml_per_h)


def minutes_at_start_rate(started_at: datetime, start_ml_per_h: Decimal, changes, until: datetime) -> Decimal:
    """Minutes at the first rate that would have delivered the same volume; pauses count nothing. Not rounded.

    Counting in minutes of the first rate keeps the pump's rounding to 0.1 mL/h out of the amount.
    Raises DoseInputError when times run backwards.
    """
    total, since, rate = Decimal(0), started_at, start_ml_per_h
    for change in [*changes, Change(until, Decimal(0))]:
        if change.at < since:
            raise DoseInputError("the times of this infusion do not follow one another")
        seconds = Decimal(int((change.at - since).total_seconds()))
        total += seconds / 60 * rate / start_ml_per_h
        since, rate = change.at, change.ml_per_h
    return total


def given_until(planned_mg: Decimal, duration_min: int, ran_min: Decimal) -> Decimal:
    """Mg the patient received: planned × the fraction that ran, never more than planned, half-up to 0.01 mg."""
    return min(planned_mg, delivered_mg(planned_mg, Decimal(duration_min), ran_min))
