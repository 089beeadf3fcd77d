"""The visit: its state, who was in the room, readings, events, discharge, signature and review."""

from sessions_app.models.discharge import Discharge
from sessions_app.models.inspection import InspectionPack
from sessions_app.models.preparation import BlockerOverride, CheckIn, SessionAssessment
from sessions_app.models.signing import ReviewQuestion, SessionAddendum, SessionReview
from sessions_app.models.supervision import Presence, SupervisionSetting
from sessions_app.models.timeline import AdverseEvent, Observation, VitalReading
from sessions_app.models.visit import Room, RosterEntry, Session, SessionTransition

__all__ = [
    "AdverseEvent",
    "BlockerOverride",
    "CheckIn",
    "Discharge",
    "InspectionPack",
    "Observation",
    "Presence",
    "ReviewQuestion",
    "Room",
    "RosterEntry",
    "Session",
    "SessionAddendum",
    "SessionAssessment",
    "SessionReview",
    "SessionTransition",
    "SupervisionSetting",
    "VitalReading",
]
