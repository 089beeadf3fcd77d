"""Addresses of a patient's copy of the record, for staff."""

from django.urls import path

from portal.views import record_copy

app_name = "records"
urlpatterns = [path("<uuid:pk>/copy/", record_copy.record_copy, name="copy")]
