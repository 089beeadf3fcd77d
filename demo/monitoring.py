"""The practice's own alarm limits and schedule, and critical values of today: one answered, one that nobody has yet."""

from datetime import datetime, timedelta

from accounts.roles import Role
from common.clinical import Route
from demo.clinic import DemoClinic
from demo.visit import Patient, Steps
from demo.vitals import reading_at
from sessions_app import actions as sessions
from sessions_app.clock_rules import as_values
from sessions_app.monitoring import CLOCKS
from sessions_app.vital_table import default_values

# route of a session of today → minutes after its dose, SpO2 then, what was done (None: nobody answered yet)
LOW_OXYGEN = {
    Route.IM: (33, 88, "Called by name, chin lifted, oxygen 4 L/min by mask; 96 % after two minutes"),
    Route.ESK: (52, 87, None),
}


def own_settings(clinic: DemoClinic, opened: datetime) -> Steps:
    """Two months after the opening the prescriber makes the oxygen alarm stricter and watches IM doses longer."""
    at = opened + timedelta(days=61, hours=4)
    yield at
    by = clinic.one(Role.PRESCRIBER)
    sessions.set_monitoring(
        by=by,
        at=at,
        about="spo2_pct",
        values={**default_values("spo2_pct"), "spo2_critical_below": 91, "spo2_warning_below": 95},
        source="Medical director, team meeting",
        note="Several patients with sleep apnoea; alarm a little earlier than the starting values.",
        replaces_version=1,
    )
    yield at + timedelta(minutes=9)
    sessions.set_monitoring(
        by=by,
        at=at + timedelta(minutes=9),
        about=Route.IM.value,
        values={**as_values(CLOCKS["IM"], "IM"), "observe_min": 105},
        source="Medical director, team meeting",
        note="Two patients were unsteady on the stairs; observe 15 minutes longer after IM.",
        replaces_version=1,
    )


def low_oxygen(who: Patient, session, route: Route, dose_at: datetime) -> Steps:
    """A reading between the others with a critical SpO2, answered two minutes later or not yet."""
    minutes, spo2, action = LOW_OXYGEN[route]
    moment, nurse = dose_at + timedelta(minutes=minutes), who.team[Role.NURSE]
    yield moment
    values = {**reading_at(who.rng, who.baseline, minutes), "spo2_pct": spo2}
    row = sessions.record_reading(session=session, by=nurse, at=moment, **values)
    if action is None:
        return
    yield moment + timedelta(minutes=2)
    sessions.answer_alarms(
        session=session,
        by=nurse,
        at=moment + timedelta(minutes=2),
        readings=[row.pk],
        action=action,
        told_id=who.team[Role.PRESCRIBER].membership_id,
    )
