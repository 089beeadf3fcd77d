"""The audit trail: one append-only row for every act, look and denial (R51, R52). No health content in it."""

from django.db import models

from common.records import Privacy, Record, RecordKind


class AuditEvent(Record):
    """Who did what to whose record, when, in which role, from where, with which outcome."""

    kind = RecordKind.EVENT
    privacy = Privacy(
        identifying="patient_id",
        operational="id at actor_id actor_name role practice_id action object_type object_id purpose outcome "
        "request_id session_hash ip user_agent detail",
    )

    class Outcome(models.TextChoices):
        DONE = "done"
        DENIED = "denied"
        FAILED = "failed"

    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=12, blank=True)
    practice_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices, default=Outcome.DONE)
    request_id = models.CharField(max_length=36, blank=True)
    session_hash = models.CharField(max_length=16, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=160, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["practice_id", "-at", "id"], name="audit_practice_at"),
            models.Index(fields=["patient_id", "-at"], name="audit_patient_at"),
            models.Index(fields=["practice_id", "actor_id", "-at"], name="audit_actor_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["done", "denied", "failed"]), name="audit_outcome_known"
            )
        ]
