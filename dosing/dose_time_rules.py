"""Decides what a corrected time of a dose may not be, and what it breaks: order, neighbours, spacing, expiry."""

from dataclasses import dataclass
from datetime import date, datetime

from common.blockers import Blocker
from dosing.giving_rules import too_soon
from dosing.limit_defaults import GeneralLimits, RouteLimits
from dosing.proposed_dose import show


@dataclass(frozen=True, kw_only=True)
class DoseTimes:
    """What lies around one dose, by the times that hold now. `before` and `after` are the dose before and after it in
    the same session, `earlier` and `later` the patient's last dose of an earlier and first one of a later session.

    `goes_on_until` is the first change, or the end, of an infusion that runs on from this dose.
    """

    was_at: datetime
    first_order_at: datetime
    before: datetime | None = None
    after: datetime | None = None
    earlier: datetime | None = None
    later: datetime | None = None
    goes_on_until: datetime | None = None


def wrong_time(given_at: datetime, at: datetime, times: DoseTimes) -> str:
    """Why the dose cannot have been given at `given_at`, in a sentence; "" when it can (KAP-DOSE-TIME)."""
    tests = (
        (given_at > at, "This time is in the future. Enter when the dose was given."),
        (
            given_at in (times.was_at, times.was_at.replace(second=0, microsecond=0)),
            "This is the time that is recorded now. Enter the other one.",
        ),
        (
            given_at < times.first_order_at,
            "No order was signed at this time, so no dose can have been given. Check day and time.",
        ),
        (
            _is_before(given_at, times.before),
            "This is before the dose given first in this session. Correct that first.",
        ),
        (_is_after(given_at, times.after), "This is after the next dose of this session. Correct that one first."),
        (
            _is_after(given_at, times.goes_on_until),
            "The infusion was changed, or ended, before this time. It cannot have begun later.",
        ),
        (
            _is_before(given_at, times.earlier),
            "This is before a dose of an earlier session; the doses of a patient keep their order.",
        ),
        (
            _is_after(given_at, times.later),
            "This is after a dose of a later session; the doses of a patient keep their order.",
        ),
    )
    return next((sentence for is_wrong, sentence in tests if is_wrong), "")


def _is_before(moment: datetime, other: datetime | None) -> bool:
    return other is not None and moment < other


def _is_after(moment: datetime, other: datetime | None) -> bool:
    return other is not None and moment > other


def broken_limits(
    given_at: datetime, day: date, times: DoseTimes, *, order, lot, limits: RouteLimits, general: GeneralLimits
) -> list[Blocker]:
    """What the corrected time breaks, each a sentence with its source; none refuses, since the dose was given.

    `day` is the practice's day of `given_at`; `order` and `lot` are rows; `limits` and `general` those of the order.
    """
    found = []
    if times.before is not None:
        found += too_soon(times.before, given_at, order, limits)
    if times.after is not None:
        found += too_soon(given_at, times.after, order, limits)
    found += _spacing(times.earlier, given_at, order, general)
    found += _spacing(given_at, times.later, order, general)
    if order.expires_on < day:
        sentence = f"The order ended on {order.expires_on}, before this time."
        found.append(Blocker("ORDER_EXPIRED", sentence, "KAP-DOSE-ORDER"))
    if lot.expires_on < day:
        sentence = f"Lot {lot.lot_number} expired on {lot.expires_on}, before this time."
        found.append(Blocker("LOT_EXPIRED", sentence, "KAP-DOSE-LOT"))
    return found


def _spacing(first: datetime | None, second: datetime | None, order, general: GeneralLimits) -> list[Blocker]:
    """Hours between the doses of two sessions, against the longest wait that they do not keep."""
    if first is None or second is None:
        return []
    waits = (
        ("SPACING_BELOW_PLAN", max(order.series.min_hours_between, order.min_hours_between or 0), "KAP-DOSE-SPACING"),
        ("INTERVAL_BELOW_SOFT", general.soft_min_hours_between, general.source),
        ("INTERVAL_BELOW_HARD", general.hard_min_hours_between, general.source),
    )
    hours = (second - first).total_seconds() / 3600
    broken = [(code, least, source) for code, least, source in waits if least and hours < least]
    if not broken:
        return []
    code, least, source = max(broken, key=lambda wait: wait[1])
    sentence = f"{int(hours)} hours between the doses of two sessions; {show(least)} hours are asked for."
    return [Blocker(code, sentence, source)]
