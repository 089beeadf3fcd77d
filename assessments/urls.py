"""Addresses of questionnaires and risk items."""

from django.urls import path

from assessments.views import answering, drafting, giving, licensed, on_call, own, reading, risk

app_name = "assessments"
urlpatterns = [
    path("patients/<uuid:patient_id>/", reading.of_patient, name="of_patient"),
    path("patients/<uuid:patient_id>/give/", giving.give, name="give"),
    path("patients/<uuid:patient_id>/trend/<slug:code>/", reading.trend, name="trend"),
    path("patients/<uuid:patient_id>/trend/<slug:code>/plain/", reading.plain_trend, name="plain_trend"),
    path("sets/<uuid:pk>/", reading.assessment_set, name="set"),
    path("sets/<uuid:pk>/link/", giving.make_link, name="make_link"),
    path("sets/<uuid:pk>/tablet/", giving.tablet, name="tablet"),
    path("sets/<uuid:pk>/cancel/", giving.cancel, name="cancel_set"),
    path("sets/<uuid:pk>/day-before/", answering.day_before, name="day_before"),
    path("sets/<uuid:pk>/answer/<slug:code>/", answering.answer, name="answer"),
    path("<uuid:pk>/", reading.assessment, name="assessment"),
    path("own/", own.own, name="own"),
    path("own/new/", drafting.new, name="own_new"),
    path("own/<slug:code>/", own.versions, name="own_versions"),
    path("own/<slug:code>/retire/", own.retire, name="own_retire"),
    path("own/<slug:code>/version/<int:version>/", own.preview, name="own_preview"),
    path("own/<slug:code>/draft/", drafting.draft, name="own_draft"),
    path("own/<slug:code>/draft/begin/", drafting.begin, name="own_begin"),
    path("own/<slug:code>/draft/details/", drafting.details, name="own_details"),
    path("own/<slug:code>/draft/score/", drafting.score, name="own_score"),
    path("own/<slug:code>/draft/add/<slug:form>/", drafting.add_question, name="own_add"),
    path("own/<slug:code>/draft/question/<slug:key>/", drafting.change_question, name="own_question"),
    path("own/<slug:code>/draft/question/<slug:key>/up/", drafting.move, {"places": -1}, name="own_up"),
    path("own/<slug:code>/draft/question/<slug:key>/down/", drafting.move, {"places": 1}, name="own_down"),
    path("own/<slug:code>/draft/question/<slug:key>/remove/", drafting.remove, name="own_remove"),
    path("own/<slug:code>/draft/publish/", drafting.publish, name="own_publish"),
    path("licensed/", licensed.licensed, name="licensed"),
    path("licensed/<slug:code>/", licensed.versions, name="licensed_of"),
    path("licensed/<slug:code>/load/", licensed.load, name="load_wording"),
    path("licensed/<slug:code>/look/", licensed.preview, name="licensed_preview"),
    path("licensed/<slug:code>/withdraw/", licensed.withdraw, name="withdraw_wording"),
    path("risk/on-call/", on_call.on_call, name="on_call"),
    path("risk/on-call/change/", on_call.change, name="change_on_call"),
    path("risk/", risk.queue, name="risk_queue"),
    path("risk/rows/", risk.rows, name="risk_rows"),
    path("risk/panel/", risk.panel, name="risk_panel"),
    path("risk/<uuid:pk>/", risk.item, name="risk_item"),
    path("risk/<uuid:pk>/acknowledge/", risk.acknowledge, name="acknowledge_risk"),
    path("risk/<uuid:pk>/contact/", risk.record_contact, name="record_risk_contact"),
    path("risk/<uuid:pk>/close/", risk.close, name="close_risk"),
]
