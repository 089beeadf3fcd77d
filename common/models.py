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


class ChainLink(Record):
    """The link of one audit or ledger row, added by the database (`common.chain`, R47). Hashes are hex SHA-256."""

    kind = RecordKind.EVENT
    is_written_by_database = True
    privacy = Privacy(operational="id seq at label row_id version row_hash previous hash")

    seq = models.BigIntegerField(unique=True)
    at = models.CharField(max_length=24, help_text="UTC as 2026-11-29T07:44:02.123Z, as it was hashed.")
    label = models.CharField(max_length=40)
    row_id = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    row_hash = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "row_id"], name="row_linked_once")]


class ChainCheckQuerySet(models.QuerySet):
    def shown_to(self, practice_id):
        """Checks that this practice asked for, and those of the clock; the newest first."""
        mine = models.Q(practice_id=practice_id) | models.Q(practice_id=None)
        return self.filter(mine).order_by("-asked_at")


class ChainCheck(Record):
    """One walk along the whole chain: asked for by a person or by the clock, and what it found."""

    kind = RecordKind.SIGNED
    frozen_by = "done_at"
    privacy = Privacy(
        operational="id asked_at practice_id asked_by_id asked_by_name done_at links anchors first_bad findings"
    )

    asked_at = models.DateTimeField()
    practice_id = models.UUIDField(null=True, help_text="Empty when the clock asked.")
    asked_by_id = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=150)
    done_at = models.DateTimeField(null=True)
    links = models.PositiveBigIntegerField(default=0)
    anchors = models.PositiveIntegerField(default=0)
    first_bad = models.PositiveBigIntegerField(null=True, help_text="Place of the first link that does not hold.")
    findings = models.PositiveIntegerField(default=0)

    objects = ChainCheckQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice_id", "-asked_at"], name="chain_check_newest")]
