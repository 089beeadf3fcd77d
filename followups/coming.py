"""Every message that will come for a check-in, and why at that hour, or why none comes, in words (KAP-FUP-*)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from followups.models import CheckIn, FollowUpPause
from followups.schedule import Hours, day_begins, in_words, slot_of, waking_time

WITHOUT_ANSWER = "Without an answer it counts as missed; two in a row ask for a call."
WITHOUT_END = "Paused without an end. Asked when follow-up begins again, if that is before it closes."
SESSION_GOES_ON = "Without an answer a prescriber decides before the dose."
NOTHING_LOST = "Without an answer nothing more is asked; the next follow-up point comes as planned."


@dataclass(frozen=True)
class Coming:
    """One thing that will happen by itself: when (None while nobody can say), what, and why then."""

    at: datetime | None
    what: str
    why: str


def hangs_on(check_in: CheckIn) -> str:
    """What the contact hangs on: "7 days after the dose of 2 June", "the day before session 3 of 5 June".

    Days of the practice's zone.
    """
    session = check_in.session
    if check_in.is_follow_up:
        return f"{in_words(check_in.point.offset_hours)} after the dose of {_day(session.first_dose_at)}"
    if check_in.occasion == CheckIn.Occasion.AFTER:
        return f"when the patient left session {session.number} of {_day(session.scheduled_for)}"
    days = check_in.days_before
    before = "the day before" if days == 1 else f"{days} days before"
    return f"{before} session {session.number} of {_day(session.scheduled_for)}"


def _day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B}"


def why_then(check_in: CheckIn, hours: Hours) -> str:
    """The reason and the hour in one sentence: "7 days after the dose of 4 May, moved from 06:40 out of quiet hours."

    `check_in` comes with its point, session and patient.
    """
    reason = hangs_on(check_in)
    return f"{reason[0].upper()}{reason[1:]}, {_hour(check_in, hours)}."


def _hour(check_in: CheckIn, hours: Hours) -> str:
    """Why at this hour of the patient's day."""
    zone, slot = ZoneInfo(check_in.time_zone), slot_of(check_in, hours)
    clock, wanted = check_in.due_at.astimezone(zone).time(), slot.wanted_at.astimezone(zone).time()
    if check_in.occasion == CheckIn.Occasion.AFTER:
        return "at once, or in the morning after a late session"
    if slot.due_at != check_in.due_at:
        return f"at {clock:%H:%M}: its usual time was over, or the practice's hours have changed since"
    if slot.is_out_of_quiet_hours:
        return f"moved from {wanted:%H:%M} out of quiet hours ({hours.quiet_from:%H:%M} to {hours.quiet_until:%H:%M})"
    if clock == hours.contact_at:
        return f"at {clock:%H:%M}, the practice's time of day, by the patient's clock"
    return f"at {clock:%H:%M} and not at {hours.contact_at:%H:%M}: its window begins, or ends, then"


def coming_of(check_in: CheckIn, hours: Hours, pause: FollowUpPause | None, at: datetime) -> list[Coming]:
    """In the order in which it happens; empty for a check-in that is over.

    `check_in` comes with its point, session, patient and messages.
    """
    state, found = check_in.state, []
    if state == CheckIn.State.PAUSED:
        return [_held(check_in, hours, pause)]
    if state == CheckIn.State.PLANNED:
        found = [Coming(check_in.due_at, "The message goes out", why_then(check_in, hours))]
        found += _reminder(check_in, check_in.due_at, hours)
    elif state == CheckIn.State.SENT:
        found = _after_sending(check_in, hours, pause, at)
    else:
        return []
    return [*found, Coming(check_in.closes_at, "It closes", _silence(check_in))]


def _after_sending(check_in: CheckIn, hours: Hours, pause: FollowUpPause | None, at: datetime) -> list[Coming]:
    messages = list(check_in.messages.all())
    is_sent_again = any(message.purpose != "invite" for message in messages)
    sent_at = next((row.sent_at for row in messages if row.purpose == "invite"), None)
    if pause is not None:
        return [Coming(None, "No reminder", "Follow-up is paused. The link still works until it closes.")]
    if not sent_at or is_sent_again:
        return []
    return _reminder(check_in, max(sent_at, at - timedelta(hours=check_in.remind_after_h)), hours)


def _silence(check_in: CheckIn) -> str:
    if check_in.is_follow_up:
        return WITHOUT_ANSWER
    return SESSION_GOES_ON if check_in.occasion == CheckIn.Occasion.BEFORE else NOTHING_LOST


def _reminder(check_in: CheckIn, sent_at: datetime, hours: Hours) -> list[Coming]:
    after = check_in.remind_after_h
    wanted = sent_at + timedelta(hours=after)
    goes_out = waking_time(wanted, check_in.time_zone, hours)
    if not after or goes_out + timedelta(hours=1) >= check_in.closes_at:
        return []
    why = f"{in_words(after).capitalize()} after the first, once, unless it was answered"
    why += "; moved out of the quiet hours." if goes_out != wanted else "."
    return [Coming(goes_out, "A reminder", why + " A day later if the patient gets another message that day.")]


def _held(check_in: CheckIn, hours: Hours, pause: FollowUpPause | None) -> Coming:
    if pause is None or pause.until is None:
        return Coming(None, "Held", WITHOUT_END)
    begins = waking_time(day_begins(pause.until, check_in.time_zone), check_in.time_zone, hours)
    if begins >= check_in.closes_at:
        return Coming(None, "Not asked", "It closes before the pause is over.")
    return Coming(begins, "The message goes out", "It falls into the pause and is asked when that is over.")
