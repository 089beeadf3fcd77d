"""The forms of a session; their cleaned data are the actions' keywords. Nothing measured is ever pre-filled."""

from sessions_app.forms.alarms import AlarmAnswerForm
from sessions_app.forms.inspection import ApprovePackForm, PackForm
from sessions_app.forms.leaving import DischargeForm, WaiverForm
from sessions_app.forms.measuring import MeasuringForm
from sessions_app.forms.monitoring import MonitoringForm
from sessions_app.forms.planning import CallOffForm, QuestionnairesForm, RescheduleForm, RoomForm, ScheduleForm
from sessions_app.forms.preparation import CheckInForm, OverrideForm, RosterForm
from sessions_app.forms.rems import RemsCheckForm, RemsSubmissionForm
from sessions_app.forms.room_events import (
    NotTakenForm,
    RescueDrugForm,
    RoomConsentForm,
    RoomEntryForm,
    ScaleForm,
    SessionSettingsForm,
    StopEarlyForm,
    WithdrawForm,
    add_correction,
)
from sessions_app.forms.signing import AddendumForm, QuestionForm, ReviewForm, SignForm
from sessions_app.forms.supervision import PresenceForm, SupervisionForm
from sessions_app.forms.timeline import AdverseEventForm, ObservationForm, ReadingForm

__all__ = [
    "AddendumForm",
    "AdverseEventForm",
    "AlarmAnswerForm",
    "ApprovePackForm",
    "CallOffForm",
    "CheckInForm",
    "DischargeForm",
    "MeasuringForm",
    "MonitoringForm",
    "NotTakenForm",
    "ObservationForm",
    "OverrideForm",
    "PackForm",
    "PresenceForm",
    "QuestionForm",
    "QuestionnairesForm",
    "ReadingForm",
    "RemsCheckForm",
    "RemsSubmissionForm",
    "RescheduleForm",
    "RescueDrugForm",
    "ReviewForm",
    "RoomConsentForm",
    "RoomEntryForm",
    "RoomForm",
    "RosterForm",
    "ScaleForm",
    "ScheduleForm",
    "SessionSettingsForm",
    "SignForm",
    "StopEarlyForm",
    "SupervisionForm",
    "WaiverForm",
    "WithdrawForm",
    "add_correction",
]
