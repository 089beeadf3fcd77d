"""Decides until when a session's form is due and how that is said. No clock, no database (KAP-REMS-DUE)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = 7
SOON = 2


def due_on(treated_at: datetime, zone: str) -> date:
    """The last day: seven days after the treatment's day, on the practice's calendar."""
    return treated_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=DAYS)


def days_left(due: date, today: date) -> int:
    """Days from today to the last day; 0 on that day, negative when it is past."""
    return (due - today).days


def words_of(due: date, today: date) -> tuple[str, str]:
    """Chip kind and words for a form that was not submitted: overdue is critical, two days before it a caution."""
    left = days_left(due, today)
    if left < 0:
        return "critical", f"overdue by {_days(-left)}"
    if left == 0:
        return "warning", "due today"
    return ("caution" if left <= SOON else "waiting"), f"{_days(left)} left"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
