"""When a check-in is due: local clock time in the patient's zone, outside quiet hours, inside its window (F12).

Also which questionnaires look back too far to be asked at a point (KAP-FUP-RECALL).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

CONTACT_AT = time(10, 0)  # KAP-FUP-TIME, a practice's habit, tag P
QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)  # KAP-FUP-QUIET, tag P


@dataclass(frozen=True)
class Slot:
    """One contact: the UTC moment, the local time it was derived from ("YYYY-MM-DD HH:MM"), and when it closes."""

    due_at: datetime
    local_due: str
    time_zone: str
    closes_at: datetime


def slot_for(dose_at: datetime, offset_hours: int, before_h: int, after_h: int, time_zone: str) -> Slot:
    """The contact `offset_hours` after a dose: 10:00 local on that day, moved into the window and out of the night.

    `dose_at` is UTC-aware. A local time that a clock change skips moves forward; one that comes twice is the first.
    """
    zone = ZoneInfo(time_zone)
    target = dose_at + timedelta(hours=offset_hours)
    wanted = _at_local(target.astimezone(zone).date(), CONTACT_AT, zone)
    earliest, latest = target - timedelta(hours=before_h), target + timedelta(hours=after_h)
    due = _awake(min(max(wanted, earliest), latest), zone)
    local = due.astimezone(zone)
    closes = max(latest, due + timedelta(hours=12))
    return Slot(due, local.strftime("%Y-%m-%d %H:%M"), time_zone, closes)


def waking_time(moment: datetime, time_zone: str) -> datetime:
    """The same moment, or 08:00 of the coming morning where the patient lives when it falls into the quiet hours."""
    return _awake(moment, ZoneInfo(time_zone))


def _at_local(day, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, tzinfo=zone).astimezone(UTC)


def _awake(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same moment, or 08:00 local of the coming morning when it falls into the night."""
    local = moment.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return moment
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return _at_local(day, QUIET_UNTIL, zone)


LOOKS_BACK_HOURS = {"2 weeks": 7 * 24, "month": 28 * 24}  # KAP-FUP-RECALL: earliest hours after a dose for change


def looks_back_too_far(recall: str, offset_hours: int) -> bool:
    """Whether a questionnaire with this recall period would mostly ask about the time before the dose.

    `recall` is the instrument's own word, such as "2 weeks" or "past month"; `offset_hours` counts from the dose.
    """
    return any(words in recall and offset_hours < hours for words, hours in LOOKS_BACK_HOURS.items())


def in_words(hours: int) -> str:
    """A number of hours as people say it: "36 hours", "7 days"."""
    if hours >= 48 and hours % 24 == 0:
        return f"{hours // 24} days"
    return f"{hours} hour{'' if hours == 1 else 's'}"
