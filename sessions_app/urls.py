"""Addresses of this app."""

from django.urls import include, path

from sessions_app.views import board, dosing, leaving, lists, planning, preparation, rooms, session, signing, timeline

app_name = "sessions"
urlpatterns = [
    path("dosing-records/", include("sessions_app.urls_dosing")),
    path("", lists.session_list, name="list"),
    path("board/", board.board, name="board"),
    path("board/cards/", board.board_cards, name="board_cards"),
    path("of-patient/<uuid:patient_id>/", lists.patient_sessions, name="of_patient"),
    path("schedule/<uuid:series_id>/", planning.schedule, name="schedule"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms/<uuid:pk>/in-use/", rooms.room_in_use, name="room_in_use"),
    path("<uuid:pk>/", session.session_page, name="session"),
    path("<uuid:pk>/live/", session.session_live, name="live"),
    path("<uuid:pk>/signature/", session.check_signature, name="signature"),
    path("<uuid:pk>/reschedule/", planning.reschedule, name="reschedule"),
    path("<uuid:pk>/questionnaires/", planning.questionnaires, name="questionnaires"),
    path("<uuid:pk>/call-off/<str:how>/", planning.call_off, name="call_off"),
    path("<uuid:pk>/abort/", planning.abort, name="abort"),
    path("<uuid:pk>/check-in/", preparation.check_in, name="check_in"),
    path("<uuid:pk>/roster/", preparation.roster, name="roster"),
    path("<uuid:pk>/ready/", preparation.ready, name="ready"),
    path("<uuid:pk>/override/<str:code>/", preparation.override, name="override"),
    path("<uuid:pk>/dose/", dosing.give_dose, name="give_dose"),
    path("<uuid:pk>/infusion/<uuid:administration_id>/", dosing.change_infusion, name="change_infusion"),
    path("<uuid:pk>/infusion/<uuid:administration_id>/end/", dosing.end_infusion, name="end_infusion"),
    path("<uuid:pk>/recovery/", dosing.recovery, name="recovery"),
    path("<uuid:pk>/remainder/<uuid:draw_id>/", dosing.remainder, name="remainder"),
    path("<uuid:pk>/remainder/<uuid:draw_id>/unwitnessed/", dosing.unwitnessed, name="unwitnessed"),
    path("<uuid:pk>/reading/", timeline.reading, name="reading"),
    path("<uuid:pk>/reading/<uuid:reading_id>/correct/", timeline.correct_reading, name="correct_reading"),
    path("<uuid:pk>/observation/", timeline.observation, name="observation"),
    path("<uuid:pk>/adverse-event/", timeline.adverse_event, name="adverse_event"),
    path("<uuid:pk>/discharge/", leaving.discharge, name="discharge"),
    path("<uuid:pk>/discharge/waive/<str:code>/", leaving.waive, name="waive"),
    path("<uuid:pk>/sign/", signing.sign, name="sign"),
    path("<uuid:pk>/addendum/", signing.addendum, name="addendum"),
]
