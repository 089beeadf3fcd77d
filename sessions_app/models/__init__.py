"""The visit: its state, who was in the room, readings, events, discharge, signature and review."""

from sessions_app.models.discharge import Discharge
from sessions_app.models.inspection import InspectionPack
from sessions_app.models.measuring import MeasuringVersion
from sessions_app.models.monitoring import AlarmAnswer, MonitoringSetting
from sessions_app.models.preparation import BlockerOverride, CheckIn, SessionAssessment
from sessions_app.models.rems import RemsCheck, RemsForm, RemsSubmission
from sessions_app.models.room_events import RescueDrug, RoomConsent, RoomEntry, ScaleScore, SessionSettings
from sessions_app.models.signing import ReviewQuestion, SessionAddendum, SessionReview
from sessions_app.models.supervision import Presence, SupervisionSetting
from sessions_app.models.timeline import AdverseEvent, Observation, VitalReading
from sessions_app.models.visit import Room, RosterEntry, Session, SessionTransition

__all__ = [
    "AdverseEvent",
    "AlarmAnswer",
    "BlockerOverride",
    "CheckIn",
    "Discharge",
    "InspectionPack",
    "MeasuringVersion",
    "MonitoringSetting",
    "Observation",
    "Presence",
    "RemsCheck",
    "RemsForm",
    "RemsSubmission",
    "RescueDrug",
    "ReviewQuestion",
    "Room",
    "RoomConsent",
    "RoomEntry",
    "RosterEntry",
    "ScaleScore",
    "Session",
    "SessionAddendum",
    "SessionAssessment",
    "SessionReview",
    "SessionSettings",
    "SessionTransition",
    "SupervisionSetting",
    "VitalReading",
]
