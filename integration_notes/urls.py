"""Addresses of integration notes."""

from django.urls import path

from integration_notes.views import reading, writing

app_name = "notes"
urlpatterns = [
    path("patients/<uuid:pk>/", reading.of_patient, name="of_patient"),
    path("sessions/<uuid:pk>/new/", writing.new, name="new"),
    path("<uuid:pk>/", reading.note, name="note"),
    path("<uuid:pk>/edit/", writing.edit, name="edit"),
    path("<uuid:pk>/save/", writing.autosave, name="autosave"),
    path("<uuid:pk>/sign/", writing.sign, name="sign"),
    path("<uuid:pk>/addenda/", reading.add_addendum, name="add_addendum"),
    path("<uuid:pk>/homework/", reading.set_homework, name="set_homework"),
    path("homework/<uuid:pk>/done/", reading.finish_homework, name="finish_homework"),
]
