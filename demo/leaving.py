"""How made-up patients leave: nearly all with every criterion met, some with one waived, a few against advice."""

from datetime import datetime

from accounts.actor import Actor
from demo.clinic import PASSWORD, DemoClinic
from sessions_app import actions
from sessions_app.models import Session

WELL = {
    "aldrete_activity": 2,
    "aldrete_respiration": 2,
    "aldrete_circulation": 2,
    "aldrete_consciousness": 2,
    "aldrete_oxygen": 2,
    "is_oriented": True,
    "walks_unaided": True,
    "dissociation_resolved": True,
    "nausea_controlled": True,
    "no_suicidal_intent": True,
    "escort_present": True,
    "instructions_given": True,
}
# Of so many departures, the one at this place.
WAIVED, AGAINST_ADVICE, STOPPED_EARLY = (30, 4), (70, 11), (25, 7)


def stops_early(clinic: DemoClinic) -> bool:
    """Whether the patient who leaves next wants no more of what is not an infusion."""
    return clinic.departures % STOPPED_EARLY[0] == STOPPED_EARLY[1]


def leave(
    clinic: DemoClinic, session: Session, at: datetime, nurse: Actor, prescriber: Actor, escort: str, phone: str
) -> None:
    found = {**WELL, "escort_name": escort, "escort_relation": "partner", "escort_phone": phone}
    by, place = nurse, clinic.departures
    clinic.departures += 1
    if place % WAIVED[0] == WAIVED[1]:
        reason = "Slight nausea only, had ondansetron, partner stays overnight"
        actions.waive_criterion(session=session, by=prescriber, at=at, code="NAUSEA", reason=reason, password=PASSWORD)
        found["nausea_controlled"] = False
    elif place % AGAINST_ADVICE[0] == AGAINST_ADVICE[1]:
        by = prescriber
        reason = "Has to be home for the school bus; told of dizziness, sister drives and stays"
        found |= {"walks_unaided": False, "is_against_advice": True, "advice_reason": reason, "password": PASSWORD}
    actions.discharge_patient(session=session, by=by, at=at, **found)
