"""What was given in a session as its page shows it: each dose with its changes, the draws and their remainders."""

from dataclasses import dataclass

from dosing.models import Administration, InfusionChange
from sessions_app.session_facts import SessionFacts
from sessions_app.timeline import t_plus_minutes

PEOPLE = "recorded_by__user"


@dataclass(frozen=True)
class DoseRow:
    """One administration with its draw's account; `rate` is the pump's last setting."""

    administration: Administration
    changes: tuple[InfusionChange, ...]
    is_running: bool
    is_paused: bool
    minutes: int | None


def dose_rows(facts: SessionFacts, changes) -> tuple[DoseRow, ...]:
    rows = []
    for one in facts.administrations:
        mine = tuple(change for change in changes if change.administration_id == one.pk)
        is_running = not hasattr(one, "end")
        rows.append(
            DoseRow(
                administration=one,
                changes=mine,
                is_running=is_running,
                is_paused=is_running and bool(mine) and mine[-1].what == InfusionChange.What.PAUSE,
                minutes=t_plus_minutes(one.occurred_at, facts.session.first_dose_at),
            )
        )
    return tuple(rows)
