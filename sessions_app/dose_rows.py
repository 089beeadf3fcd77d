"""What was given in a session as its page shows it: each dose with its changes, the draws and their remainders."""

from dataclasses import dataclass

from accounts.roles import Permission
from dosing.dose_times import is_own_dose
from dosing.models import Administration, InfusionChange
from sessions_app.session_facts import SessionFacts
from sessions_app.session_reach import SessionReach
from sessions_app.timeline import clock_words, t_plus_minutes

PEOPLE = "recorded_by__user"


@dataclass(frozen=True)
class DoseRow:
    """One administration with its draw's account; `rate` is the pump's last setting."""

    administration: Administration
    changes: tuple[InfusionChange, ...]
    is_running: bool
    is_paused: bool
    minutes: int | None
    may_correct_time: bool


def dose_rows(facts: SessionFacts, changes, reach: SessionReach) -> tuple[DoseRow, ...]:
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
                minutes=t_plus_minutes(one.given_at, facts.session.first_dose_at),
                may_correct_time=_may_correct_time(one, facts.session, reach),
            )
        )
    return tuple(rows)


def _may_correct_time(one: Administration, session, reach: SessionReach) -> bool:
    """Who gave or recorded it, or the prescriber; none of them once the record is reviewed."""
    may = reach.may(Permission.GIVE_DOSE) and (session.signed_at is None or reach.may(Permission.ADD_ADDENDUM))
    return may and is_own_dose(one, reach.actor) and session.dosing_record.reviewed_at is None


def times_of(one: Administration) -> list[tuple[str, str]]:
    """(who said it, day and time) of each time that was ever recorded for a dose, the first one first."""
    first = ("Written down first", clock_words(one.occurred_at))
    return [first, *((f"Corrected by {row.recorded_by.user}", clock_words(row.given_at)) for row in one.corrections)]
