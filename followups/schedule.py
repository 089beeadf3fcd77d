"""When a check-in is due: local clock time in the patient's zone, outside quiet hours, inside its window (F12)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CONTACT_AT = time(10, 0)  # KAP-FUP-TIME, a practice's habit, tag P
QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)  # KAP-FUP-QUIET, tag P


@dataclass(frozen=True)
class Hours:
    """A practice's habits by the patient's clock: asked at `contact_at`, never from `quiet_from` to `quiet_until`."""

    contact_at: time = CONTACT_AT
    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL


USUAL = Hours()


@dataclass(frozen=True)
class Slot:
    """One contact: the UTC moment, the local time it was derived from ("YYYY-MM-DD HH:MM"), and when it closes.

    `wanted_at` is where it would stand without quiet hours.
    """

    due_at: datetime
    local_due: str
    time_zone: str
    closes_at: datetime
    wanted_at: datetime

    @property
    def is_out_of_quiet_hours(self) -> bool:
        """Whether the quiet hours moved it."""
        return self.due_at != self.wanted_at


def slot_for(
    dose_at: datetime, offset_hours: int, before_h: int, after_h: int, time_zone: str, hours: Hours = USUAL
) -> Slot:
    """The contact `offset_hours` after a dose: the contact time on that local day, moved into the window and out of
    the night.

    `dose_at` is UTC-aware. A local time that a clock change skips moves forward; one that comes twice is the first.
    """
    zone = ZoneInfo(time_zone)
    target = dose_at + timedelta(hours=offset_hours)
    wanted = _at_local(target.astimezone(zone).date(), hours.contact_at, zone)
    earliest, latest = target - timedelta(hours=before_h), target + timedelta(hours=after_h)
    wanted = min(max(wanted, earliest), latest)
    due = _awake(wanted, zone, hours)
    return _slot(due, time_zone, max(latest, due + timedelta(hours=12)), wanted)


def slot_before(session_at: datetime, minutes: int, days: int, time_zone: str, hours: Hours = USUAL) -> Slot:
    """The contact `days` before a session at `session_at` (UTC-aware), at the contact time of that local day.

    It closes when the session of `minutes` is over by plan.
    """
    zone = ZoneInfo(time_zone)
    wanted = _at_local(session_at.astimezone(zone).date() - timedelta(days=days), hours.contact_at, zone)
    return _slot(_awake(wanted, zone, hours), time_zone, session_at + timedelta(minutes=minutes), wanted)


def _slot(due: datetime, time_zone: str, closes_at: datetime, wanted: datetime) -> Slot:
    local = due.astimezone(ZoneInfo(time_zone))
    return Slot(due, local.strftime("%Y-%m-%d %H:%M"), time_zone, closes_at, wanted)


def not_before(slot: Slot, moment: datetime, hours: Hours = USUAL) -> Slot:
    """The same slot, or the next waking hour from `moment` on when its own time is over."""
    if slot.due_at >= moment:
        return slot
    return _slot(waking_time(moment, slot.time_zone, hours), slot.time_zone, slot.closes_at, moment)


def slot_after_leaving(left_at: datetime, time_zone: str, hours: Hours = USUAL) -> Slot:
    """The contact when a patient leaves: at once, or in the morning; it may be answered for 12 hours."""
    due = waking_time(left_at, time_zone, hours)
    return _slot(due, time_zone, due + timedelta(hours=12), left_at)


def slot_of(check_in, hours: Hours = USUAL) -> Slot:
    """The slot of a check-in by its session, its point and the patient's zone as they are now."""
    if check_in.occasion == "post":
        return _slot(check_in.due_at, check_in.patient.time_zone, check_in.closes_at, check_in.due_at)
    if check_in.occasion == "pre":
        session, days = check_in.session, check_in.days_before
        return slot_before(session.scheduled_for, session.planned_minutes, days, check_in.patient.time_zone, hours)
    point = check_in.point
    window = (point.offset_hours, point.window_before_h, point.window_after_h)
    return slot_for(check_in.session.first_dose_at, *window, check_in.patient.time_zone, hours)


def waking_time(moment: datetime, time_zone: str, hours: Hours = USUAL) -> datetime:
    """The same moment, or the end of the quiet hours where the patient lives when it falls into them."""
    return _awake(moment, ZoneInfo(time_zone), hours)


def local_day(moment: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """Begin and end of the day around a moment by the patient's clock."""
    zone = ZoneInfo(time_zone)
    day = moment.astimezone(zone).date()
    return _at_local(day, time.min, zone), _at_local(day + timedelta(days=1), time.min, zone)


def day_begins(day: date, time_zone: str) -> datetime:
    return _at_local(day, time.min, ZoneInfo(time_zone))


def _at_local(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, tzinfo=zone).astimezone(UTC)


def _awake(moment: datetime, zone: ZoneInfo, hours: Hours) -> datetime:
    """The same moment, or the end of the night when it falls into it."""
    local = moment.astimezone(zone)
    if hours.quiet_until <= local.time() < hours.quiet_from:
        return moment
    day = local.date() + timedelta(days=1) if local.time() >= hours.quiet_from else local.date()
    return _at_local(day, hours.quiet_until, zone)


def in_words(hours: int) -> str:
    """A number of hours as people say it: "36 hours", "7 days"."""
    if hours >= 48 and hours % 24 == 0:
        return f"{hours // 24} days"
    return f"{hours} hour{'' if hours == 1 else 's'}"
