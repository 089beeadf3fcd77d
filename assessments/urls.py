"""Addresses of questionnaires and risk items."""

from django.urls import path

from assessments.views import answering, giving, on_call, reading, risk

app_name = "assessments"
urlpatterns = [
    path("patients/<uuid:patient_id>/", reading.of_patient, name="of_patient"),
    path("patients/<uuid:patient_id>/give/", giving.give, name="give"),
    path("patients/<uuid:patient_id>/trend/<slug:code>/", reading.trend, name="trend"),
    path("sets/<uuid:pk>/", reading.assessment_set, name="set"),
    path("sets/<uuid:pk>/link/", giving.make_link, name="make_link"),
    path("sets/<uuid:pk>/tablet/", giving.tablet, name="tablet"),
    path("sets/<uuid:pk>/cancel/", giving.cancel, name="cancel_set"),
    path("sets/<uuid:pk>/day-before/", answering.day_before, name="day_before"),
    path("sets/<uuid:pk>/answer/<slug:code>/", answering.answer, name="answer"),
    path("<uuid:pk>/", reading.assessment, name="assessment"),
    path("risk/on-call/", on_call.on_call, name="on_call"),
    path("risk/on-call/change/", on_call.change, name="change_on_call"),
    path("risk/", risk.queue, name="risk_queue"),
    path("risk/<uuid:pk>/", risk.item, name="risk_item"),
    path("risk/<uuid:pk>/acknowledge/", risk.acknowledge, name="acknowledge_risk"),
    path("risk/<uuid:pk>/contact/", risk.record_contact, name="record_risk_contact"),
    path("risk/<uuid:pk>/close/", risk.close, name="close_risk"),
]
