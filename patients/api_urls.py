"""API addresses of this app."""

from django.urls import path

from patients.api import PatientDetail, PatientList

urlpatterns = [
    path("patients", PatientList.as_view(), name="patients"),
    path("patients/<uuid:pk>", PatientDetail.as_view(), name="patient"),
]
