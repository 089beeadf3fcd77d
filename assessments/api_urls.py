"""API addresses of questionnaires."""

from django.urls import path

from assessments.api import PatientAssessments, SubmitAssessment

urlpatterns = [
    path("patients/<uuid:pk>/assessments", PatientAssessments.as_view(), name="patient_assessments"),
    path(
        "assessment-sets/<uuid:pk>/assessments/<slug:code>/submit",
        SubmitAssessment.as_view(),
        name="assessment_submit",
    ),
]
