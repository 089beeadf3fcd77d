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


class AskedQuerySet(models.QuerySet):
    def shown_to(self, practice_id):
        """What this practice asked for, and what the clock did; the newest first."""
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

    objects = AskedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice_id", "-asked_at"], name="chain_check_newest")]


class BackupRun(Record):
    """One backup of everything on this server: asked for by a person or by the clock, and what became of it (R101)."""

    kind = RecordKind.SIGNED
    frozen_by = "done_at"
    privacy = Privacy(
        operational="id asked_at practice_id asked_by_id asked_by_name begun_at done_at file_name size sha256 rows seq "
        "trouble"
    )

    asked_at = models.DateTimeField()
    practice_id = models.UUIDField(null=True, help_text="Empty when the clock asked.")
    asked_by_id = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=150)
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=60, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes of the encrypted file.")
    sha256 = models.CharField(max_length=64, blank=True)
    rows = models.PositiveBigIntegerField(default=0)
    seq = models.PositiveBigIntegerField(default=0, help_text="Place in the chain of its newest link.")
    trouble = models.CharField(max_length=200, blank=True, help_text="Why there is no file; empty when there is.")

    objects = AskedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-asked_at"], name="backup_newest"),
            models.Index(fields=["asked_at"], condition=models.Q(done_at=None), name="backup_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None) | ~models.Q(file_name="") | ~models.Q(trouble=""),
                name="backup_done_says_what",
            )
        ]


class RestoreDrill(Record):
    """A backup that was restored somewhere else and checked, whatever came of it (F20)."""

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id at by_name file_name sha256 made_at seconds rows links texts faults first_fault")

    at = models.DateTimeField()
    by_name = models.CharField(max_length=150)
    file_name = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(null=True, help_text="When the backup was made; empty when it does not open.")
    seconds = models.PositiveIntegerField()
    rows = models.PositiveBigIntegerField(default=0)
    links = models.PositiveBigIntegerField(default=0)
    texts = models.PositiveIntegerField(default=0, help_text="Sealed texts that were opened.")
    faults = models.PositiveIntegerField(default=0)
    first_fault = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="drill_newest")]
