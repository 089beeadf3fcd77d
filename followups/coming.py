"""Every message that will come for a check-in, and why at that hour, in words for the preview (KAP-FUP-*)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from followups.models import CheckIn, FollowUpPause
from followups.schedule import Hours, day_begins, in_words, waking_time

WITHOUT_ANSWER = "Without an answer it counts as missed; two in a row ask for a call."
WITHOUT_END = "Paused without an end. Asked when follow-up begins again, if that is before it closes."


@dataclass(frozen=True)
class Coming:
    """One thing that will happen by itself: when (None while nobody can say), what, and why then."""

    at: datetime | None
    what: str
    why: str


def coming_of(check_in: CheckIn, hours: Hours, pause: FollowUpPause | None, at: datetime) -> list[Coming]:
    """In the order in which it happens; empty for a check-in that is over. `check_in` comes with point and messages."""
    state, found = check_in.state, []
    if state == CheckIn.State.PAUSED:
        return [_held(check_in, hours, pause)]
    if state == CheckIn.State.PLANNED:
        found = [Coming(check_in.due_at, "The message goes out", _why_then(check_in, hours))]
        found += _reminder(check_in, check_in.due_at, hours)
    elif state == CheckIn.State.SENT:
        is_sent_again = any(message.purpose != "invite" for message in check_in.messages.all())
        sent_at = next((row.sent_at for row in check_in.messages.all() if row.purpose == "invite"), None)
        if pause is not None:
            found = [Coming(None, "No reminder", "Follow-up is paused. The link still works until it closes.")]
        elif sent_at and not is_sent_again:
            found = _reminder(check_in, max(sent_at, at - timedelta(hours=check_in.point.remind_after_h)), hours)
    else:
        return []
    return [
        *found,
        Coming(check_in.closes_at, "It closes", "Without an answer it counts as missed; two in a row ask for a call."),
    ]


def _why_then(check_in: CheckIn, hours: Hours) -> str:
    """Why at this hour of the patient's day."""
    clock = check_in.due_at.astimezone(ZoneInfo(check_in.time_zone)).time()
    usual = f"{hours.contact_at:%H:%M}, the practice's time of day"
    if clock == hours.contact_at:
        return f"At {usual}, by the patient's clock."
    if clock == hours.quiet_until:
        quiet = f"{hours.quiet_from:%H:%M} to {hours.quiet_until:%H:%M}"
        return f"Not at {usual}: its window would put it into the quiet hours ({quiet}), so it waits for their end."
    return f"Not at {usual}: its window begins, or ends, at {clock:%H:%M} that day."


def _reminder(check_in: CheckIn, sent_at: datetime, hours: Hours) -> list[Coming]:
    after = check_in.point.remind_after_h
    wanted = sent_at + timedelta(hours=after)
    goes_out = waking_time(wanted, check_in.time_zone, hours)
    if not after or goes_out + timedelta(hours=1) >= check_in.closes_at:
        return []
    why = f"{in_words(after).capitalize()} after the first, once, unless it was answered"
    why += "; moved out of the quiet hours." if goes_out != wanted else "."
    return [Coming(goes_out, "A reminder", why + " A day later if the patient gets another message that day.")]


def _held(check_in: CheckIn, hours: Hours, pause: FollowUpPause | None) -> Coming:
    if pause is None or pause.until is None:
        return Coming(
            None, "Held", "Paused without an end. Asked when follow-up begins again, if that is before it closes."
        )
    begins = waking_time(day_begins(pause.until, check_in.time_zone), check_in.time_zone, hours)
    if begins >= check_in.closes_at:
        return Coming(None, "Not asked", "It closes before the pause is over.")
    return Coming(begins, "The message goes out", "It falls into the pause and is asked when that is over.")
