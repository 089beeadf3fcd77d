"""API version 1: each app's resources under one address."""

from django.urls import include, path

app_name = "api"
urlpatterns = [
    path("", include("patients.api_urls")),
    path("", include("sessions_app.api_urls")),
    path("", include("assessments.api_urls")),
    path("", include("followups.api_urls")),
]
