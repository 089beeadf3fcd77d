"""Addresses of this app."""

app_name = "patients"
urlpatterns: list = []
