"""What is written down in the room, made through the actions, with safe defaults."""

from datetime import datetime, timedelta
from decimal import Decimal

from sessions_app import actions

ALDRETE = {"activity": 2, "respiration": 2, "circulation": 1, "consciousness": 2, "oxygen": 2}


def rass(clinic, session, at: datetime, total: int = 0, by=None, **entry):
    values = {"instrument": "RASS", "rating": total, **entry}
    return actions.record_scale(session=session, by=by or clinic.nurse, at=at, **values)


def aldrete(clinic, session, at: datetime, by=None, items=None, **entry):
    values = {"instrument": "ALDRETE", "items": items or ALDRETE, **entry}
    return actions.record_scale(session=session, by=by or clinic.nurse, at=at, **values)


def went(clinic, session, at: datetime, who=None, went: str = "in", by=None, **entry):
    who = who or clinic.nurse
    values = {"membership_id": who.membership_id, "went": went, **entry}
    return actions.record_room_entry(session=session, by=by or clinic.nurse, at=at, **values)


def rescue(clinic, session, at: datetime, by=None, **entry):
    values = {
        "drug": "ondansetron",
        "dose": Decimal(4),
        "unit": "mg",
        "route": "IV",
        "ordered_by_id": clinic.prescriber.membership_id,
        "given_by_id": clinic.nurse.membership_id,
        "reason": "Nausea",
        **entry,
    }
    return actions.record_rescue_drug(session=session, by=by or clinic.nurse, at=at, **values)


def agreed(clinic, session, at: datetime, about: str = "touch", is_given: bool = True, by=None, **entry):
    values = {"about": about, "is_given": is_given, **entry}
    return actions.record_room_consent(session=session, by=by or clinic.therapist, at=at, **values)


def licensed(clinic, at: datetime, licence: str = "Granted by the author, letter of 2 May 2026"):
    """The practice holds the licence of the CADSS."""
    return actions.save_session_settings(by=clinic.prescriber, at=at, phrases=[], cadss6_licence=licence)


def one_of_each(clinic, session, at: datetime) -> dict:
    """By kind, one entry of each that may be corrected, a minute apart."""
    minute = timedelta(minutes=1)
    return {
        "room_entry": went(clinic, session, at),
        "room_consent": agreed(clinic, session, at + minute),
        "scale": rass(clinic, session, at + 2 * minute, -1),
        "observation": actions.record_observation(
            session=session, by=clinic.therapist, at=at + 3 * minute, what="behaviour", text="Calm, eyes closed"
        ),
        "adverse_event": actions.record_adverse_event(
            session=session,
            by=clinic.nurse,
            at=at + 4 * minute,
            category="gi",
            grade=1,
            relatedness="possible",
            description="Nausea",
            action="Watched",
            outcome="resolved",
        ),
        "rescue_drug": rescue(clinic, session, at + 5 * minute),
    }
