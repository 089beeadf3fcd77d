"""Moves a session's plan when the time of its first dose was corrected; what was asked already stays as it is."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from common import audit
from common.errors import StaleState
from followups.actions.ending import ONE_A_DAY, end_check_in
from followups.actions.planning import FURTHER_DOSE, next_dose_at, replace_earlier
from followups.hours import hours_of
from followups.models import CheckIn, FollowUpPause
from followups.schedule import Slot, day_begins, local_day, slot_of, waking_time
from sessions_app.models import Session

State = CheckIn.State
HELD_OR_PLANNED = (State.PLANNED, State.PAUSED)
OVER_BY_NOW = "Its window was over when the time of the dose was corrected."


@transaction.atomic
def move_follow_ups(*, session: Session, was_at: datetime, by, at: datetime) -> list[CheckIn]:
    """Give each check-in of the session that is planned, or held by a pause, the slot that `session.first_dose_at`
    gives it now, and say why (KAP-FUP-MOVE).

    Called inside the transaction that corrects the dose's time; `was_at` is the time before. One that now falls behind
    a further dose, onto a day with another question, or whose window is over, ends with the reason. One that is due by
    now is asked at the next waking hour. Check-ins of earlier doses that now lie after this one are replaced.
    """
    why = f"The time of the dose was corrected: {_words(was_at, session)} to {_words(session.first_dose_at, session)}."
    hours, pause = (
        hours_of(session.practice_id),
        FollowUpPause.objects.standing().of_patient(session.patient_id).first(),
    )
    planned = CheckIn.objects.filter(session=session, occasion=CheckIn.Occasion.FOLLOW_UP, state__in=HELD_OR_PLANNED)
    further, days, counts = next_dose_at(session), set(), {"moved": 0, "replaced": 0, "merged": 0, "over": 0}
    moved = []
    for check_in in planned.select_related("point", "session", "patient").order_by("point__offset_hours"):
        check_in.session = session
        slot = _from_now_on(slot_of(check_in, hours), at, hours)
        ends = _ends(check_in, slot, further, days)
        try:
            if ends:
                kind, state, reason = ends
                end_check_in(check_in, state, at=at, by=by, only=planned, reason=reason)
            else:
                kind = "moved"
                days.add(slot.local_due[:10])
                _move(check_in, slot, pause, why)
                moved.append(check_in)
        except StaleState:
            continue  # a worker asked it just now
        counts[kind] += 1
    counts["replaced"] += replace_earlier(session, at)
    audit.record(by, "followups.move_follow_ups", at=at, subject=session, detail=counts)
    return moved


def _from_now_on(slot: Slot, at: datetime, hours) -> Slot:
    """The slot itself, or the next waking hour when it is due by now."""
    if slot.due_at > at:
        return slot
    due_at = waking_time(at, slot.time_zone, hours)
    return replace(slot, due_at=due_at, local_due=f"{due_at.astimezone(ZoneInfo(slot.time_zone)):%Y-%m-%d %H:%M}")


def _ends(check_in: CheckIn, slot: Slot, further: datetime | None, days: set) -> tuple[str, str, str] | None:
    """(what it counts as, state, reason) of a check-in that is not asked any more."""
    if slot.due_at >= slot.closes_at:
        return "over", State.CANCELLED, OVER_BY_NOW
    if further is not None and slot.due_at >= further:
        return "replaced", State.SUPERSEDED, FURTHER_DOSE
    asked = CheckIn.objects.asked_on_day(check_in, *local_day(slot.due_at, slot.time_zone))
    if slot.local_due[:10] in days or asked.exists():
        return "merged", State.SUPERSEDED, ONE_A_DAY
    return None


def _move(check_in: CheckIn, slot: Slot, pause: FollowUpPause | None, why: str) -> None:
    """Raises StaleState when somebody changed it since it was read."""
    held = pause is not None and (pause.until is None or slot.due_at < day_begins(pause.until, slot.time_zone))
    stored = CheckIn.objects.filter(pk=check_in.pk, version=check_in.version, state__in=HELD_OR_PLANNED)
    values = {
        "state": State.PAUSED if held else State.PLANNED,
        "due_at": slot.due_at,
        "local_due": slot.local_due,
        "time_zone": slot.time_zone,
        "closes_at": slot.closes_at,
        "moved_reason": why,
    }
    if not stored.update(**values, version=F("version") + 1):
        raise StaleState("This check-in is no longer planned.")
    check_in.refresh_from_db()


def _words(moment: datetime, session: Session) -> str:
    local = moment.astimezone(ZoneInfo(session.practice.time_zone))
    return f"{local.day} {local:%b %Y %H:%M}"
