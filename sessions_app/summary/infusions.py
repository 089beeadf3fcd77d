"""Works a dose out of the log again: what an infusion gave by its rate history, to hold against what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dosing.arithmetic import DoseInputError
from dosing.infusion_history import Change, given_until, minutes_at_start_rate
from dosing.models import AdministrationEnd
from dosing.proposed_dose import show
from sessions_app.session_events import SessionEvent


@dataclass(frozen=True)
class DoseAccount:
    """One dose: its start, changes and end as events. `by_rate_mg` is None for what is not an infusion.

    `given_mg` is what was recorded at the end, None while it runs. `working` says the arithmetic in words.
    """

    dose: SessionEvent
    changes: tuple[SessionEvent, ...]
    end: SessionEvent | None
    by_rate_mg: Decimal | None
    working: str

    @property
    def given_mg(self) -> Decimal | None:
        return self.end.values["given_mg"] if self.end else None

    @property
    def differs(self) -> bool:
        """Whether a stopped infusion's recorded amount is not what the rate history gives (KAP-FORM-STOP)."""
        is_stopped = self.end is not None and self.end.values["how"] == AdministrationEnd.How.STOPPED
        return is_stopped and self.by_rate_mg is not None and self.given_mg != self.by_rate_mg


def dose_accounts(events: Sequence[SessionEvent], until: datetime) -> tuple[DoseAccount, ...]:
    """Each dose of the log with its changes and its end, in order; a running one is worked out up to `until`."""
    found = []
    for dose in (event for event in events if event.kind == "dose"):
        number = dose.values["number"]
        mine = [event for event in events if event.values.get("number") == number]
        changes = tuple(event for event in mine if event.kind == "infusion_change")
        end = next((event for event in mine if event.kind == "dose_end"), None)
        by_rate, working = _by_rate(dose, changes, end.occurred_at if end else until)
        found.append(DoseAccount(dose, changes, end, by_rate, working))
    return tuple(found)


def _by_rate(dose: SessionEvent, changes: Sequence[SessionEvent], until: datetime) -> tuple[Decimal | None, str]:
    told = dose.values
    if told["pump_ml_per_h"] is None or told["duration_min"] is None:
        return None, ""
    steps = [Change(one.occurred_at, one.values["pump_ml_per_h"] or Decimal(0)) for one in changes]
    try:
        ran = minutes_at_start_rate(dose.occurred_at, told["pump_ml_per_h"], steps, until)
    except DoseInputError as error:
        return None, f"not worked out: {error}"
    given = given_until(told["planned_mg"], told["duration_min"], ran)
    shown = ran.quantize(Decimal("0.01"))
    words = (
        f"{show(told['planned_mg'])} mg over {told['duration_min']} min; ran {show(shown)} min at "
        f"{show(told['pump_ml_per_h'])} mL/h{' (pauses and rates counted)' if changes else ''} = {show(given)} mg"
    )
    return given, words
