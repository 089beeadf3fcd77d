"""Addresses of a patient's link. Only the first carries the token; it comes last so that it shadows nothing."""

from django.urls import path

from portal.views import answering, entering

app_name = "portal"
urlpatterns = [
    path("", entering.form, name="form"),
    path("birth-date/", entering.birth_date, name="birth_date"),
    path("next/", answering.go_on, name="next"),
    path("part/<int:number>/", answering.part, name="part"),
    path("part/<int:number>/keep/", answering.keep, name="keep"),
    path("day-before/", answering.day_before, name="day_before"),
    path("help/", entering.help_now, name="help_now"),
    path("done/", entering.done, name="done"),
    path("call/", entering.call_me, name="call_me"),
    path("stop/", entering.stop, name="stop"),
    path("locked/", entering.locked, name="locked"),
    path("<str:token>/", entering.open_link, name="open"),
]
