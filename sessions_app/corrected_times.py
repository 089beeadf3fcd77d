"""Puts the doses of a session's log where the newest correction of their time says (decision 0031)."""

from dataclasses import replace
from datetime import datetime

from sessions_app.timeline import t_plus_minutes

DOSE_TIME = "dose_time"


def at_corrected_times(events: list, first_dose_at: datetime | None) -> list:
    """Each dose, and the end of one that is no infusion, where the newest correction puts it. A dose tells in
    `recorded_first_at` what was written down first, None while that stands."""
    times = sorted((event for event in events if event.kind == DOSE_TIME), key=lambda event: event.values["correction"])
    now = {event.values["number"]: event.values["given_at"] for event in times}
    infusions = {
        event.values["number"] for event in events if event.kind == "dose" and event.values["pump_ml_per_h"] is not None
    }
    return [_moved(event, now, infusions, first_dose_at) for event in events]


def _moved(event, now: dict, infusions: set, first_dose_at: datetime | None):
    number = event.values.get("number")
    moves = event.kind == "dose" or (event.kind == "dose_end" and number not in infusions)
    moment = now.get(number) if moves else None
    if event.kind == "dose":
        event.values["recorded_first_at"] = event.occurred_at if moment else None
    if moment is None:
        return event
    return replace(event, occurred_at=moment, minutes=t_plus_minutes(moment, first_dose_at))
