"""Addresses of this app."""

app_name = "sessions"
urlpatterns: list = []
