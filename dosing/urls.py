"""Addresses of this app."""

app_name = "dosing"
urlpatterns: list = []
