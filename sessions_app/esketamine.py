"""Esketamine devices one by one: which of how many, and until when the patient rests (KAP-LIM-ESK)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dosing.arithmetic import esketamine_devices
from dosing.practice_limits import limits_of_order
from sessions_app.session_facts import SessionFacts


@dataclass(frozen=True)
class DeviceRest:
    """`given` of `ordered` devices; the next one not before `next_from` (None when all are given)."""

    given: int
    ordered: int
    next_from: datetime | None

    @property
    def next_number(self) -> int:
        return self.given + 1


def device_rest(facts: SessionFacts) -> DeviceRest | None:
    """None unless esketamine devices are being given. The gap is the one the order was signed under; no query."""
    order = facts.ordered
    if order is None or order.route != "ESK" or not facts.administrations:
        return None
    limits, _ = limits_of_order(order.order)
    if limits.device_mg is None or limits.device_gap_min is None:
        return None
    ordered = esketamine_devices(order.dose_mg, limits.device_mg) or 0
    given = int(sum(row.planned_mg for row in facts.administrations) / limits.device_mg)
    last = max(row.given_at for row in facts.administrations)
    next_from = last + timedelta(minutes=float(limits.device_gap_min)) if given < ordered else None
    return DeviceRest(given, ordered, next_from)
