"""Addresses of the patient's record."""

from django.urls import path

from patients.views import consents, corrections, emergency, facts, overview, people, screening, series, team, unusual

app_name = "patients"
urlpatterns = [
    path("", people.patient_list, name="list"),
    path("register/", people.register, name="register"),
    path("emergency/", emergency.open_emergency, name="open_emergency"),
    path("emergency/<uuid:pk>/close/", emergency.close_emergency, name="close_emergency"),
    path("emergency/review/", emergency.emergency_list, name="emergencies"),
    path("emergency/review/<uuid:pk>/", emergency.emergency_access, name="emergency_access"),
    path("unusual/", unusual.unusual_list, name="unusual"),
    path("unusual/find/", unusual.find_unusual, name="find_unusual"),
    path("unusual/<uuid:pk>/", unusual.acknowledge_unusual, name="acknowledge_unusual"),
    path("<uuid:pk>/looks/", unusual.access_report, name="access_report"),
    path("<uuid:pk>/", overview.overview, name="overview"),
    path("<uuid:pk>/edit/", people.edit, name="edit"),
    path("<uuid:pk>/care/end/", people.end_care, name="end_care"),
    path("<uuid:pk>/care/resume/", people.resume_care, name="resume_care"),
    path("<uuid:pk>/facts/", facts.facts, name="facts"),
    path("<uuid:pk>/facts/<slug:kind>/add/", facts.add_fact, name="add_fact"),
    path("<uuid:pk>/facts/<slug:kind>/<uuid:fact_pk>/end/", facts.end_fact, name="end_fact"),
    path("<uuid:pk>/contraindications/", screening.contraindications, name="contraindications"),
    path("<uuid:pk>/contraindications/answer/", screening.answer_contraindications, name="answer_contraindications"),
    path("<uuid:pk>/consents/", consents.consents, name="consents"),
    path("<uuid:pk>/consents/record/", consents.record_consent, name="record_consent"),
    path("<uuid:pk>/consents/<uuid:consent_pk>/withdraw/", consents.withdraw_consent, name="withdraw_consent"),
    path("<uuid:pk>/corrections/", corrections.corrections, name="corrections"),
    path("<uuid:pk>/corrections/ask/", corrections.request_correction, name="request_correction"),
    path("corrections/<uuid:pk>/", corrections.answer_correction, name="answer_correction"),
    path("<uuid:pk>/team/", team.team, name="team"),
    path("<uuid:pk>/team/add/", team.add_to_team, name="add_to_team"),
    path("<uuid:pk>/team/<uuid:membership_pk>/remove/", team.remove_from_team, name="remove_from_team"),
    path("<uuid:pk>/series/", series.series_list, name="series_list"),
    path("<uuid:pk>/series/open/", series.open_series, name="open_series"),
    path("series/<uuid:pk>/", series.series, name="series"),
    path("series/<uuid:pk>/change/", series.change_series, name="change_series"),
    path("series/<uuid:pk>/close/", series.close_series, name="close_series"),
]
