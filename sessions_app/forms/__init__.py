"""The forms of a session; their cleaned data are the actions' keywords. Nothing measured is ever pre-filled."""

from sessions_app.forms.inspection import ApprovePackForm, PackForm
from sessions_app.forms.leaving import DischargeForm, WaiverForm
from sessions_app.forms.planning import CallOffForm, QuestionnairesForm, RescheduleForm, RoomForm, ScheduleForm
from sessions_app.forms.preparation import CheckInForm, OverrideForm, RosterForm
from sessions_app.forms.signing import AddendumForm, QuestionForm, ReviewForm, SignForm
from sessions_app.forms.supervision import PresenceForm, SupervisionForm
from sessions_app.forms.timeline import AdverseEventForm, ObservationForm, ReadingForm

__all__ = [
    "AddendumForm",
    "AdverseEventForm",
    "ApprovePackForm",
    "CallOffForm",
    "CheckInForm",
    "DischargeForm",
    "ObservationForm",
    "OverrideForm",
    "PackForm",
    "PresenceForm",
    "QuestionForm",
    "QuestionnairesForm",
    "ReadingForm",
    "RescheduleForm",
    "ReviewForm",
    "RoomForm",
    "RosterForm",
    "ScheduleForm",
    "SignForm",
    "SupervisionForm",
    "WaiverForm",
]
