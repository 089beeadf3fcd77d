"""Every address of the clinic: pages per app, the patient's links, API version 1, health."""

from django.urls import include, path

from clinic import health, schema

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("accounts.urls")),
    path("patients/", include("patients.urls")),
    path("assessments/", include("assessments.urls")),
    path("dosing/", include("dosing.urls")),
    path("sessions/", include("sessions_app.urls")),
    path("notes/", include("integration_notes.urls")),
    path("follow-ups/", include("followups.urls")),
    path("outcomes/", include("outcomes.urls")),
    path("c/", include("portal.urls")),
    path("records/", include("portal.record_urls")),
    path("api/v1/", include("clinic.api_urls")),
    path("api/schema/", schema.schema, name="api_schema"),
    path("api/", schema.browser, name="api_browser"),
]

handler400 = "clinic.health.bad_request"
handler403 = "clinic.health.forbidden"
handler404 = "clinic.health.not_found"
handler500 = "clinic.health.server_error"
