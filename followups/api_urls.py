"""API addresses of follow-up."""

from django.urls import path

from followups import api

urlpatterns = [
    path("check-ins", api.CheckInList.as_view(), name="check_ins"),
    path("check-ins/<uuid:pk>", api.CheckInDetail.as_view(), name="check_in"),
]
