"""Addresses of integration notes."""

from django.urls import path

from integration_notes.views import private, reading, release, writing

app_name = "notes"
urlpatterns = [
    path("", reading.search, name="search"),
    path("patients/<uuid:pk>/", reading.of_patient, name="of_patient"),
    path("sessions/<uuid:pk>/new/", writing.new, name="new"),
    path("<uuid:pk>/", reading.note, name="note"),
    path("<uuid:pk>/edit/", writing.edit, name="edit"),
    path("<uuid:pk>/save/", writing.autosave, name="autosave"),
    path("<uuid:pk>/sign/", writing.sign, name="sign"),
    path("<uuid:pk>/addenda/", reading.add_addendum, name="add_addendum"),
    path("<uuid:pk>/homework/", reading.set_homework, name="set_homework"),
    path("homework/<uuid:pk>/done/", reading.finish_homework, name="finish_homework"),
    path("private/", private.own, name="private"),
    path("private/patients/<uuid:pk>/", private.about, name="private_about"),
    path("private/handover/", release.hand_over, name="hand_over"),
    path("private/releases/", release.releases, name="releases"),
    path("private/releases/<uuid:pk>/approve/", release.approve, name="approve_release"),
    path("private/<uuid:pk>/", private.note, name="private_note"),
    path("private/<uuid:pk>/edit/", private.edit, name="private_edit"),
    path("private/<uuid:pk>/save/", private.autosave, name="private_autosave"),
    path("private/<uuid:pk>/sign/", private.sign, name="private_sign"),
    path("private/<uuid:pk>/addenda/", private.add_addendum, name="private_addendum"),
]
