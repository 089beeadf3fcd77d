"""Addresses of this app: the practice's report, and the outcomes of one's own patients."""

from django.urls import path

from outcomes import views

app_name = "outcomes"
urlpatterns = [
    path("", views.report, name="report"),
    path("report.csv", views.export_report, name="export_report"),
    path("own-patients/", views.own_patients, name="own_patients"),
    path("own-patients.csv", views.export_own_patients, name="export_own_patients"),
]
