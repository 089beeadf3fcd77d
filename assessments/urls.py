"""Addresses of this app."""

app_name = "assessments"
urlpatterns: list = []
