"""API addresses of this app."""

from django.urls import path

from sessions_app.api.alarms import AlarmAnswers
from sessions_app.api.doses import Doses, DoseTimes
from sessions_app.api.dosing_records import DosingRecordDetail, DosingRecordList
from sessions_app.api.entries import (
    AdverseEvents,
    NotTaken,
    Observations,
    RescueDrugs,
    RoomConsents,
    RoomEntries,
    Scales,
    Withdrawals,
)
from sessions_app.api.leaving import Leaving, Waivers
from sessions_app.api.readings import Readings
from sessions_app.api.rems import RemsFormList, SessionRems
from sessions_app.api.sessions import SessionDetail, SessionList, SessionTimeline

urlpatterns = [
    path("sessions", SessionList.as_view(), name="sessions"),
    path("sessions/<uuid:pk>", SessionDetail.as_view(), name="session"),
    path("sessions/<uuid:pk>/timeline", SessionTimeline.as_view(), name="session_timeline"),
    path("sessions/<uuid:pk>/rems", SessionRems.as_view(), name="session_rems"),
    path("rems-forms", RemsFormList.as_view(), name="rems_forms"),
    path("sessions/<uuid:pk>/readings", Readings.as_view(), name="session_readings"),
    path("sessions/<uuid:pk>/alarm-answers", AlarmAnswers.as_view(), name="session_alarm_answers"),
    path("sessions/<uuid:pk>/readings/not-taken", NotTaken.as_view(), name="session_not_taken"),
    path("sessions/<uuid:pk>/observations", Observations.as_view(), name="session_observations"),
    path("sessions/<uuid:pk>/adverse-events", AdverseEvents.as_view(), name="session_adverse_events"),
    path("sessions/<uuid:pk>/scales", Scales.as_view(), name="session_scales"),
    path("sessions/<uuid:pk>/room-entries", RoomEntries.as_view(), name="session_room_entries"),
    path("sessions/<uuid:pk>/rescue-drugs", RescueDrugs.as_view(), name="session_rescue_drugs"),
    path("sessions/<uuid:pk>/room-consents", RoomConsents.as_view(), name="session_room_consents"),
    path("sessions/<uuid:pk>/withdrawals", Withdrawals.as_view(), name="session_withdrawals"),
    path("sessions/<uuid:pk>/doses", Doses.as_view(), name="session_doses"),
    path("sessions/<uuid:pk>/doses/<uuid:administration_id>/times", DoseTimes.as_view(), name="session_dose_times"),
    path("sessions/<uuid:pk>/discharge", Leaving.as_view(), name="session_discharge"),
    path("sessions/<uuid:pk>/discharge/waivers", Waivers.as_view(), name="session_waivers"),
    path("dosing-records", DosingRecordList.as_view(), name="dosing_records"),
    path("dosing-records/<uuid:pk>", DosingRecordDetail.as_view(), name="dosing_record"),
]
