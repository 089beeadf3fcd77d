"""Addresses of the dosing records; the key is the session's."""

from django.urls import path

from sessions_app.views import dosing_records as views

urlpatterns = [
    path("", views.dosing_records, name="dosing_records"),
    path("log.csv", views.export_dosing_records, name="export_dosing_records"),
    path("<uuid:pk>/", views.dosing_record, name="dosing_record"),
    path("<uuid:pk>/ask/", views.ask_about_dosing_record, name="ask_about_dosing_record"),
    path("<uuid:pk>/review/", views.review_dosing_record, name="review_dosing_record"),
]
