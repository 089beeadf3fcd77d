"""Addresses of follow-up."""

from django.urls import path

from followups.views import callbacks, care, check_ins, measuring, points

app_name = "followups"
urlpatterns = [
    path("", check_ins.check_in_list, name="list"),
    path("patients/<uuid:pk>/", check_ins.of_patient, name="of_patient"),
    path("patients/<uuid:pk>/pause/", care.pause, name="pause"),
    path("patients/<uuid:pk>/contact/", check_ins.confirm_contact, name="confirm_contact"),
    path("texts/<uuid:pk>/status/", callbacks.text_status, name="text_status"),
    path("pauses/<uuid:pk>/end/", care.resume, name="resume"),
    path("missed/<uuid:pk>/", care.missed, name="missed"),
    path("missed/<uuid:pk>/take/", care.take_missed, name="take_missed"),
    path("missed/<uuid:pk>/call/", care.record_call, name="record_missed_call"),
    path("missed/<uuid:pk>/close/", care.close_missed, name="close_missed"),
    path("hours/", care.rules, name="rules"),
    path("measuring/<str:about>/", measuring.of_route, name="measuring_of"),
    path("measuring/<str:about>/new/", measuring.new, name="measuring_new"),
    path("points/", points.points, name="points"),
    path("points/add/", points.add_point, name="add_point"),
    path("points/<uuid:pk>/", points.change_point, name="change_point"),
    path("points/<uuid:pk>/switch/", points.switch_point, name="switch_point"),
    path("<uuid:pk>/", check_ins.check_in, name="check_in"),
    path("<uuid:pk>/send/", check_ins.send_now, name="send_now"),
    path("<uuid:pk>/send-again/", check_ins.send_again, name="send_again"),
    path("<uuid:pk>/arrived/", check_ins.confirm_delivery, name="confirm_delivery"),
    path("<uuid:pk>/link/", check_ins.hand_over, name="hand_over"),
    path("<uuid:pk>/cancel/", check_ins.cancel, name="cancel"),
]
