"""Addresses of the dosing records; the key is the session's."""

from django.urls import path

from sessions_app.views import dosing_records as views
from sessions_app.views import inspection

urlpatterns = [
    path("", views.dosing_records, name="dosing_records"),
    path("log.csv", views.export_dosing_records, name="export_dosing_records"),
    path("packs/", inspection.packs, name="packs"),
    path("packs/<uuid:pk>/", inspection.pack, name="pack"),
    path("packs/<uuid:pk>/progress/", inspection.progress, name="pack_progress"),
    path("packs/<uuid:pk>/approve/", inspection.approve, name="approve_pack"),
    path("packs/<uuid:pk>/take/", inspection.take, name="take_pack"),
    path("<uuid:pk>/", views.dosing_record, name="dosing_record"),
    path("<uuid:pk>/ask/", views.ask_about_dosing_record, name="ask_about_dosing_record"),
    path("<uuid:pk>/review/", views.review_dosing_record, name="review_dosing_record"),
]
