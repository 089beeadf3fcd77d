"""What staff see about copies of a record: the tab of the chart, and the copies made so far."""

from django.urls import reverse

from accounts.roles import Permission
from common.models import AuditEvent
from patients.chart import ChartTab
from patients.models import Patient
from patients.scope import Reach

SHOWN = 20


def chart_tabs(reach: Reach, patient: Patient) -> list[ChartTab]:
    if not reach.may(Permission.EXPORT_RECORD):
        return []
    return [ChartTab("Copy", reverse("records:copy", args=[patient.pk]), "copy", order=88, icon="download")]


def copies_made(patient: Patient) -> list[AuditEvent]:
    """The newest copies, from the audit log: when, by whom, as what."""
    made = AuditEvent.objects.filter(
        practice_id=patient.practice_id, patient_id=patient.pk, action="portal.copy_record", outcome="done"
    )
    return list(made.order_by("-at")[:SHOWN])
